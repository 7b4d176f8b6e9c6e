//! What a task runs.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;
use smallvec::SmallVec;
use swath_error::{Error, Result};
use swath_graph::Payload;

use crate::{Block, TaskContext};

/// A task's inputs in argument order, by value: an operation that is handed the last reference may reuse the memory.
pub type Inputs = SmallVec<[Block; 2]>;

/// The asynchronous half of an operation.
pub type Fetch = BoxFuture<'static, Result<Block>>;

/// An operation: one per layer, run once per task with the task's index in the context.
///
/// Operations of this process may hold closures and data. Those that also travel to workers are serialisable and
/// registered by name ([`crate::register_operation!`]).
pub trait Operation: Any + Send + Sync + Debug {
    /// The registered name: `array.elementwise`, `csv.read`.
    fn name(&self) -> &'static str;

    /// Runs one task on a compute thread. Must not block on other tasks; long work calls
    /// [`TaskContext::check_cancelled`] now and then.
    ///
    /// # Errors
    /// Whatever went wrong; the runtime adds which task it was.
    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block>;

    /// Work that waits rather than computes (object stores, other workers), done before [`Self::run`] and without a
    /// compute thread; its block is appended to the inputs. Must be pollable from any thread, without a runtime.
    fn fetch(&self, ctx: &TaskContext<'_>) -> Option<Fetch> {
        let _ = ctx;
        None
    }

    /// The blocks of an operation that does nothing but hand out blocks it holds: task `i` of its layer gives block `i`. A
    /// runtime of other processes sends them there once and leaves the layer out.
    fn held_blocks(&self) -> Option<Arc<[Block]>> {
        None
    }

    /// The operation's data, without its name, as it travels to workers.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] for an operation that cannot leave this process.
    fn encode(&self) -> Result<Vec<u8>> {
        Err(Error::unsupported(format!("the operation {} cannot leave this process", self.name())))
    }
}

/// An operation as a graph's payload holds it.
#[derive(Clone, Debug)]
pub struct OpHandle(Arc<dyn Operation>);

impl OpHandle {
    /// Wraps an operation for a layer.
    pub fn payload(op: impl Operation) -> Payload {
        Payload::Local(Arc::new(Self(Arc::new(op))))
    }

    /// Wraps a shared operation for a layer.
    pub fn shared(op: Arc<dyn Operation>) -> Payload {
        Payload::Local(Arc::new(Self(op)))
    }

    /// The operation of a layer; an encoded one is looked up in the registry and decoded.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the payload is something else or this build lacks the operation.
    pub fn resolve(payload: &Payload) -> Result<Arc<dyn Operation>> {
        match payload {
            Payload::Local(any) => match any.downcast_ref::<Self>() {
                Some(handle) => Ok(handle.0.clone()),
                None => Err(Error::internal("a layer's payload is not an operation")),
            },
            Payload::Encoded(bytes) => crate::decode_operation(bytes),
            Payload::Import => {
                Err(Error::internal("a task that stands for another graph's result was to be run"))
            }
        }
    }
}
