//! The most frequent names in compressed JSON lines, with a bag.
//!
//! `cargo run --example bag_topk`

use swath::datasets;
use swath::db::json;
use swath::prelude::*;

/// The `k` most frequent names in the JSON lines of all files of a pattern, as a lazy bag.
pub fn top_names(pattern: &str, k: usize) -> db::Bag<(String, u64)> {
    db::read_text(pattern) // the lines of every file, decompressed
        .map(json::loads) // each line parsed …
        .pluck("name") // … but only the name is made into a value: the bag looks ahead
        .strings()
        .frequencies() // pairs of name and count
        .topk(k, db::by_count) // the pairs with the largest counts
}

#[allow(dead_code)] // other programs borrow the function above
fn main() -> swath::Result<()> {
    // With `--scheduler HOST:PORT` all of this runs on a cluster.
    swath::init();
    let _cluster = swath::connect_from_args()?;

    let folder = std::env::temp_dir().join("swath-examples/people");
    datasets::people_json(&folder).write()?;

    let top = top_names(&format!("{}/2015-*.json.gz", folder.display()), 10);
    println!("{}", top.explain()?);
    for (name, count) in top.compute()? {
        println!("{name:>10} {count:>6}");
    }
    Ok(())
}
