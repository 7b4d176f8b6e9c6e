//! A user's function per chunk: as it is in this process, by name in another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{Block, Chunk, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::Result;
use swath_tasks::{Argument, TaskFunction, task_named};

use super::arguments::Arguments;
use super::declared::Declared;
use super::elementwise::annotations;
use super::{Grid, Lowering};
use crate::chunks::Chunks;
use crate::expr::Expr;
use crate::nodes::{BlockFunction, BlockInfo, MapBlocks};

/// What both forms of the operation know.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Call {
    name: Arc<str>,
    arguments: Arguments,
    result: Declared,
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
        let info = self.result.info(ctx.index as usize);
        let result = function(&chunks, &info)?;
        self.result.check(&self.name, &result, &info)?;
        Ok(result.into())
    }
}

/// The layer of a user's function.
pub(crate) fn map_blocks(node: &MapBlocks, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let inputs: Vec<&Chunks> = expr.inputs().iter().map(Expr::chunks).collect();
    let over = crate::broadcast::broadcast_chunks(&inputs)?;
    let (arguments, sources) = Arguments::of(expr, &over, to)?;
    let call = Call { name: node.name.clone(), arguments, result: Declared::new(node.dtype, expr.chunks()) };
    let operation = CallFunction { call, function: node.function.clone(), task: node.task.clone() };
    let tasks =
        to.layer(expr.key(), &node.name, operation, expr.chunks().blocks(), annotations(expr), |i, out| {
            sources.push(i, out);
        })?;
    Grid::new(expr.chunks().grid(), tasks)
}
