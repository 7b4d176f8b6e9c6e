//! Parts against the answers that pandas gave.

use swath::dd::{DataFrame, from_table};
use swath::prelude::*;

use super::data::is_split;
use super::group_bys::GROUP_BYS;
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
    for missing in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let df = in_files(&frame("small", missing), folder.path());
        for (workers, slots) in [(2, 2), (3, 6)] {
            over_workers(workers, slots, || {
                for (name, make) in GROUP_BYS {
                    let made = make(&df);
                    assert!(is_split(&made), "{name}\n{}", made.explain().unwrap());
                    check_any_order(name, &made);
                }
            });
        }
    }
}
