//! Small graphs whose tasks are closures.

use std::fmt;
use std::sync::Arc;

use swath_block::{Block, Inputs, OpHandle, Operation, TaskContext};
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId, TaskRange};

type Body = dyn Fn(Inputs, &TaskContext<'_>) -> Result<Block> + Send + Sync;

struct Call(Box<Body>);

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

impl Operation for Call {
    fn name(&self) -> &'static str {
        "test.call"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        (self.0)(inputs, ctx)
    }
}

/// A layer that runs `body`.
pub fn layer(
    name: &str,
    annotations: Annotations,
    body: impl Fn(Inputs, &TaskContext<'_>) -> Result<Block> + Send + Sync + 'static,
) -> Layer {
    Layer {
        key: Key::unique(name),
        name: name.into(),
        payload: OpHandle::payload(Call(Box::new(body))),
        annotations,
    }
}

/// Adds a layer with default annotations.
pub fn add(
    builder: &mut GraphBuilder,
    name: &str,
    tasks: usize,
    deps: impl FnMut(usize, &mut Vec<TaskId>),
    body: impl Fn(Inputs, &TaskContext<'_>) -> Result<Block> + Send + Sync + 'static,
) -> TaskRange {
    builder.add(layer(name, Annotations::default(), body), tasks, deps).unwrap()
}

/// The number in a block.
pub fn number(block: &Block) -> u64 {
    match block {
        Block::Value(value) => *value.get::<u64>().unwrap(),
        other => panic!("not a number: {other:?}"),
    }
}

/// A task that adds its inputs and its index.
pub fn sum(inputs: &Inputs, ctx: &TaskContext<'_>) -> Block {
    Block::value(inputs.iter().map(number).sum::<u64>() + u64::from(ctx.index))
}

/// Waits until `condition` holds.
pub fn until(mut condition: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !condition() {
        assert!(start.elapsed().as_secs() < 20, "waited in vain");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// An `Arc` of a default value, twice: one for the task, one for the test.
pub fn shared<T: Default>() -> (Arc<T>, Arc<T>) {
    let value = Arc::new(T::default());
    (value.clone(), value)
}
