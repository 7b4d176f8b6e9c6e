//! The runtime's own cost: tasks that do next to nothing.

use std::time::Instant;

use serde_json::json;
use swath::prelude::*;
use swath::{Client, Result};

use crate::{Answer, Request};

/// One more.
#[swath::task]
pub fn inc(x: u64) -> u64 {
    x + 1
}

#[swath::task]
fn add(a: u64, b: u64) -> u64 {
    a + b
}

/// N independent tasks and their results, building included; and the latency of one (median of 200).
pub fn tasks(request: &Request) -> Answer {
    let latency_ms = latency(|i| delayed(inc).call((i,)).compute())?;

    let start = Instant::now();
    let calls: Vec<_> = (0..request.n).map(|i| delayed(inc).call((i,))).collect();
    let total: u64 = compute_all(calls)?.into_iter().sum();
    Ok((start, json!({ "total": total, "latency_ms": latency_ms, "n": request.n })))
}

/// The same with a cluster's futures; and how many calls a second are submitted one by one.
pub fn futures(request: &Request, client: &Client) -> Answer {
    let latency_ms = latency(|i| client.submit(inc, (i,))?.result())?;
    let start = Instant::now();
    let calls = (0..request.n).map(|i| client.submit(inc, (i,))).collect::<Result<Vec<_>>>()?;
    client.gather(&calls)?;
    let submits_per_s = (request.n as f64 / start.elapsed().as_secs_f64()).round();
    drop(calls);

    let start = Instant::now();
    let total: u64 = client.gather(&client.map(inc, 0..request.n)?)?.into_iter().sum();
    let answer =
        json!({ "total": total, "latency_ms": latency_ms, "submits_per_s": submits_per_s, "n": request.n });
    Ok((start, answer))
}

/// Milliseconds from a call to its result: the median of 200.
fn latency(mut call: impl FnMut(u64) -> Result<u64>) -> Result<f64> {
    let mut times = Vec::with_capacity(200);
    for i in 0..200 {
        let start = Instant::now();
        call(i)?;
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok((times.get(100).copied().unwrap_or_default() * 1e6).round() / 1e3)
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
