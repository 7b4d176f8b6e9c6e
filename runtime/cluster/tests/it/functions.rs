//! Small functions that the tests call.

use std::time::Duration;

use swath_cluster::{Client, LocalCluster};
use swath_error::{Error, Result};
use swath_tasks::task;

#[task]
pub fn inc(x: u64) -> u64 {
    x + 1
}

#[task]
pub fn add(a: u64, b: u64) -> u64 {
    a + b
}

#[task]
pub fn sum(values: &[u64]) -> u64 {
    values.iter().sum()
}

#[task]
pub fn length(text: &str) -> usize {
    text.len()
}

#[task]
pub fn nap(millis: u64) -> u64 {
    std::thread::sleep(Duration::from_millis(millis));
    millis
}

#[task]
pub fn refuse(why: String) -> Result<u64> {
    Err(Error::argument(why))
}

#[task]
pub fn explode() -> u64 {
    panic!("boom")
}

/// Panics when it is dropped, with another one of these so many times over.
struct Bomb(u8);

impl Drop for Bomb {
    fn drop(&mut self) {
        if let Some(left) = self.0.checked_sub(1) {
            std::panic::panic_any(Self(left));
        }
    }
}

#[task]
pub fn blow_up() -> u64 {
    std::panic::panic_any(Bomb(3))
}

#[task]
pub fn bytes(n: usize) -> Vec<u8> {
    vec![7; n]
}

#[task]
pub fn fib(n: u64) -> Result<u64> {
    if n < 2 {
        return Ok(n);
    }
    let client = Client::current()?;
    let a = client.try_submit(fib, (n - 1,))?;
    let b = client.try_submit(fib, (n - 2,))?;
    Ok(a.result()? + b.result()?)
}

#[task]
pub fn guarded(name: String) -> Result<u64> {
    let client = Client::current()?;
    let _lease = client.lock(&name).acquire()?;
    let seen = client.variable::<u64>("guarded");
    let before = seen.get_timeout(Duration::ZERO)?.unwrap_or(0);
    std::thread::sleep(Duration::from_millis(2));
    seen.set(&(before + 1))?;
    Ok(before)
}

#[task]
pub fn pid() -> u32 {
    std::process::id()
}

/// A cluster of so many workers with one thread each.
pub fn cluster(workers: usize) -> LocalCluster {
    LocalCluster::builder().workers(workers).memory_limit(256 << 20).start().unwrap()
}
