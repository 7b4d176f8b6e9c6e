//! Totals per name and counts per day.

#[path = "../../../examples/sql_over_files.rs"]
pub mod example;

use std::collections::BTreeMap;

use swath::datasets;
use swath::prelude::*;

use super::events::events;

#[test]
fn sql_over_files_is_that_of_a_plain_loop() {
    let folder = tempfile::tempdir().unwrap();
    let files = datasets::timeseries(folder.path()).rows(500).write().unwrap();
    let mut totals: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let mut days: BTreeMap<String, i64> = BTreeMap::new();
    for event in events(&files) {
        let total = totals.entry(event.name).or_default();
        *total = (total.0 + event.amount, total.1 + 1);
        *days.entry(event.day).or_default() += 1;
    }
    let mut expected: Vec<(i64, i64)> = totals.values().copied().collect();
    expected.sort_unstable_by_key(|t| std::cmp::Reverse(t.0));
    let table = example::busiest(folder.path()).compute().unwrap();
    assert_eq!(table.values::<i64>("total").unwrap(), expected[..5].iter().map(|t| t.0).collect::<Vec<_>>());
    for (name, events) in
        table.values::<String>("name").unwrap().iter().zip(table.values::<i64>("events").unwrap())
    {
        assert_eq!(totals[name].1, events);
    }

    let busy: Vec<i64> = days.values().copied().filter(|n| *n > 18).collect();
    let table = example::busy_days(folder.path(), 18).unwrap().compute().unwrap();
    assert_eq!(table.values::<i64>("n").unwrap(), busy);
}
