//! A user's function per chunk: as it is in this process, by name in another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, DType, Inputs, Operation, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, ErrorKind, Result};
use swath_tasks::{Argument, TaskFunction, task_named};

use super::arguments::Arguments;
use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::chunks::{Bounds, Chunks};
use crate::expr::Expr;
use crate::nodes::{BlockFunction, BlockInfo, MapBlocks};

/// What both forms of the operation know.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Call {
    name: Arc<str>,
    dtype: DType,
    arguments: Arguments,
    chunks: Chunks,
    bounds: Bounds,
}

/// Calls the function of this process.
struct CallFunction {
    call: Call,
    function: BlockFunction,
    task: Result<TaskFunction>,
}

/// Calls the registered function.
#[derive(Debug, Serialize, Deserialize)]
struct CallTask {
    call: Call,
    task: String,
}

register_operation!(CallTask, "array.map_blocks");

impl fmt::Debug for CallFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallFunction({})", self.call.name)
    }
}

impl Operation for CallFunction {
    fn name(&self) -> &'static str {
        "array.map_blocks"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        self.call.run(inputs, ctx, &*self.function)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let task = self.task.clone()?.name().to_owned();
        encode_operation(&CallTask { call: self.call.clone(), task })
    }
}

impl Operation for CallTask {
    fn name(&self) -> &'static str {
        "array.map_blocks"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let task = task_named(&self.task)?;
        self.call.run(inputs, ctx, &|chunks, info| {
            let chunks = chunks.iter().map(|chunk| Argument::Block(chunk.clone().into()));
            let arguments = chunks.map(Ok).chain([Argument::encoded(info)]).collect::<Result<Vec<_>>>()?;
            task.call(arguments.into_iter().collect())?.into_chunk().map(Arc::unwrap_or_clone)
        })
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

impl Call {
    fn run(
        &self,
        inputs: Inputs,
        ctx: &TaskContext<'_>,
        function: &dyn Fn(&[Chunk], &BlockInfo) -> Result<Chunk>,
    ) -> Result<Block> {
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        let info = self.info(ctx.index as usize);
        let result = function(&chunks, &info)?;
        self.check(&result, &info)?;
        Ok(result.into())
    }

    /// What the function is told about the chunk of task `index`.
    fn info(&self, index: usize) -> BlockInfo {
        let grid = self.chunks.grid();
        let block = coordinates(index, &grid);
        let spans = || self.bounds.spans(&block);
        BlockInfo {
            grid: grid.to_vec(),
            offset: spans().map(|span| span.map_or(0, |(start, _)| start)).collect(),
            shape: spans().map(|span| span.map(|(_, len)| len)).collect::<Option<_>>().unwrap_or_default(),
            block: block.to_vec(),
        }
    }

    /// An error when the function gave something else than was declared.
    fn check(&self, result: &Chunk, info: &BlockInfo) -> Result<()> {
        let known = info.shape.len() == self.chunks.ndim() && self.chunks.is_known();
        if result.dtype() == self.dtype && (!known || result.shape() == info.shape) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "the function {} gave {} of shape {:?} for chunk {:?}, declared are {} of shape {:?}",
                self.name,
                result.dtype(),
                result.shape(),
                info.block,
                self.dtype,
                info.shape
            ),
        )
        .with_help("declare the chunks of the result with map_blocks_with"))
    }
}

/// The layer of a user's function.
pub(crate) fn map_blocks(node: &MapBlocks, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let inputs: Vec<&Chunks> = expr.inputs().iter().map(Expr::chunks).collect();
    let over = crate::broadcast::broadcast_chunks(&inputs)?;
    let (arguments, sources) = Arguments::of(expr, &over, to)?;
    let chunks = expr.chunks().clone();
    let bounds = Bounds::of(&chunks);
    let call = Call { name: node.name.clone(), dtype: node.dtype, arguments, chunks, bounds };
    let operation = CallFunction { call, function: node.function.clone(), task: node.task.clone() };
    let tasks =
        to.layer(expr.key(), &node.name, operation, expr.chunks().blocks(), annotations(expr), |i, out| {
            sources.push(i, out);
        })?;
    Grid::new(expr.chunks().grid(), tasks)
}
