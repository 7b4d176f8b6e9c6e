//! Tasks that put every chunk where it belongs in one array of this process.

use std::fmt;
use std::sync::Arc;

use swath_block::{Block, Element, Inputs, Operation, OutputArray, TaskContext};
use swath_error::{Error, Result};
use swath_graph::{Annotations, GraphBuilder, Key, TaskId};
use swath_kernels::Program;

use super::Lowering;
use super::arguments::Arguments;
use super::blockwise::only;
use super::elementwise::{RunProgram, short_name};
use crate::expr::{Expr, Node};
use crate::nodes::Leaf;
use crate::walk::topological;

/// Runs a program whose values go to their place at once.
struct RunInPlace<T> {
    run: RunProgram,
    out: Arc<OutputArray<T>>,
}

impl<T> fmt::Debug for RunInPlace<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunInPlace({:?})", self.run)
    }
}

impl<T: Element> Operation for RunInPlace<T> {
    fn name(&self) -> &'static str {
        "array.elementwise"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let opened = self.run.arguments.open(inputs, ctx.index)?;
        self.out.fill(ctx.index as usize, |writer| opened.eval_into(&self.run.program, ctx, writer))?;
        Ok(Block::Unit)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        Err(stays_here())
    }
}

/// Copies a chunk to its place.
struct Place<T>(Arc<OutputArray<T>>);

impl<T> fmt::Debug for Place<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

impl<T: Element> Operation for Place<T> {
    fn name(&self) -> &'static str {
        "array.place"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunk = only(inputs)?;
        self.0.fill(ctx.index as usize, |writer| writer.assign(&chunk.view::<T>()?))?;
        Ok(Block::Unit)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        Err(stays_here())
    }
}

fn stays_here() -> Error {
    Error::internal("an array of this process cannot be filled by another one")
}

/// Adds the layers of an expression as it is, and the tasks that put its chunks into `out`, whose blocks are the
/// expression's chunks.
///
/// # Errors
/// As [`super::lower`].
pub fn place<T: Element>(
    expr: &Expr,
    out: &Arc<OutputArray<T>>,
    builder: &mut GraphBuilder,
) -> Result<Vec<TaskId>> {
    let mut nodes = topological(std::slice::from_ref(expr));
    let mut lowering = Lowering::new(builder, &nodes);
    match expr.node() {
        Node::Elementwise(node) => {
            // The last of the nodes is the expression: its values need no chunk of their own.
            nodes.pop();
            lowering.all(&nodes)?;
            return in_place(&node.program, expr, out, &mut lowering);
        }
        Node::Leaf(leaf) if !leaf.origin.is_free() && !lowering.builder.is_shared() => {
            return read_in_place(leaf, expr, out, &mut lowering);
        }
        _ => lowering.all(&nodes)?,
    }
    let grid = lowering.result(expr)?;
    let (count, operation) = (grid.tasks().len(), Place(out.clone()));
    lowering.layer(Key::unique("array-place"), "place", operation, count, Annotations::default(), |i, to| {
        to.extend(grid.tasks().get(i));
    })
}

fn in_place<T: Element>(
    program: &Program,
    expr: &Expr,
    out: &Arc<OutputArray<T>>,
    lowering: &mut Lowering<'_>,
) -> Result<Vec<TaskId>> {
    let (arguments, sources) = Arguments::in_bands(expr, expr.chunks(), lowering)?;
    let annotations = Annotations { producer: arguments.read(), ..Annotations::default() };
    let run = RunProgram { program: program.clone(), arguments };
    let (name, count) = (short_name(program), expr.chunks().blocks());
    let operation = RunInPlace { run, out: out.clone() };
    lowering.layer(Key::unique("array-place"), &name, operation, count, annotations, |i, to| {
        sources.push(i, to);
    })
}

/// Reads every chunk to its place.
fn read_in_place<T: Element>(
    leaf: &Leaf,
    expr: &Expr,
    out: &Arc<OutputArray<T>>,
    lowering: &mut Lowering<'_>,
) -> Result<Vec<TaskId>> {
    let run = RunProgram { program: Program::identity(T::DTYPE), arguments: Arguments::reading(leaf)? };
    let operation = RunInPlace { run, out: out.clone() };
    let (key, count) = (Key::unique("array-place"), expr.chunks().blocks());
    lowering.layer(key, "read", operation, count, Annotations::producer(None), |_, _| {})
}
