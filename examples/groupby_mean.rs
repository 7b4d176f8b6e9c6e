//! The mean of a column per user, over a year of CSV files, with a `DataFrame`.
//!
//! `cargo run --example groupby_mean`

use std::path::Path;

use swath::datasets;
use swath::prelude::*;

/// The mean value of every user in the monthly files of a folder, as a lazy frame.
pub fn means(folder: &Path) -> dd::DataFrame {
    let pattern = format!("{}/2015-*.csv", folder.display());
    dd::read_csv(pattern).groupby(["user_id"]).mean(["value"])
}

#[allow(dead_code)] // other programs borrow the function above
fn main() -> swath::Result<()> {
    // With `--scheduler HOST:PORT` all of this runs on a cluster.
    swath::init();
    let _cluster = swath::connect_from_args()?;

    // Twelve small files to read; a second run finds them there.
    let folder = std::env::temp_dir().join("swath-examples/events");
    datasets::timeseries(&folder).write()?;

    // Nothing has been read yet: `explain` shows what will be.
    let means = means(&folder);
    println!("{}", means.explain()?);

    // Now the files are read, on all cores, and only the two columns that matter.
    let table = means.compute()?;
    println!("{} users\n{table}", table.num_rows());
    Ok(())
}
