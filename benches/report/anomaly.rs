//! `(x - x.mean(axis=1, keepdims)).std(axis=0).sum()` over an array in memory.

use std::time::Instant;

use serde_json::json;
use swath::prelude::*;
use swath_array_io::NpySource;

use crate::{Answer, Request};

/// The job; the array is read from `big.npy` before the measured part.
pub fn from_memory(request: &Request) -> Answer {
    let path = request.data.join("big.npy");
    let x = da::from_source(NpySource::open(path)?).typed::<f64>().compute()?;
    let start = Instant::now();
    let x = da::from_ndarray(x).rechunk([1000, 1000]);
    let checksum = (&x - x.mean(da::keepdims(1))).std(0).sum(..).item()?;
    Ok((start, json!({ "checksum": checksum })))
}
