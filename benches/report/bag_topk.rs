//! Gzip JSON lines: the ten most frequent names.

#[path = "../../examples/bag_topk.rs"]
mod example;

use std::time::Instant;

use serde_json::json;
use swath::prelude::*;

use crate::{Answer, Request};

/// The job.
pub fn run(request: &Request) -> Answer {
    let pattern = request.glob("json/2015-*.json.gz");
    let start = Instant::now();
    let mut top = example::top_names(&pattern, 10).compute()?;
    top.truncate(3);
    Ok((start, json!({ "top": top })))
}
