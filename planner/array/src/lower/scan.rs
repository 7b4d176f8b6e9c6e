//! Running sums and the like: the total of every chunk, the totals of groups of chunks in a tree, and then every chunk
//! with what comes before it. No task reads more than a chunk and a few totals, and none waits for its neighbour.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};
use swath_graph::{Annotations, Key, TaskId};
use swath_kernels::{ReduceOp, ScanOp, cast, combine, partial, scan as scan_chunk};

use super::arguments::Arguments;
use super::elementwise::annotations;
use super::reduce::{chunks_of, tuple};
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::Scan;

/// Chunks of a group.
const GROUP: usize = 8;

/// The reduction whose running form this is.
fn total_of(op: ScanOp) -> ReduceOp {
    match op {
        ScanOp::Sum => ReduceOp::Sum,
        ScanOp::Prod => ReduceOp::Prod,
        ScanOp::Min => ReduceOp::Min,
        ScanOp::Max => ReduceOp::Max,
    }
}

/// Joins totals; empty chunks have none where nothing has no value.
fn join(op: ScanOp, inputs: impl Iterator<Item = Block>) -> Result<Vec<Chunk>> {
    let parts = inputs.map(chunks_of).collect::<Result<Vec<_>>>()?;
    combine(total_of(op), parts)
}

/// The total of a chunk.
#[derive(Debug, Serialize, Deserialize)]
struct Total {
    op: ScanOp,
    axis: usize,
    arguments: Arguments,
}

register_operation!(Total, "array.scan-total");

impl Operation for Total {
    fn name(&self) -> &'static str {
        "array.scan-total"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        let chunk = chunks.first().ok_or_else(|| Error::internal("a scan without a chunk"))?;
        Ok(tuple(partial(total_of(self.op), chunk, &[self.axis], None)?))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The total of several totals.
#[derive(Debug, Serialize, Deserialize)]
struct JoinTotals(ScanOp);

register_operation!(JoinTotals, "array.scan-join");

impl Operation for JoinTotals {
    fn name(&self) -> &'static str {
        "array.scan-join"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        Ok(tuple(join(self.0, inputs.into_iter())?))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// A chunk with what comes before it.
#[derive(Debug, Serialize, Deserialize)]
struct RunScan {
    op: ScanOp,
    axis: usize,
    arguments: Arguments,
}

register_operation!(RunScan, "array.scan");

impl Operation for RunScan {
    fn name(&self) -> &'static str {
        "array.scan"
    }

    fn run(&self, mut inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let own = self.arguments.blocks().min(inputs.len());
        let totals: Vec<Block> = inputs.drain(own..).collect();
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        let chunk = chunks.first().ok_or_else(|| Error::internal("a scan without a chunk"))?;
        let before = join(self.op, totals.into_iter())?.pop();
        let before = before.map(|b| cast(&b, chunk.dtype())).transpose()?;
        Ok(scan_chunk(self.op, chunk, self.axis, before.as_ref())?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// Totals of chunks, of groups of chunks, of groups of groups: every grid has [`GROUP`] times fewer along the axis.
struct Totals<'a> {
    node: &'a Scan,
    levels: Vec<Grid>,
}

impl Totals<'_> {
    /// What comes before place `at` of level `level` within its group.
    fn siblings(&self, level: usize, at: &[usize], out: &mut Vec<TaskId>) {
        let Some(grid) = self.levels.get(level) else { return };
        let i = at.get(self.node.axis).copied().unwrap_or(0);
        for before in i / GROUP * GROUP..i {
            out.push(grid.task(along(at, self.node.axis, before)));
        }
    }
}

/// A place with another position along an axis.
fn along(at: &[usize], axis: usize, i: usize) -> Shape {
    let mut at: Shape = at.into();
    if let Some(slot) = at.get_mut(axis) {
        *slot = i;
    }
    at
}

/// The layers of a running sum.
pub(crate) fn scan(node: &Scan, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let chunks = expr.chunks();
    let (arguments, sources) = Arguments::of(expr, chunks, to)?;
    let (op, axis) = (node.op, node.axis);
    let grid = chunks.grid();
    let name = op.name();
    let mut totals = Totals { node, levels: Vec::new() };
    if chunks.axis(axis)?.blocks() > 1 {
        let key = Key::of("scan-total").key(expr.key()).finish();
        let operation = Total { op, axis, arguments: arguments.clone() };
        let tasks = to.layer(
            key,
            &format!("{name}-total"),
            operation,
            chunks.blocks(),
            Annotations::default(),
            |i, out| {
                sources.push(i, out);
            },
        )?;
        totals.levels.push(Grid::new(grid.clone(), tasks)?);
        grow(&mut totals, expr, to)?;
    }
    let before = befores(&totals, expr, to)?;
    let operation = RunScan { op, axis, arguments };
    let tasks = to.layer(expr.key(), name, operation, chunks.blocks(), annotations(expr), |i, out| {
        sources.push(i, out);
        let at = coordinates(i, &grid);
        let group = at.get(axis).copied().unwrap_or(0) / GROUP;
        if let Some(before) = before.as_ref().filter(|_| group > 0) {
            out.push(before.task(along(&at, axis, group)));
        }
        totals.siblings(0, &at, out);
    })?;
    Grid::new(grid, tasks)
}

/// Adds totals of groups until one group is left.
fn grow(totals: &mut Totals<'_>, expr: &Expr, to: &mut Lowering<'_>) -> Result<()> {
    let (op, axis) = (totals.node.op, totals.node.axis);
    while let Some(last) = totals.levels.last().cloned() {
        let n = last.blocks().get(axis).copied().unwrap_or(1);
        if n <= GROUP {
            break;
        }
        let blocks = along(last.blocks(), axis, n.div_ceil(GROUP));
        let key = Key::of("scan-join").key(expr.key()).u64(totals.levels.len() as u64).finish();
        let name = format!("{}-join", op.name());
        let count = blocks.iter().product();
        let tasks = to.layer(key, &name, JoinTotals(op), count, Annotations::default(), |i, out| {
            let at = coordinates(i, &blocks);
            let group = at.get(axis).copied().unwrap_or(0);
            for member in group * GROUP..((group + 1) * GROUP).min(n) {
                out.push(last.task(along(&at, axis, member)));
            }
        })?;
        totals.levels.push(Grid::new(blocks, tasks)?);
    }
    Ok(())
}

/// What comes before each group of chunks; none when there is one group.
fn befores(totals: &Totals<'_>, expr: &Expr, to: &mut Lowering<'_>) -> Result<Option<Grid>> {
    let (op, axis) = (totals.node.op, totals.node.axis);
    let mut above: Option<Grid> = None;
    for (level, grid) in totals.levels.iter().enumerate().skip(1).rev() {
        let key = Key::of("scan-before").key(expr.key()).u64(level as u64).finish();
        let name = format!("{}-before", op.name());
        let blocks: Shape = grid.blocks().into();
        let count = blocks.iter().product();
        let tasks = to.layer(key, &name, JoinTotals(op), count, Annotations::default(), |i, out| {
            let at = coordinates(i, &blocks);
            let group = at.get(axis).copied().unwrap_or(0) / GROUP;
            if let Some(above) = above.as_ref().filter(|_| group > 0) {
                out.push(above.task(along(&at, axis, group)));
            }
            totals.siblings(level, &at, out);
        })?;
        above = Some(Grid::new(blocks, tasks)?);
    }
    Ok(above)
}
