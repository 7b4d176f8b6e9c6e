//! Times the ten most frequent names of gzipped JSON lines: `topk_bench FOLDER [repetitions]`.

use std::time::Instant;

use swath_bag::{self as db, json};
use swath_execute::Collection;
use swath_local as _;

fn main() -> Result<(), swath_error::Error> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let repetitions = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(3);
    for _ in 0..repetitions {
        let start = Instant::now();
        let top = db::read_text(format!("{folder}/2015-*.json.gz"))
            .map(json::loads)
            .pluck("name")
            .frequencies()
            .topk(10, db::by_count)
            .compute()?;
        println!("{:.3} s {:?}", start.elapsed().as_secs_f64(), top.first());
    }
    Ok(())
}
