//! The tasks that plans in parts become.

use std::fmt::Write as _;

use swath::dd::{DataFrame, read_csv, read_parquet};
use swath::prelude::*;
use swath::{ErrorKind, Executor, Table};
use swath_graph::{GraphBuilder, Spread, TaskId};
use swath_relational::SplitLimits;

use super::data::{is_split, rows, write};
use crate::loopback::{Loopback, over_workers};

/// Computes with other limits; gives also how many tasks there were of each name.
fn with_limits(frame: &DataFrame, workers: usize, limits: SplitLimits) -> (Table, Vec<(String, usize)>) {
    let mut builder = GraphBuilder::new().travelling().spread_over(Some(Spread::new(workers, workers)));
    *builder.notes::<SplitLimits>() = limits;
    let lowered = frame.lower(&mut builder).unwrap();
    let graph = builder.finish(&lowered.tasks).unwrap();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for task in 0..graph.len() as u32 {
        let name = graph.name(TaskId(task));
        let name = name.rsplit_once('-').map_or(name.as_str(), |(layer, _)| layer);
        match counts.iter_mut().find(|(known, _)| known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name.to_owned(), 1)),
        }
    }
    let run = Loopback::default().start(graph, &RunOptions::default()).unwrap();
    ((lowered.finish)(run.wait().unwrap()).unwrap(), counts)
}

fn counted(counts: &[(&str, usize)]) -> Vec<(String, usize)> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn many_parts_are_merged_in_a_tree_and_large_ones_by_shares_of_their_groups() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let df = read_csv(format!("{}/csv/*.csv", folder.path().display())).frame();
    let few = SplitLimits { fan_in: 2, ..SplitLimits::default() };
    let shuffle = SplitLimits { shuffle_bytes: 0, ..SplitLimits::default() };
    let aggregates = || (("x", "mean"), ("n", "median"), ("s", "nunique"), ("x", "std"));
    let by_key = df.groupby(["k", "s"]).sort(false).agg(aggregates());
    let sorted = |table: &Table| {
        let mut all = rows(table);
        all.sort();
        all
    };
    let here = sorted(&by_key.compute().unwrap());
    let (table, tasks) = with_limits(&by_key, 8, few);
    assert_eq!(tasks, counted(&[("aggregate-part", 5), ("aggregate-reduce", 3 + 2), ("aggregate-merge", 1)]));
    assert_eq!(sorted(&table), here);
    let (table, tasks) = with_limits(&by_key, 8, shuffle);
    assert_eq!(tasks, counted(&[("aggregate-part", 5), ("aggregate-share", 40), ("aggregate-merge", 8)]));
    assert_eq!(sorted(&table), here);
    let ordered = df.groupby("k").sum(["n"]).sort_values("k").head(4);
    let (table, tasks) = with_limits(&ordered, 2, shuffle);
    let name = |step: &str| tasks.iter().find(|(n, _)| n.ends_with(step)).map(|(_, count)| *count);
    let parts = name("part").unwrap();
    assert_eq!((name("share"), name("merge"), name("end")), (Some(2 * parts), Some(2), Some(1)), "{tasks:?}");
    assert_eq!(rows(&table), rows(&ordered.compute().unwrap()));
    let one_group = df.sum(["n"]);
    for limits in [few, shuffle] {
        assert_eq!(rows(&with_limits(&one_group, 3, limits).0), rows(&one_group.compute().unwrap()));
    }
}

#[test]
fn explain_says_how_a_plan_runs_and_why() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let df = read_csv(format!("{}/csv/*.csv", folder.path().display())).frame();
    let means = df.groupby("k").mean(["x"]);
    let text = means.explain().unwrap();
    assert!(text.contains("one task: the query engine shares it out among the threads"), "{text}");
    over_workers(2, 16, || {
        let text = means.explain().unwrap();
        assert!(text.contains("split into 5 parts that one task merges"), "{text}");
        assert!(text.contains("-part-0 and 4 like it (1 thread each)"), "{text}");
        let last = df.groupby("k").last(["x"]).explain().unwrap();
        assert!(last.contains("one task: its answer depends on the order"), "{last}");
    });
}

/// A file of `lines` numbered lines of about 64 bytes.
fn large(lines: usize) -> String {
    let mut text = "a,b,c\n".to_owned();
    for i in 0..lines {
        writeln!(text, "{i},{},\"{:-<48}\"", i % 7, i).unwrap();
    }
    text
}

#[test]
fn a_large_file_is_cut_into_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    std::fs::write(&path, large(80_000)).unwrap();
    let df = read_csv(path.to_str().unwrap()).frame();
    let out = folder.path().join("large.parquet");
    df.to_parquet(&out).unwrap();
    let parquet = read_parquet(out.to_str().unwrap()).frame();
    let check = |df: &DataFrame, split: bool| {
        let sums = df.groupby("b").agg((("a", "sum"), ("c", "max"))).sort_values("b");
        let some = df.filter((col("a") % 1000).eq(7)).select(("a", "c"));
        let here = (rows(&sums.compute().unwrap()), rows(&some.compute().unwrap()));
        over_workers(2, 2, || {
            assert_eq!((is_split(&sums), is_split(&some)), (split, split));
            assert_eq!((rows(&sums.compute().unwrap()), rows(&some.compute().unwrap())), here);
        });
    };
    check(&df, true);
    check(&parquet, std::fs::metadata(&out).unwrap().len() >= 4 << 20);
}

#[test]
fn a_file_cut_inside_a_quoted_field_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quoted.csv");
    let mut text = large(30_000);
    // One field of two megabytes, whose lines look like records.
    text.push_str("1,2,\"");
    text.push_str(&"\n3,4,five".repeat(220_000));
    text.push_str("\"\n");
    std::fs::write(&path, text).unwrap();
    let sums = read_csv(path.to_str().unwrap()).groupby("b").sum("a");
    assert_eq!(sums.compute().unwrap_err().kind(), ErrorKind::InvalidData);
    over_workers(2, 2, || {
        assert!(is_split(&sums));
        let e = sums.compute().unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidData, "{e}");
        assert!(e.to_string().contains("quoted.csv"), "{e}");
    });
}
