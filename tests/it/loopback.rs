//! A runtime that sends everything to itself: every operation and every block is encoded and decoded, as it would be on its
//! way to another process, and the graph runs on the decoded ones.

use std::sync::Arc;

use swath::{Block, Error, Executor, Result, RunOptions};
use swath_block::{
    BlockDecoder, BlockEncoder, CancelToken, HandOut, Inputs, MemoryLedger, OpHandle, Operation, RunEnv,
    TaskContext, decode_operation,
};
use swath_execute::{Run, run_channel, with_executor};
use swath_graph::{Spread, TaskGraph, TaskId};

/// The runtime.
#[derive(Debug, Default)]
pub struct Loopback {
    /// The workers it makes believe to have.
    spread: Option<Spread>,
}

/// What `body` computes on it.
pub fn over_loopback<R>(body: impl FnOnce() -> R) -> R {
    with_executor(Arc::new(Loopback::default()), body)
}

/// What `body` computes when it is planned for so many workers with so many threads together.
pub fn over_workers<R>(workers: usize, slots: usize, body: impl FnOnce() -> R) -> R {
    with_executor(Arc::new(Loopback { spread: Some(Spread::new(workers, slots)) }), body)
}

impl Executor for Loopback {
    fn start(&self, graph: TaskGraph, _: &RunOptions) -> Result<Run> {
        let operations = graph
            .layers()
            .iter()
            .map(|layer| {
                sent(&*OpHandle::resolve(&layer.payload)?).map_err(|e| e.context(layer.name.to_string()))
            })
            .collect::<Result<Vec<_>>>()?;
        let (sender, run) = run_channel(CancelToken::default(), || {});
        sender.finish(run_all(&graph, &operations));
        Ok(run)
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn spread(&self) -> Option<Spread> {
        self.spread
    }

    fn describe(&self) -> String {
        "loopback".to_owned()
    }
}

/// The operation as another process decodes it; blocks at hand are sent by themselves.
fn sent(operation: &dyn Operation) -> Result<Arc<dyn Operation>> {
    if let Some(blocks) = operation.held_blocks() {
        let blocks = blocks.iter().map(through).collect::<Result<Vec<_>>>()?;
        return Ok(Arc::new(HandOut::new(blocks.into())));
    }
    let name = operation.name();
    let mut bytes = vec![u8::try_from(name.len()).unwrap()];
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend(operation.encode()?);
    let decoded = decode_operation(&bytes)?;
    assert_eq!(decoded.name(), name);
    assert_eq!(decoded.encode()?, operation.encode()?, "{name} is encoded again as something else");
    Ok(decoded)
}

/// The block as another process decodes it.
fn through(block: &Block) -> Result<Block> {
    let mut encoder = BlockEncoder::new(block, 1 << 20)?;
    let mut decoder = BlockDecoder::new(encoder.header(), u64::MAX)?;
    while let Some(message) = encoder.next_message()? {
        decoder.push(&message.head, message.joined())?;
    }
    decoder.finish()
}

fn run_all(graph: &TaskGraph, operations: &[Arc<dyn Operation>]) -> Result<Vec<Block>> {
    let env = RunEnv::new(2, MemoryLedger::new(1 << 32));
    let mut done: Vec<Block> = Vec::with_capacity(graph.len());
    for task in (0..graph.len() as u32).map(TaskId) {
        let inputs =
            graph.deps(task).iter().map(|d| through(&done[d.index()])).collect::<Result<Inputs>>()?;
        done.push(run(graph, task, inputs, operations, &env).map_err(|e| e.context(graph.name(task)))?);
    }
    graph.outputs().iter().map(|task| through(&done[task.index()])).collect()
}

fn run(
    graph: &TaskGraph,
    task: TaskId,
    mut inputs: Inputs,
    operations: &[Arc<dyn Operation>],
    env: &RunEnv,
) -> Result<Block> {
    let slots = graph.annotations(task).map_or(1, |a| usize::from(a.slots).clamp(1, 2));
    for step in graph.steps(task) {
        let operation = operations.get(step.layer.index()).ok_or_else(|| Error::internal("no such layer"))?;
        let ctx = TaskContext { index: step.index, slots, env };
        assert!(operation.fetch(&ctx).is_none(), "no stock operation fetches");
        inputs = [operation.run(inputs, &ctx)?].into_iter().collect();
    }
    Ok(inputs.into_iter().next().unwrap_or_default())
}
