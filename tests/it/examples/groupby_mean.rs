//! The mean per user.

#[path = "../../../examples/groupby_mean.rs"]
pub mod example;

use std::collections::BTreeMap;

use swath::datasets;
use swath::prelude::*;

use super::events::events;

#[test]
fn groupby_mean_is_that_of_a_plain_loop() {
    let folder = tempfile::tempdir().unwrap();
    let files = datasets::timeseries(folder.path()).rows(500).users(40).write().unwrap();
    let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for event in events(&files) {
        let sum = sums.entry(event.user).or_default();
        *sum = (sum.0 + event.value, sum.1 + 1.0);
    }
    let table = example::means(folder.path()).compute().unwrap();
    assert_eq!(table.num_rows(), sums.len());
    let found =
        table.values::<i64>("user_id").unwrap().into_iter().zip(table.values::<f64>("value").unwrap());
    for (user, mean) in found {
        let (sum, n) = sums[&user];
        assert!((mean - sum / n).abs() < 1e-9, "user {user}: {mean}");
    }
}
