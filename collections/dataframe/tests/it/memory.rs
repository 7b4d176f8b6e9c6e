//! Frames in memory: lengths, order, persisted results, user functions.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use swath_dataframe::{Collection, Error, ErrorKind, IntoColumn, col, from_columns, from_table, lit};

fn numbers(n: i64) -> swath_dataframe::DataFrame {
    from_columns([("n", (0..n).collect::<Vec<_>>())])
}

#[test]
fn rows_keep_their_order() {
    let df = numbers(100_000).filter((col("n") % 3).eq(0)).with_column("m", col("n") * 2);
    let table = df.compute().unwrap();
    let m = table.values::<i64>("m").unwrap();
    assert_eq!(m.len(), 33_334);
    assert!(m.is_sorted());
    assert_eq!(df.len().unwrap(), 33_334);
    assert_eq!(df.head(2).compute().unwrap().values::<i64>("n").unwrap(), [0, 3]);
    assert_eq!(df.tail(2).compute().unwrap().values::<i64>("n").unwrap(), [99_996, 99_999]);
    assert!(!df.is_empty().unwrap());
    assert!(df.filter(col("n").lt(0)).is_empty().unwrap());
}

#[test]
fn samples_are_reproducible() {
    let df = numbers(10_000);
    let sample = |seed| df.sample(0.1, seed).compute().unwrap().values::<i64>("n").unwrap();
    assert_eq!(sample(1), sample(1));
    assert_ne!(sample(1), sample(2));
    assert!((800..1200).contains(&sample(3).len()), "{}", sample(3).len());
    assert!(sample(4).is_sorted());
}

#[test]
fn persisted_frames_do_not_compute_again() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let df = numbers(10);
    let counted = df.map_partitions(df.schema().unwrap(), move |batch| {
        seen.fetch_add(batch.num_rows(), Ordering::Relaxed);
        Ok(batch)
    });
    let kept = counted.persist().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 10);
    assert_eq!(kept.sum("n").compute_scalar::<i64>().unwrap(), Some(45));
    assert_eq!(kept.len().unwrap(), 10);
    assert_eq!(calls.load(Ordering::Relaxed), 10);
}

#[test]
fn functions_of_partitions_are_checked() {
    let df = numbers(1000);
    let doubled = df.map_partitions(df.schema().unwrap(), |batch| {
        let n = batch.column(0).as_primitive::<Int64Type>();
        let twice: Vec<i64> = n.values().iter().map(|v| v * 2).collect();
        arrow::array::RecordBatch::try_new(batch.schema(), vec![twice.into_column()])
            .map_err(|e| Error::internal(e.to_string()))
    });
    assert_eq!(doubled.filter(col("n").gt(5)).sum("n").compute_scalar::<i64>().unwrap(), Some(998_994));
    let wrong = df.map_partitions(df.schema().unwrap(), |batch| {
        let text = vec!["x"; batch.num_rows()].into_column();
        arrow::array::RecordBatch::try_from_iter([("n", text)]).map_err(|e| Error::internal(e.to_string()))
    });
    assert_eq!(wrong.compute().unwrap_err().kind(), ErrorKind::SchemaMismatch);
    let failing = df.map_partitions(df.schema().unwrap(), |_| Err(Error::data("row 7 is bad")));
    assert!(failing.compute().unwrap_err().to_string().contains("row 7 is bad"));
}

#[test]
fn first_and_last_follow_the_order_of_a_sort() {
    let df = from_columns([("k", vec![1, 1, 2, 2]), ("x", vec![3, 4, 2, 1])]);
    let table = df.sort_values("x").groupby("k").agg((col("x").first(), col("x").last())).compute().unwrap();
    assert_eq!(table.values::<i64>("x_first").unwrap(), [3, 1]);
    assert_eq!(table.values::<i64>("x_last").unwrap(), [4, 2]);
    let last = df.sort_values(col("x").desc()).tail(1).compute().unwrap();
    assert_eq!(last.values::<i64>("x").unwrap(), [1]);
}

#[test]
fn expressions_of_aggregates() {
    let df = from_columns([("k", vec![1, 1, 2]), ("x", vec![1, 3, 5])]);
    let range = (col("x").max() - col("x").min()).alias("range");
    let share = (col("x").sum() / col("x").count()).alias("mean");
    let table = df.groupby("k").agg((range, share)).compute().unwrap();
    assert_eq!(table.values::<i64>("range").unwrap(), [2, 0]);
    assert_eq!(table.values::<f64>("mean").unwrap(), [2.0, 5.0]);
    let all = df.agg((col("x").sum(), lit(1).sum().alias("rows"))).compute().unwrap();
    assert_eq!(all.values::<i64>("rows").unwrap(), [3]);
}

#[test]
fn results_are_frames_again() {
    let table = numbers(5).compute().unwrap();
    assert_eq!(from_table(&table).sum([]).compute_scalar::<i64>().unwrap(), Some(10));
}

#[test]
fn explain_shows_every_level() {
    let text = numbers(5).filter(col("n").gt(1)).groupby("n").size().explain().unwrap();
    for section in ["expression", "rewritten", "task graph"] {
        assert!(text.lines().any(|l| l == section), "{section} is missing in\n{text}");
    }
    assert!(text.contains("Aggregate"), "{text}");
}

#[tokio::test]
async fn frames_can_be_awaited_and_waited_for_inside_a_runtime() {
    let df = numbers(100);
    assert_eq!(df.start().await.unwrap().num_rows(), 100);
    assert_eq!(df.compute().unwrap().num_rows(), 100);
}

#[test]
fn floor_division_of_floats_is_pythons() {
    let a = vec![1.0, -1.0, 7.5, -7.5, 0.3, 1.0, f64::INFINITY, 5.0];
    let b = vec![0.1, 0.1, -2.0, 2.0, 0.1, 0.0, 2.0, f64::INFINITY];
    let df = from_columns([("a", a), ("b", b)]).select(col("a").floor_div(col("b")).alias("q"));
    let q = df.compute().unwrap().values::<f64>("q").unwrap();
    assert_eq!(q[..6], [9.0, -10.0, -4.0, -4.0, 2.0, f64::INFINITY]);
    assert!(q[6].is_nan() && q[7] == 0.0, "{q:?}");
}

#[test]
fn strip_takes_all_white_space() {
    let df = from_columns([("s", vec!["\u{a0}x y\u{2003}", "\u{3000}\u{1f}", "\u{85}z\n"])]);
    for (strip, wanted) in [
        (col("s").str().strip(), ["x y", "", "z"]),
        (col("s").str().lstrip(), ["x y\u{2003}", "", "z\n"]),
        (col("s").str().rstrip(), ["\u{a0}x y", "", "\u{85}z"]),
    ] {
        assert_eq!(df.select(strip.alias("s")).compute().unwrap().values::<String>("s").unwrap(), wanted);
    }
}
