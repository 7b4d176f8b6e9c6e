//! Elements at points: first each chunk gives the few that lie in it, then those are put in order. No task holds more
//! than one chunk of the array.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};
use swath_graph::{Annotations, Key, TaskId};
use swath_kernels::{concat, take, take_points};

use super::blockwise::only;
use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::Points;

/// Takes the points that lie in one chunk.
#[derive(Debug, Serialize, Deserialize)]
struct TakePoints {
    axes: Vec<usize>,
    /// For every group of points within one chunk: their positions along the axes.
    groups: Vec<Vec<Vec<usize>>>,
    /// Tasks for each group: places along the other axes.
    rest: usize,
}

register_operation!(TakePoints, "array.points");

impl Operation for TakePoints {
    fn name(&self) -> &'static str {
        "array.points"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let group = self.groups.get(ctx.index as usize / self.rest.max(1));
        let at = group.ok_or_else(|| Error::internal("a task of points has none"))?;
        Ok(take_points(&only(inputs)?, &self.axes, at)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// Joins the points of a chunk of the result, in the order they were named.
#[derive(Debug, Serialize, Deserialize)]
struct JoinPoints {
    /// For every chunk along the points: where each of its points stands among those joined.
    orders: Vec<Vec<usize>>,
    /// Tasks for each of those chunks.
    rest: usize,
}

register_operation!(JoinPoints, "array.points-join");

impl Operation for JoinPoints {
    fn name(&self) -> &'static str {
        "array.points-join"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let order = self.orders.get(ctx.index as usize / self.rest.max(1));
        let order = order.ok_or_else(|| Error::internal("a task of points has no order"))?;
        let parts = inputs
            .into_iter()
            .map(|b| Ok(std::sync::Arc::unwrap_or_clone(b.into_chunk()?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(take(&concat(&parts, 0)?, 0, order)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// Points by the chunk they lie in.
struct Plan {
    /// The chunk of every group along the axes indexed.
    chunks: Vec<Vec<usize>>,
    groups: Vec<Vec<Vec<usize>>>,
    /// The groups of every chunk of the result.
    members: Vec<std::ops::Range<usize>>,
    orders: Vec<Vec<usize>>,
}

fn plan(node: &Points, expr: &Expr) -> Result<Plan> {
    let input = expr.input()?;
    let starts = node.axes.iter().map(|a| input.chunks().axis(*a)?.starts()).collect::<Result<Vec<_>>>()?;
    let mut plan = Plan { chunks: vec![], groups: vec![], members: vec![], orders: vec![] };
    let mut first = 0;
    for n in expr.chunks().axis(0)?.sizes()? {
        plan.add(node, &starts, first..first + n);
        first += n;
    }
    Ok(plan)
}

impl Plan {
    /// The groups of one chunk of the result, made of these points.
    fn add(&mut self, node: &Points, starts: &[Vec<usize>], points: std::ops::Range<usize>) {
        let mut found: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        let position = |axis: usize, p: usize| node.at.get(axis).and_then(|l| l.get(p)).copied().unwrap_or(0);
        for p in points.clone() {
            let block = |(axis, starts): (usize, &Vec<usize>)| {
                starts.partition_point(|s| *s <= position(axis, p)).saturating_sub(1)
            };
            found.entry(starts.iter().enumerate().map(block).collect()).or_default().push(p);
        }
        if found.is_empty() {
            // A chunk without points still has a shape: nothing of the first chunk.
            found.insert(vec![0; starts.len()], Vec::new());
        }
        let from = self.groups.len();
        let mut order = vec![0; points.len()];
        let mut next = 0;
        for (block, members) in found {
            for p in &members {
                if let Some(slot) = order.get_mut(p - points.start) {
                    *slot = next;
                }
                next += 1;
            }
            let local = |(axis, starts): (usize, &Vec<usize>)| {
                let start = block.get(axis).and_then(|b| starts.get(*b)).copied().unwrap_or(0);
                members.iter().map(|p| position(axis, *p) - start).collect()
            };
            self.groups.push(starts.iter().enumerate().map(local).collect());
            self.chunks.push(block);
        }
        self.members.push(from..self.groups.len());
        self.orders.push(order);
    }
}

/// The layers of points.
pub(crate) fn points(node: &Points, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = expr.input()?;
    let source = to.grid(input, expr)?;
    let plan = plan(node, expr)?;
    let ndim = input.ndim();
    let others: Vec<usize> = (0..ndim).filter(|a| !node.axes.contains(a)).collect();
    let rest_grid: Shape = others.iter().filter_map(|a| source.blocks().get(*a).copied()).collect();
    let rest: usize = rest_grid.iter().product();
    let chunk_of = |i: usize| -> TaskId {
        let mut at = vec![0; ndim];
        let indexed = plan.chunks.get(i / rest.max(1)).into_iter().flatten();
        let free = coordinates(i % rest.max(1), &rest_grid);
        for (axis, b) in node.axes.iter().zip(indexed).chain(others.iter().zip(&free)) {
            if let Some(slot) = at.get_mut(*axis) {
                *slot = *b;
            }
        }
        source.task(at)
    };
    let take = TakePoints { axes: node.axes.to_vec(), groups: plan.groups.clone(), rest };
    let key = Key::of("points-take").key(expr.key()).finish();
    let count = plan.groups.len() * rest;
    let taken = to.layer(key, "points-take", take, count, Annotations::default(), |i, out| {
        out.push(chunk_of(i));
    })?;
    let join = JoinPoints { orders: plan.orders.clone(), rest };
    let tasks =
        to.layer(expr.key(), "points", join, expr.chunks().blocks(), annotations(expr), |i, out| {
            let members = plan.members.get(i / rest.max(1)).cloned().unwrap_or(0..0);
            out.extend(members.filter_map(|g| taken.get(g * rest + i % rest.max(1))));
        })?;
    Grid::new(expr.chunks().grid(), tasks)
}
