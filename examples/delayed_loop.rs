//! An ordinary loop over ordinary functions, made parallel with `delayed`.
//!
//! `cargo run --example delayed_loop`

use std::thread::sleep;
use std::time::{Duration, Instant};

use swath::prelude::*;

// Functions that take their time, as reading a file or asking a server would. `#[swath::task]` leaves them as they are and
// lets a cluster's workers find them by name.
#[swath::task]
fn inc(x: i64) -> i64 {
    sleep(Duration::from_millis(20));
    x + 1
}

#[swath::task]
fn double(x: i64) -> i64 {
    sleep(Duration::from_millis(20));
    x * 2
}

#[swath::task]
fn add(x: i64, y: i64) -> i64 {
    sleep(Duration::from_millis(20));
    x + y
}

#[swath::task]
fn sum(values: &[i64]) -> i64 {
    values.iter().sum()
}

/// The total over `n` numbers, as a lazy value: nothing has run when this returns.
pub fn lazy_total(n: i64) -> Delayed<i64> {
    let mut sums = Vec::new();
    for x in 0..n {
        // A call of a delayed function is a node of a graph. Its arguments may be plain values…
        let a = delayed(inc).call((x,));
        let b = delayed(double).call((x,));
        // … or delayed values, by reference as here, so that others can use them too …
        sums.push(delayed(add).call((&a, &b)));
    }
    // … or containers of them. The function takes the computed vector as a slice, without copying.
    delayed(sum).named("total").call((sums,))
}

#[allow(dead_code)] // other programs borrow the function above
fn main() -> swath::Result<()> {
    // With `--scheduler HOST:PORT` all of this runs on a cluster.
    swath::init();
    let _cluster = swath::connect_from_args()?;

    let total = lazy_total(20);
    println!("{}", total.explain()?);

    let picture = std::env::temp_dir().join("swath-delayed-loop.svg");
    total.visualize(&picture)?;
    println!("drawn in {}", picture.display());

    let start = Instant::now();
    let answer = total.compute()?;
    let calls = 3 * 20;
    println!("total = {answer}: {calls} calls of 20 ms took {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    Ok(())
}
