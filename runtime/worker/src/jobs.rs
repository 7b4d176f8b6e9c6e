//! What a worker keeps about each job: its operations, decoded when they are first needed.

use std::collections::HashMap;
use std::sync::Arc;

use swath_block::{Operation, decode_operation};
use swath_error::{Error, Result};
use swath_graph::LayerId;
use swath_scheduler::JobId;
use swath_wire::Blob;

/// Operations by job and layer.
#[derive(Debug, Default)]
pub(crate) struct Jobs(HashMap<JobId, HashMap<LayerId, Layer>>);

#[derive(Debug)]
enum Layer {
    Encoded(Blob),
    Decoded(Result<Arc<dyn Operation>>),
}

impl Jobs {
    /// Takes in layers that the scheduler sent.
    pub fn add(&mut self, job: JobId, layers: Vec<(LayerId, Blob)>) {
        let known = self.0.entry(job).or_default();
        for (id, blob) in layers {
            known.entry(id).or_insert(Layer::Encoded(blob));
        }
    }

    /// The operation of a layer.
    ///
    /// # Errors
    /// What is wrong with it: this build lacks it, or it cannot be decoded.
    pub fn operation(&mut self, job: JobId, layer: LayerId) -> Result<Arc<dyn Operation>> {
        let slot = self.0.get_mut(&job).and_then(|layers| layers.get_mut(&layer));
        let slot = slot.ok_or_else(|| Error::internal("a task was ordered before its operation was sent"))?;
        if let Layer::Encoded(blob) = slot {
            *slot = Layer::Decoded(decode_operation(blob.as_ref()));
        }
        match slot {
            Layer::Decoded(operation) => operation.clone(),
            Layer::Encoded(_) => Err(Error::internal("an operation was not decoded")),
        }
    }

    /// Nothing of the job will be asked for again.
    pub fn forget(&mut self, job: JobId) {
        self.0.remove(&job);
    }
}
