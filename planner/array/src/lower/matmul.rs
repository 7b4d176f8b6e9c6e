//! Matrix products of chunks: the products along the inner axis are added up a few at a time.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, DType, Inputs, Operation, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};
use swath_graph::{Key, TaskId};
use swath_kernels::{BinaryOp, Program, ProgramBuilder, matmul as multiply, matmul_add};

use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;

/// Pairs of chunks that one task multiplies and adds up: so many pairs are in memory at a time.
const PAIRS: usize = 4;

/// Multiplies pairs of chunks and adds the products.
#[derive(Debug, Serialize, Deserialize)]
struct Multiply;

register_operation!(Multiply, "array.matmul");

impl Operation for Multiply {
    fn name(&self) -> &'static str {
        "array.matmul"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let mut blocks = inputs.into_iter();
        let mut total: Option<Chunk> = None;
        while let (Some(a), Some(b)) = (blocks.next(), blocks.next()) {
            ctx.check_cancelled()?;
            let (a, b) = (a.into_chunk()?, b.into_chunk()?);
            total = Some(match total {
                None => multiply(&a, &b)?,
                Some(sum) => matmul_add(sum, &a, &b)?,
            });
        }
        total.map(Block::from).ok_or_else(|| Error::internal("a matrix product of nothing"))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// Adds partial products.
#[derive(Debug, Serialize, Deserialize)]
struct AddUp {
    add: Program,
}

register_operation!(AddUp, "array.add-up");

impl Operation for AddUp {
    fn name(&self) -> &'static str {
        "array.add-up"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let mut total: Option<Chunk> = None;
        for block in inputs {
            let next = std::sync::Arc::unwrap_or_clone(block.into_chunk()?);
            total = Some(add_up(&self.add, total, next)?);
        }
        total.map(Block::from).ok_or_else(|| Error::internal("a sum of nothing"))
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

/// The layers of a matrix product.
pub(crate) fn matmul(expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let [a, b] = expr.inputs() else {
        return Err(Error::internal("a matrix product of other than two arrays"));
    };
    let inner = a.chunks().axes().last().map_or(1, crate::chunks::Axis::blocks);
    let (a, b) = (to.grid(a, expr)?, to.grid(b, expr)?);
    let blocks = expr.chunks().grid();
    let (count, groups) = (expr.chunks().blocks(), inner.div_ceil(PAIRS));
    let pairs = |i: usize, group: usize, out: &mut Vec<TaskId>| {
        let at = coordinates(i, &blocks);
        let (Some((stack, [row, column])), true) = (at.split_last_chunk::<2>(), group < groups) else {
            return;
        };
        for k in (group * PAIRS)..((group + 1) * PAIRS).min(inner) {
            out.push(a.broadcast_task(&[stack, &[*row, k]].concat()));
            out.push(b.broadcast_task(&[stack, &[k, *column]].concat()));
        }
    };
    if groups == 1 {
        let tasks =
            to.layer(expr.key(), "matmul", Multiply, count, annotations(expr), |i, out| pairs(i, 0, out))?;
        return Grid::new(blocks.clone(), tasks);
    }
    let key = Key::of("matmul-partial").key(expr.key()).finish();
    let partial =
        to.layer(key, "matmul-partial", Multiply, count * groups, annotations(expr), |i, out| {
            pairs(i / groups, i % groups, out);
        })?;
    let add = addition(expr.dtype())?;
    let tasks = to.layer(expr.key(), "matmul-sum", AddUp { add }, count, annotations(expr), |i, out| {
        out.extend(partial.iter().skip(i * groups).take(groups));
    })?;
    Grid::new(blocks.clone(), tasks)
}
