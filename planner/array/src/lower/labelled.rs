//! Functions over labelled chunks: as they are in this process, by name in another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, DType, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::TaskId;
use swath_kernels::concat_grid;
use swath_tasks::{Argument, task_named};

use super::declared::Declared;
use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::kernels::Kernel;
use crate::nodes::{BlockInfo, Blockwise, Label, PlaceCall, PlaceOperation};

/// Runs a kernel at one place.
#[derive(Debug, Serialize, Deserialize)]
struct RunKernel {
    kernel: Kernel,
    gather: Gather,
    types: Vec<DType>,
}

register_operation!(RunKernel, "array.kernel");

impl Operation for RunKernel {
    fn name(&self) -> &'static str {
        "array.kernel"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let chunks = self.gather.joined(inputs)?;
        let results = self.kernel.run(&chunks)?;
        if !results.iter().map(Chunk::dtype).eq(self.types.iter().copied()) {
            return Err(Error::internal(format!("{} gave other types than declared", self.kernel.name())));
        }
        Ok(bundle(results))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// How a task's inputs belong to the arrays: for each array the grid of chunks that meet at a place, in row-major order.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Gather(Vec<Shape>);

impl Gather {
    /// The chunks of each array.
    fn lists(&self, inputs: Inputs) -> Result<Vec<Vec<Chunk>>> {
        let mut blocks = inputs.into_iter();
        self.0
            .iter()
            .map(|grid| {
                (0..grid.iter().product::<usize>())
                    .map(|_| {
                        let block =
                            blocks.next().ok_or_else(|| Error::internal("a task has too few inputs"))?;
                        Ok(Arc::unwrap_or_clone(block.into_chunk()?))
                    })
                    .collect()
            })
            .collect()
    }

    /// One chunk for each array.
    fn joined(&self, inputs: Inputs) -> Result<Vec<Chunk>> {
        self.lists(inputs)?.into_iter().zip(&self.0).map(|(list, grid)| join(list, grid)).collect()
    }
}

fn join(mut list: Vec<Chunk>, grid: &[usize]) -> Result<Chunk> {
    match (list.len(), list.pop()) {
        (1, Some(only)) => Ok(only),
        (_, last) => {
            list.extend(last);
            concat_grid(grid, &list)
        }
    }
}

/// One result is its chunk, several are a tuple.
fn bundle(mut results: Vec<Chunk>) -> Block {
    match (results.len(), results.pop()) {
        (1, Some(only)) => only.into(),
        (_, last) => Block::Tuple(results.into_iter().chain(last).map(Block::from).collect()),
    }
}

/// What both forms of a user's function know.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Call {
    name: Arc<str>,
    gather: Gather,
    join: bool,
    results: Vec<Declared>,
}

/// Calls the function of this process.
struct CallFunction {
    call: Call,
    place: PlaceCall,
}

/// Calls the registered function.
#[derive(Debug, Serialize, Deserialize)]
struct CallTask {
    call: Call,
    task: String,
}

register_operation!(CallTask, "array.blockwise");

impl fmt::Debug for CallFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallFunction({})", self.call.name)
    }
}

impl Operation for CallFunction {
    fn name(&self) -> &'static str {
        "array.blockwise"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        self.call.run(inputs, ctx, &*self.place.function)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let task = self.place.task.clone()?.name().to_owned();
        encode_operation(&CallTask { call: self.call.clone(), task })
    }
}

impl Operation for CallTask {
    fn name(&self) -> &'static str {
        "array.blockwise"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let task = task_named(&self.task)?;
        self.call.run(inputs, ctx, &|lists, info| {
            let chunks = lists.iter().flatten().map(|chunk| Ok(Argument::Block(chunk.clone().into())));
            let arguments = chunks.chain([Argument::encoded(info)]).collect::<Result<Vec<_>>>()?;
            let chunk = task.call(arguments.into_iter().collect())?.into_chunk()?;
            Ok(vec![Arc::unwrap_or_clone(chunk)])
        })
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// A function of the chunks that meet at a place.
type OfLists<'a> = dyn Fn(&[Vec<Chunk>], &BlockInfo) -> Result<Vec<Chunk>> + 'a;

impl Call {
    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>, function: &OfLists<'_>) -> Result<Block> {
        let mut lists = self.gather.lists(inputs)?;
        if self.join {
            let joined = lists.into_iter().zip(&self.gather.0);
            lists = joined.map(|(list, grid)| Ok(vec![join(list, grid)?])).collect::<Result<_>>()?;
        }
        let infos: Vec<BlockInfo> = self.results.iter().map(|r| r.info(ctx.index as usize)).collect();
        let first = infos.first().ok_or_else(|| Error::internal("a function without a result"))?;
        let results = function(&lists, first)?;
        if results.len() != self.results.len() {
            let (name, gave, declared) = (&self.name, results.len(), self.results.len());
            let message = format!("the function {name} gave {gave} results, declared are {declared}");
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        for ((result, declared), info) in results.iter().zip(&self.results).zip(&infos) {
            declared.check(&self.name, result, info)?;
        }
        Ok(bundle(results))
    }
}

/// The layer of a function over labelled chunks.
pub(crate) fn labelled(node: &Blockwise, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let grids = expr.inputs().iter().map(|e| to.grid(e, expr)).collect::<Result<Vec<_>>>()?;
    let places: Shape = node.over.iter().map(|(_, n)| *n).collect();
    let position = |label: &Label| node.over.iter().position(|(l, _)| l == label);
    let sources: Vec<Source> = node
        .inputs
        .iter()
        .zip(&grids)
        .map(|(labels, grid)| Source::new(grid, labels.iter().map(position).collect()))
        .collect();
    let gather = Gather(sources.iter().map(|s| s.meeting.clone()).collect());
    let deps = |i: usize, out: &mut Vec<TaskId>| {
        let at = coordinates(i, &places);
        for source in &sources {
            source.push(&at, out);
        }
    };
    let (key, name, count) = (expr.key(), node.name(), places.iter().product());
    let tasks = match &node.operation {
        PlaceOperation::Kernel(kernel) => {
            let types = node.results.iter().map(|(dtype, _)| *dtype).collect();
            let operation = RunKernel { kernel: kernel.clone(), gather, types };
            to.layer(key, name, operation, count, annotations(expr), deps)?
        }
        PlaceOperation::Call { call: place, join } => {
            let results = node.results.iter().map(|(dtype, chunks)| Declared::new(*dtype, chunks)).collect();
            let call = Call { name: place.name.clone(), gather, join: *join, results };
            let operation = CallFunction { call, place: place.clone() };
            to.layer(key, name, operation, count, annotations(expr), deps)?
        }
    };
    Grid::new(expr.chunks().grid(), tasks)
}

/// Where an array's chunks come from.
struct Source<'a> {
    grid: &'a Grid,
    /// For every axis the axis of the places it is walked with; none for a contracted one.
    with: Vec<Option<usize>>,
    /// How many chunks meet at a place, along each axis.
    meeting: Shape,
}

impl<'a> Source<'a> {
    fn new(grid: &'a Grid, with: Vec<Option<usize>>) -> Self {
        let meeting = with.iter().zip(grid.blocks()).map(|(w, n)| if w.is_some() { 1 } else { *n }).collect();
        Self { grid, with, meeting }
    }

    /// The tasks of the chunks that meet at place `at`. An axis of one chunk stands for all.
    fn push(&self, at: &[usize], out: &mut Vec<TaskId>) {
        for i in 0..self.meeting.iter().product::<usize>() {
            let inner = coordinates(i, &self.meeting);
            let own =
                self.with.iter().zip(self.grid.blocks()).zip(inner).map(|((with, n), inner)| match with {
                    Some(axis) if *n > 1 => at.get(*axis).copied().unwrap_or(0),
                    Some(_) => 0,
                    None => inner,
                });
            out.push(self.grid.task(own));
        }
    }
}
