//! The runtime's own cost: tasks that do next to nothing.

use std::time::Instant;

use serde_json::json;
use swath::prelude::*;

use crate::{Answer, Request};

fn inc(x: u64) -> u64 {
    x + 1
}

fn add(a: u64, b: u64) -> u64 {
    a + b
}

/// N independent tasks and their results, building included; and the latency of one (median of 200).
pub fn tasks(request: &Request) -> Answer {
    let mut latency = Vec::with_capacity(200);
    for i in 0..200 {
        let start = Instant::now();
        delayed(inc).call((i,)).compute()?;
        latency.push(start.elapsed().as_secs_f64());
    }
    latency.sort_by(f64::total_cmp);
    let median = latency.get(100).copied().unwrap_or_default();

    let start = Instant::now();
    let calls: Vec<_> = (0..request.n).map(|i| delayed(inc).call((i,))).collect();
    let total: u64 = compute_all(calls)?.into_iter().sum();
    let latency_ms = (median * 1e6).round() / 1e3;
    Ok((start, json!({ "total": total, "latency_ms": latency_ms, "n": request.n })))
}

/// A binary tree of additions over N tasks in all.
pub fn tree(request: &Request) -> Answer {
    let mut level: Vec<_> = (0..request.n.div_ceil(2).max(1)).map(|i| delayed(inc).call((i,))).collect();
    while level.len() > 1 {
        let pairs = level.chunks(2).map(|pair| match pair {
            [a, b] => Some(delayed(add).call((a, b))),
            rest => rest.first().cloned(),
        });
        level = pairs.flatten().collect();
    }
    let root = level.pop();
    let start = Instant::now();
    let root = root.map(|r| r.compute()).transpose()?;
    Ok((start, json!({ "n": request.n, "total": root })))
}
