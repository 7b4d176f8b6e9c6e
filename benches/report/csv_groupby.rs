//! CSV files: the mean of `value` per `user_id`.

use std::time::Instant;

use serde_json::json;
use swath::prelude::*;

use crate::{Answer, Request};

/// The job.
pub fn run(request: &Request) -> Answer {
    let start = Instant::now();
    let table = dd::read_csv(request.glob("events/2015-*.csv")).groupby("user_id").mean("value").compute()?;
    let checksum: f64 = table.values::<f64>("value")?.iter().sum();
    Ok((start, json!({ "rows": table.num_rows(), "checksum": checksum })))
}
