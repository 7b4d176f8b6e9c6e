//! Parts against the answers that pandas gave.

use swath::dd::{DataFrame, from_table};
use swath::prelude::*;

use super::data::is_split;
use super::oracle::{BOTH, check_any_order, frame};
use crate::loopback::over_workers;

/// The frame read from Parquet files of a few rows each.
fn in_files(of: &DataFrame, folder: &std::path::Path) -> DataFrame {
    let table = of.compute().unwrap();
    let share = table.num_rows().div_ceil(5);
    for i in 0..5 {
        let part = from_table(&table.slice(i * share, share));
        part.to_parquet(folder.join(format!("{i}.parquet"))).unwrap();
    }
    dd::read_parquet(format!("{}/*.parquet", folder.display())).frame()
}

#[test]
fn group_bys_are_pandas_ones() {
    type Case = (&'static str, fn(&DataFrame) -> DataFrame);
    let cases: [Case; 15] = [
        ("groupby_sum", |df| df.groupby("k").sum(["g", "i", "j", "x", "y"])),
        ("groupby_mean", |df| df.groupby(["k"]).mean(["g", "i", "j", "x", "y"])),
        ("groupby_std", |df| df.groupby("k").std(["g", "i", "j", "x", "y"])),
        ("groupby_var", |df| df.groupby("k").var(["g", "i", "j", "x", "y"])),
        ("groupby_median", |df| df.groupby("k").median(["g", "i", "j", "x", "y"])),
        ("groupby_min", |df| df.groupby("k").min(["i", "x", "s"])),
        ("groupby_max", |df| df.groupby("k").max(["i", "x", "s"])),
        ("groupby_count", |df| df.groupby("k").count(["i", "x", "s"])),
        ("groupby_nunique", |df| df.groupby("k").nunique(["i", "x", "s"])),
        ("groupby_size", |df| df.groupby("k").size()),
        ("groupby_two", |df| df.groupby(["k", "g"]).sum("x")),
        ("groupby_keep_missing", |df| df.groupby("k").dropna(false).sum("x")),
        ("groupby_float_key", |df| df.groupby("x").sum("i")),
        ("groupby_agg", |df| df.groupby("k").agg((("x", "sum"), col("x").mean(), col("i").max().alias("n")))),
        ("groupby_expression", |df| df.groupby(col("i") % 2).sum("x")),
    ];
    for missing in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let df = in_files(&frame("small", missing), folder.path());
        for (workers, slots) in [(2, 2), (3, 6)] {
            over_workers(workers, slots, || {
                for (name, make) in cases {
                    let made = make(&df);
                    assert!(is_split(&made), "{name}\n{}", made.explain().unwrap());
                    check_any_order(name, &made);
                }
            });
        }
    }
}
