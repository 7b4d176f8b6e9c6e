//! Futures: calls of ordinary functions on a cluster, the results of some as arguments of others.
//!
//! `cargo run --example futures` starts a cluster of two worker processes on this machine. To use one of your own, start
//! it with `futures swath-scheduler` and `futures swath-worker --scheduler HOST:8786` (the program is its own worker: it
//! knows the functions), and run `futures --scheduler HOST:8786`.

use swath::{Client, LocalCluster, as_completed};

#[swath::task]
fn inc(x: i64) -> i64 {
    x + 1
}

#[swath::task]
fn double(x: i64) -> i64 {
    x * 2
}

#[swath::task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

#[swath::task]
fn sum(values: &[i64]) -> i64 {
    values.iter().sum()
}

/// The total over `n` numbers; every call is a task that runs wherever there is room.
///
/// # Errors
/// When the cluster is gone.
pub fn total(client: &Client, n: i64) -> swath::Result<i64> {
    let mut sums = Vec::new();
    for x in 0..n {
        let a = client.submit(inc, (x,))?;
        let b = client.submit(double, (x,))?;
        // Futures are arguments: their values go from worker to worker.
        sums.push(client.submit(add, (a, b))?);
    }
    client.submit(sum, (&sums,))?.result()
}

#[allow(dead_code)] // other programs borrow the function above
fn main() -> swath::Result<()> {
    // Started as a worker or scheduler, the process becomes one here.
    swath::init();
    let given = swath::connect_from_args()?;
    let local = match given {
        Some(_) => None,
        None => Some(LocalCluster::builder().workers(2).processes().start()?),
    };
    let client = match (&given, &local) {
        (Some(connected), _) => connected.client().clone(),
        (None, Some(cluster)) => cluster.client()?,
        (None, None) => return Ok(()),
    };
    println!("{} workers", client.workers()?.len());
    println!("total = {}", total(&client, 20)?);

    let squares = client.map(double, 0..8)?;
    let mut seen = 0;
    for future in as_completed(squares) {
        seen += future.result()?;
    }
    println!("doubles as they came: {seen} in all");
    Ok(())
}
