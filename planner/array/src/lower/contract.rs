//! Sums of products of chunks. The pairs that meet at a chunk of the result are multiplied a few at a time, each task
//! adding to the sum of the one before it: one sum per chunk is in memory. Where the result has few chunks, several such
//! chains run side by side and their sums are added at the end.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, DType, Inputs, Operation, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};
use swath_graph::{Key, TaskId};
use swath_kernels::{BinaryOp, Contraction, Program, ProgramBuilder};

use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::chunks::Bounds;
use crate::expr::Expr;
use crate::nodes::{Contract, Label, Labels};

/// Pairs of chunks that one task multiplies and adds up: so many pairs are in memory at a time.
const PAIRS: usize = 4;

/// Chains that keep the threads of a machine busy.
const CHAINS: usize = 32;

/// Multiplies pairs of chunks and adds the products to a sum.
#[derive(Debug, Serialize, Deserialize)]
struct Multiply {
    plan: Contraction,
    /// Whether the first input is the sum so far.
    continues: bool,
    finish: Option<Bounds>,
}

register_operation!(Multiply, "array.contract");

impl Operation for Multiply {
    fn name(&self) -> &'static str {
        "array.contract"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let mut blocks = inputs.into_iter();
        let mut total: Option<Chunk> = None;
        if self.continues
            && let Some(sum) = blocks.next()
        {
            total = Some(std::sync::Arc::unwrap_or_clone(sum.into_chunk()?));
        }
        while let (Some(a), Some(b)) = (blocks.next(), blocks.next()) {
            ctx.check_cancelled()?;
            let (a, b) = (a.into_chunk()?, b.into_chunk()?);
            total = Some(self.plan.add_together(total, &a, &b, ctx.together())?);
        }
        let total = total.ok_or_else(|| Error::internal("a product of nothing"))?;
        finished(&self.plan, total, self.finish.as_ref(), ctx.index)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// A sum as the chunk of the result at place `index`.
fn finished(plan: &Contraction, sum: Chunk, bounds: Option<&Bounds>, index: u32) -> Result<Block> {
    let Some(bounds) = bounds else { return Ok(sum.into()) };
    let at = coordinates(index as usize, &bounds.grid());
    let shape: Vec<usize> = bounds.spans(&at).map(|span| span.map_or(0, |(_, n)| n)).collect();
    Ok(plan.finish(&sum, &shape)?.into())
}

/// Adds the sums of chains.
#[derive(Debug, Serialize, Deserialize)]
struct AddUp {
    add: Program,
    plan: Contraction,
    bounds: Bounds,
}

register_operation!(AddUp, "array.add-up");

impl Operation for AddUp {
    fn name(&self) -> &'static str {
        "array.add-up"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let mut total: Option<Chunk> = None;
        for block in inputs {
            let next = std::sync::Arc::unwrap_or_clone(block.into_chunk()?);
            total = Some(add_up(&self.add, total, next)?);
        }
        let total = total.ok_or_else(|| Error::internal("a sum of nothing"))?;
        finished(&self.plan, total, Some(&self.bounds), ctx.index)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

fn add_up(add: &Program, total: Option<Chunk>, next: Chunk) -> Result<Chunk> {
    match total {
        None => Ok(next),
        Some(total) => {
            let shape = total.shape().to_vec();
            add.eval(vec![total, next], &shape)
        }
    }
}

/// The sum of two arrays of a type.
fn addition(dtype: DType) -> Result<Program> {
    let mut builder = ProgramBuilder::new();
    let (a, b) = (builder.input(dtype), builder.input(dtype));
    let sum = builder.binary(BinaryOp::Add, a, b)?;
    builder.finish(sum)
}

/// The layers of a contraction.
pub(crate) fn contract(node: &Contract, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let pairs = Pairs::new(node, expr, to)?;
    let (blocks, groups) = (expr.chunks().blocks(), pairs.count().div_ceil(PAIRS).max(1));
    let chains = if blocks >= CHAINS { 1 } else { CHAINS.div_ceil(blocks.max(1)).min(groups) };
    let steps = groups.div_ceil(chains);
    let chains = groups.div_ceil(steps);
    let bounds = Bounds::of(expr.chunks());
    let mut sums: Vec<TaskId> = Vec::new();
    for step in 0..steps {
        let last = step + 1 == steps && chains == 1;
        let name = if last { node.name().to_string() } else { format!("{}-partial", node.name()) };
        let key = if last {
            expr.key()
        } else {
            Key::of("contract-partial").key(expr.key()).u64(step as u64).finish()
        };
        let finish = last.then(|| bounds.clone());
        let operation = Multiply { plan: node.plan.clone(), continues: step > 0, finish };
        let before = sums;
        sums = to.layer(key, &name, operation, blocks * chains, annotations(expr), |i, out| {
            out.extend(before.get(i));
            let group = (i % chains) * steps + step;
            (group * PAIRS..(group + 1) * PAIRS).for_each(|pair| pairs.push(i / chains, pair, out));
        })?;
    }
    if chains == 1 {
        return Grid::new(expr.chunks().grid(), sums);
    }
    let operation = AddUp { add: addition(expr.dtype())?, plan: node.plan.clone(), bounds };
    let name = format!("{}-sum", node.name());
    let tasks = to.layer(expr.key(), &name, operation, blocks, annotations(expr), |i, out| {
        out.extend(sums.iter().skip(i * chains).take(chains));
    })?;
    Grid::new(expr.chunks().grid(), tasks)
}

/// The pairs of chunks that meet at each chunk of the result.
struct Pairs {
    a: Grid,
    b: Grid,
    a_labels: Labels,
    b_labels: Labels,
    out: Labels,
    blocks: swath_block::Shape,
    contracted: Vec<(Label, usize)>,
}

impl Pairs {
    fn new(node: &Contract, expr: &Expr, to: &mut Lowering<'_>) -> Result<Self> {
        let [a, b] = expr.inputs() else {
            return Err(Error::internal("a contraction of other than two arrays"));
        };
        let contracted = node.a.iter().zip(a.chunks().grid()).filter(|(l, _)| !node.out.contains(l));
        Ok(Self {
            contracted: contracted.map(|(l, n)| (*l, n)).collect(),
            a: to.grid(a, expr)?,
            b: to.grid(b, expr)?,
            a_labels: node.a.clone(),
            b_labels: node.b.clone(),
            out: node.out.clone(),
            blocks: expr.chunks().grid(),
        })
    }

    /// How many pairs meet at a chunk.
    fn count(&self) -> usize {
        self.contracted.iter().map(|(_, n)| n).product()
    }

    /// Pushes pair `pair` of chunk `index` of the result, if there is one.
    fn push(&self, index: usize, pair: usize, out: &mut Vec<TaskId>) {
        if pair >= self.count() {
            return;
        }
        let at = coordinates(index, &self.blocks);
        let lengths: Vec<usize> = self.contracted.iter().map(|(_, n)| *n).collect();
        let inner = coordinates(pair, &lengths);
        let place = |label: &Label| {
            let kept = self.out.iter().position(|l| l == label).and_then(|i| at.get(i));
            kept.or_else(|| self.contracted.iter().position(|(l, _)| l == label).and_then(|i| inner.get(i)))
                .copied()
                .unwrap_or(0)
        };
        let task = |grid: &Grid, labels: &Labels| {
            grid.task(labels.iter().zip(grid.blocks()).map(|(l, n)| if *n == 1 { 0 } else { place(l) }))
        };
        out.push(task(&self.a, &self.a_labels));
        out.push(task(&self.b, &self.b_labels));
    }
}
