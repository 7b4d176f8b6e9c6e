//! SQL over files, over frames, and over the results of both.
//!
//! `cargo run --example sql_over_files`

use std::path::Path;

use swath::dd::SqlContext;
use swath::prelude::*;
use swath::{datasets, sql};

/// The names with the largest total amounts in the files of a folder: a quoted pattern is a table.
pub fn busiest(folder: &Path) -> dd::DataFrame {
    sql(&format!(
        "SELECT name, count(*) AS events, sum(amount) AS total
         FROM '{}/2015-*.csv'
         GROUP BY name
         ORDER BY total DESC
         LIMIT 5",
        folder.display()
    ))
}

/// Days on which more than `events` things happened: a frame is a table, and a query's result is a frame.
///
/// # Errors
/// When the frame cannot be registered under its name.
pub fn busy_days(folder: &Path, events: u64) -> swath::Result<dd::DataFrame> {
    let context = SqlContext::new();
    let events_of_2015 = dd::read_csv(format!("{}/2015-*.csv", folder.display()));
    context.register("events", &events_of_2015)?;
    let days =
        context.sql("SELECT date_trunc('day', timestamp) AS day, count(*) AS n FROM events GROUP BY 1");
    Ok(days.filter(col("n").gt(events as i64)).sort_values("day"))
}

#[allow(dead_code)] // other programs borrow the functions above
fn main() -> swath::Result<()> {
    // With `--scheduler HOST:PORT` all of this runs on a cluster.
    swath::init();
    let _cluster = swath::connect_from_args()?;

    let folder = std::env::temp_dir().join("swath-examples/events");
    datasets::timeseries(&folder).write()?;
    println!("{}", busiest(&folder).compute()?);
    println!("{}", busy_days(&folder, 400)?.compute()?);
    Ok(())
}
