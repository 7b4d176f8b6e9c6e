//! Tables.

use arrow::array::RecordBatch;
use swath::prelude::*;
use swath::{ErrorKind, Table, datasets};

use super::both;
use crate::loopback::over_loopback;

fn same(frame: &dd::DataFrame) -> Table {
    let (here, there) = both(frame);
    assert_eq!(here.to_batch().unwrap(), there.to_batch().unwrap());
    there
}

#[test]
fn files_of_every_format() {
    let folder = tempfile::tempdir().unwrap();
    datasets::timeseries(folder.path()).rows(200).users(9).write().unwrap();
    let path = |name: &str| folder.path().join(name);
    let csv = dd::read_csv(format!("{}/2015-*.csv", folder.path().display())).frame();
    same(&csv.sort_values("timestamp").head(20));
    same(&csv.groupby(["name"]).sum(["amount"]).sort_values("name"));
    over_loopback(|| csv.to_parquet(path("p"))).unwrap();
    over_loopback(|| csv.to_json(path("j"))).unwrap();
    let parquet = dd::read_parquet(path("p").to_str().unwrap()).frame();
    let totals = same(&parquet.agg([col("amount").sum()]));
    assert_ne!(totals.scalar::<i64>().unwrap(), Some(0));
    let json = dd::read_json(path("j").to_str().unwrap()).frame();
    same(&json.filter(col("user_id").gt(3)).sort_values("timestamp").head(5));
    let largest = parquet.groupby(["user_id"]).max(["amount"]);
    same(&csv.join(&largest, ["user_id"], dd::How::Inner).sort_values("timestamp").head(9));
}

#[swath::task]
#[allow(clippy::unnecessary_wraps)]
fn first_row(batch: RecordBatch) -> swath::Result<RecordBatch> {
    Ok(batch.slice(0, 1))
}

#[test]
fn tables_in_memory_small_and_large() {
    let small = dd::from_columns([("x", vec![3, 1, 2])]);
    same(&small.sort_values("x"));
    same(&small.map_partitions(small.schema().unwrap(), first_row));
    let large = dd::from_columns([("x", (0..400_000).collect::<Vec<i64>>())]);
    let sum = same(&large.agg([col("x").sum()]));
    assert_eq!(sum.scalar::<i64>().unwrap(), Some(79_999_800_000));
    same(&large.sample(0.01, 3));
    same(&large.head(3));
}

#[test]
fn functions_of_ours_are_found_by_name() {
    let df = dd::from_columns([("x", vec![7.5, -2.5])]);
    let table = same(&df.select((
        col("x").floor_div(2).alias("quotient"),
        col("x").modulo(2).alias("rest"),
        col("x").clip(0, 5).alias("clipped"),
        col("x").round().fillna(0).alias("rounded"),
    )));
    assert_eq!(table.values::<f64>("quotient").unwrap(), [3.0, -2.0]);
    assert_eq!(table.values::<f64>("rest").unwrap(), [1.5, 1.5]);
    assert_eq!(table.values::<f64>("clipped").unwrap(), [5.0, 0.0]);
    assert_eq!(table.values::<f64>("rounded").unwrap(), [8.0, -2.0]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone.csv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let frame = dd::read_csv(path.to_str().unwrap()).frame();
    frame.schema().unwrap();
    std::fs::remove_file(&path).unwrap();
    let e = over_loopback(|| frame.compute()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound);
    assert!(e.to_string().contains("gone.csv"), "{e}");
    let closure = dd::from_columns([("x", vec![1])]);
    let mapped = closure.map_partitions(closure.schema().unwrap(), Ok);
    let e = over_loopback(|| mapped.compute()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported);
}

#[test]
fn names_of_tables_may_be_any() {
    let context = dd::SqlContext::new();
    for name in ["Flat.csv", "a.b.c.d", "Upper", "with \"quotes\"", "plain"] {
        context.register(name, &dd::from_columns([("id", vec![3, 1, 2])])).unwrap();
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        same(&context.sql(&format!("SELECT * FROM {quoted} ORDER BY 1")));
        let nested = "SELECT id FROM {} AS \"T.x\" WHERE id > (SELECT min(id) FROM {}) \
                      AND EXISTS (SELECT 1 FROM {} WHERE {}.id = \"T.x\".id) ORDER BY id";
        same(&context.sql(&nested.replace("{}", &quoted)));
    }
}

#[test]
fn subqueries_travel() {
    let context = dd::SqlContext::new();
    context.register("t", &dd::from_columns([("id", vec![3, 1, 2, 4]), ("n", vec![1, 2, 3, 4])])).unwrap();
    context.register("u", &dd::from_columns([("id", vec![1, 3, 3])])).unwrap();
    for (query, rows) in [
        ("SELECT * FROM t WHERE id IN (SELECT id FROM u) ORDER BY id", 2),
        ("SELECT * FROM t WHERE id NOT IN (SELECT id FROM u) ORDER BY id", 2),
        ("SELECT * FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id) ORDER BY id", 2),
        ("SELECT * FROM t WHERE n > (SELECT avg(n) FROM t) ORDER BY id", 2),
        ("SELECT id, (SELECT count(*) FROM u WHERE u.id = t.id) AS c FROM t ORDER BY id", 4),
        ("SELECT id FROM t WHERE n = (SELECT max(n) FROM t AS o WHERE o.id <= 3)", 1),
    ] {
        assert_eq!(same(&context.sql(query)).num_rows(), rows, "{query}");
    }
}
