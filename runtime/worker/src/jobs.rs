//! What a worker keeps about each job: its operations, decoded when they are first needed, and how large their results are.

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
struct Layer {
    operation: Known,
    /// Bytes of the largest result so far; less with every smaller one since.
    largest: Option<u64>,
}

#[derive(Debug)]
enum Known {
    Encoded(Blob),
    Decoded(Result<Arc<dyn Operation>>),
}

impl Jobs {
    /// Takes in layers that the scheduler sent.
    pub fn add(&mut self, job: JobId, layers: Vec<(LayerId, Blob)>) {
        let known = self.0.entry(job).or_default();
        for (id, blob) in layers {
            known.entry(id).or_insert(Layer { operation: Known::Encoded(blob), largest: None });
        }
    }

    /// The operation of a layer.
    ///
    /// # Errors
    /// What is wrong with it: this build lacks it, or it cannot be decoded.
    pub fn operation(&mut self, job: JobId, layer: LayerId) -> Result<Arc<dyn Operation>> {
        let layer = self.layer(job, layer);
        let layer =
            layer.ok_or_else(|| Error::internal("a task was ordered before its operation was sent"))?;
        if let Known::Encoded(blob) = &layer.operation {
            layer.operation = Known::Decoded(decode_operation(blob.as_ref()));
        }
        match &layer.operation {
            Known::Decoded(operation) => operation.clone(),
            Known::Encoded(_) => Err(Error::internal("an operation was not decoded")),
        }
    }

    /// A task that ends with this layer has given a result of so many bytes.
    pub fn gave(&mut self, job: JobId, layer: LayerId, bytes: u64) {
        if let Some(layer) = self.layer(job, layer) {
            let before = layer.largest.unwrap_or(0);
            layer.largest = Some(bytes.max(before - before / 8));
        }
    }

    /// How large a result of a task that ends with this layer may be; none when there has been none here.
    pub fn expected(&mut self, job: JobId, layer: LayerId) -> Option<u64> {
        self.layer(job, layer)?.largest
    }

    fn layer(&mut self, job: JobId, layer: LayerId) -> Option<&mut Layer> {
        self.0.get_mut(&job)?.get_mut(&layer)
    }

    /// Nothing of the job will be asked for again.
    pub fn forget(&mut self, job: JobId) {
        self.0.remove(&job);
    }
}
