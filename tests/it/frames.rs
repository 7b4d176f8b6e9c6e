//! Arrays of tables' columns and tables of arrays, on every runtime.

use std::path::Path;

use swath::dd::{ArrayOptions, DataFrame, read_csv, read_parquet};
use swath::prelude::*;
use swath::{ErrorKind, LocalCluster};

use crate::loopback::{over_loopback, over_workers};
use crate::split::data::write;

fn frames(folder: &Path) -> Vec<DataFrame> {
    write(folder);
    let at = |kind: &str| format!("{}/{kind}/*.{kind}", folder.display());
    vec![read_csv(at("csv")).frame(), read_parquet(at("parquet")).frame()]
}

/// Columns minus their means, in the order of the rows; what is missing is NaN.
fn centred(df: &DataFrame) -> da::Array<f64> {
    let x = df.filter((col("n") % 3).gt(0)).to_array::<f64>(["n", "x", "big"]);
    &x - x.nanmean(da::keepdims(0))
}

/// The same numbers, and NaN in the same places.
fn same(a: &ndarray::ArrayD<f64>, b: &ndarray::ArrayD<f64>) -> bool {
    let close = |(a, b): (&f64, &f64)| (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(1.0);
    a.shape() == b.shape() && a.iter().zip(b).all(close)
}

#[test]
fn columns_become_arrays_wherever_they_run() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = LocalCluster::builder().workers(2).program(env!("CARGO_BIN_EXE_swath")).start().unwrap();
    let client = cluster.client().unwrap();
    for df in frames(folder.path()) {
        let x = centred(&df);
        assert!(x.npartitions().unwrap() > 2, "{x}");
        let here = x.compute().unwrap();
        assert_eq!(here.shape()[1], 3);
        assert!(here.iter().any(|v| v.is_nan()) && here.iter().any(|v| *v < -1e6));
        assert!(same(&here, &over_loopback(|| x.compute()).unwrap()));
        assert!(same(&here, &over_workers(3, 6, || x.compute()).unwrap()));
        assert!(same(&here, &client.scope(|| x.compute()).unwrap()));
        let counted = client.scope(|| df.to_array_with("n", &ArrayOptions::default().lengths(true)));
        assert_eq!(counted.shape().unwrap(), [349]);
        let rows = client.scope(|| counted.typed::<i64>().slice(da::s![-2..]).compute()).unwrap();
        assert_eq!(rows.as_slice().unwrap(), [347, 348]);
        // Rows that are brought together: one part here, on a cluster perhaps several tables.
        let groups = df.groupby("k").sum(["n"]).sort_values("k").to_array::<i64>(["n"]);
        let here = groups.compute().unwrap();
        assert_eq!(client.scope(|| groups.compute()).unwrap(), here);
        let sorted = df.sort_values(col("n").desc()).to_array::<i64>("n");
        assert_eq!(client.scope(|| sorted.compute()).unwrap()[0], 348);
    }
}

#[test]
fn arrays_become_tables_wherever_they_run() {
    let cluster = LocalCluster::builder().workers(2).program(env!("CARGO_BIN_EXE_swath")).start().unwrap();
    let client = cluster.client().unwrap();
    let x = da::arange(4000).reshape([1000, 4]).chunks([64, 3]);
    let df = x.to_dataframe(["a", "b", "c", "d"]);
    let sums = df.with_column("g", col("a") % 5).groupby("g").sum(["b", "d"]).sort_values("g");
    let here = sums.compute().unwrap().to_batch().unwrap();
    assert_eq!(here.num_rows(), 5);
    assert_eq!(over_loopback(|| sums.compute()).unwrap().to_batch().unwrap(), here);
    assert_eq!(over_workers(3, 6, || sums.compute()).unwrap().to_batch().unwrap(), here);
    client.scope(|| {
        assert_eq!(sums.compute().unwrap().to_batch().unwrap(), here);
        // What is kept on the workers goes through both conversions without leaving them.
        let kept = x.persist().unwrap().to_dataframe(["a", "b", "c", "d"]).persist().unwrap();
        assert_eq!(kept.len().unwrap(), 1000);
        let back = kept.to_array::<i64>(());
        assert!(back.npartitions().unwrap() > 1, "{back}");
        assert_eq!(back.compute().unwrap(), x.compute().unwrap());
    });
    let files = tempfile::tempdir().unwrap();
    let path = files.path().join("rows.parquet");
    client.scope(|| df.to_parquet(&path)).unwrap();
    let read = read_parquet(path.to_str().unwrap()).frame().sort_values("a").to_array::<i64>(());
    assert_eq!(read.compute().unwrap(), x.compute().unwrap());
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (df, kind) in frames(folder.path()).into_iter().zip(["csv", "parquet"]) {
        let x = df.to_array::<f64>(["n", "x"]);
        std::fs::remove_file(folder.path().join(format!("{kind}/3.{kind}"))).unwrap();
        let e = over_loopback(|| x.sum(..).item()).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::NotFound);
        assert!(e.to_string().contains(&format!("3.{kind}")), "{e}");
    }
}
