//! Tasks that write every chunk into a sink.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use swath_array_io::{ArraySink, Travelling, decode_sink};
use swath_block::{Block, Chunk, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId};

use super::blockwise::only;
use super::{coordinates, lower};
use crate::expr::Expr;

/// A sink that tasks of a run write to until it is finished or abandoned: a run that has failed may hold on to its tasks
/// a little longer than its caller waits.
#[derive(Debug)]
pub struct OpenSink {
    sink: RwLock<Option<Box<dyn ArraySink>>>,
    /// Where in the sink the array begins; none when it is the whole of it.
    offset: Option<Vec<usize>>,
}

impl OpenSink {
    /// Opens a sink for the tasks of a run.
    pub fn new(sink: impl ArraySink + 'static) -> Arc<Self> {
        Arc::new(Self { sink: RwLock::new(Some(Box::new(sink))), offset: None })
    }

    /// Opens the part of a sink that begins at `offset`; who writes the parts finishes the sink.
    pub fn at(sink: impl ArraySink + 'static, offset: &[usize]) -> Arc<Self> {
        Arc::new(Self { sink: RwLock::new(Some(Box::new(sink))), offset: Some(offset.to_vec()) })
    }

    /// Makes what was written visible, when it is the whole.
    ///
    /// # Errors
    /// As [`ArraySink::finish`].
    pub fn finish(&self) -> Result<()> {
        match self.close() {
            Some(_) if self.offset.is_some() => Ok(()),
            Some(sink) => sink.finish(),
            None => Err(closed()),
        }
    }

    /// Drops the sink, and with it what was written; does nothing to one that is finished.
    pub fn abandon(&self) {
        drop(self.close());
    }

    /// Takes the sink away, once nobody is writing.
    fn close(&self) -> Option<Box<dyn ArraySink>> {
        self.sink.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn travel(&self) -> Result<Travelling> {
        match self.sink.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(sink) => sink.travel(),
            None => Err(closed()),
        }
    }

    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
        match self.sink.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(sink) => sink.write(offset, chunk),
            None => Err(closed()),
        }
    }
}

fn closed() -> Error {
    Error::cancelled("the sink was closed before the array was written")
}

/// Where the chunks of an array start along each axis.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Starts(Vec<Vec<usize>>);

impl Starts {
    /// The position of the first element of task `index`'s chunk.
    fn offset(&self, index: u32) -> Vec<usize> {
        let grid: Vec<usize> = self.0.iter().map(Vec::len).collect();
        let at = coordinates(index as usize, &grid);
        self.0.iter().zip(&at).map(|(starts, i)| starts.get(*i).copied().unwrap_or(0)).collect()
    }
}

/// Writes one chunk to this process's sink.
#[derive(Debug)]
struct WriteChunk {
    sink: Arc<OpenSink>,
    starts: Starts,
}

impl Operation for WriteChunk {
    fn name(&self) -> &'static str {
        "array.store"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        self.sink.write(&self.starts.offset(ctx.index), &only(inputs)?)?;
        Ok(Block::Unit)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(&SendChunk {
            sink: self.sink.travel()?,
            starts: self.starts.clone(),
            joined: OnceLock::new(),
        })
    }
}

/// Writes one chunk to the sink of another process.
#[derive(Debug, Serialize, Deserialize)]
struct SendChunk {
    sink: Travelling,
    starts: Starts,
    /// Joined when the first chunk is written.
    #[serde(skip)]
    joined: OnceLock<Result<Box<dyn ArraySink>>>,
}

register_operation!(SendChunk, "array.store");

impl Operation for SendChunk {
    fn name(&self) -> &'static str {
        "array.store"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let joined = self.joined.get_or_init(|| decode_sink(&self.sink));
        let sink = joined.as_ref().map_err(Clone::clone)?;
        sink.write(&self.starts.offset(ctx.index), &only(inputs)?)?;
        Ok(Block::Unit)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// Adds the layers of an expression as it is, and the tasks that write its chunks into `sink`.
///
/// # Errors
/// As [`lower`]; [`swath_error::ErrorKind::Unsupported`] when chunk lengths are unknown.
pub fn store(expr: &Expr, sink: Arc<OpenSink>, builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
    let mut starts =
        expr.chunks().axes().iter().map(crate::chunks::Axis::starts).collect::<Result<Vec<_>>>()?;
    for (axis, offset) in starts.iter_mut().zip(sink.offset.iter().flatten()) {
        for start in axis {
            *start += offset;
        }
    }
    let grid = lower(expr, builder)?;
    let layer = Layer {
        key: Key::unique("array-store"),
        name: "store".into(),
        payload: swath_block::OpHandle::payload(WriteChunk { sink, starts: Starts(starts) }),
        annotations: Annotations::default(),
    };
    let tasks = builder.add(layer, grid.tasks().len(), |i, out| out.extend(grid.tasks().get(i)))?;
    Ok(tasks.iter().collect())
}
