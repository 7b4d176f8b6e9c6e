//! SQL over files, frames, views and external tables, against `DuckDB`'s answers.

use std::path::Path;

use arrow::util::display::array_value_to_string;
use serde_json::Value;
use swath_dataframe::{
    Collection, DataFrame, ErrorKind, SqlContext, col, from_columns, read_csv, sql, sql_with,
};
use tempfile::TempDir;

fn oracle() -> Value {
    serde_json::from_str(include_str!("../oracle/duckdb.json")).unwrap()
}

/// The oracle's files in a folder of their own.
fn files() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in oracle()["files"].as_object().unwrap() {
        std::fs::write(dir.path().join(name), text.as_str().unwrap()).unwrap();
    }
    dir
}

/// The query with its relative paths inside the folder.
fn inside(dir: &Path, query: &str) -> String {
    query.replace("'2015-", &format!("'{}/2015-", dir.display()))
}

/// A table's cells as text: numbers in their shortest form, missing ones as `None`.
fn cells(frame: &DataFrame) -> (Vec<String>, Vec<Vec<Option<String>>>) {
    let table = frame.compute().unwrap();
    let batch = table.to_batch().unwrap();
    let cell = |row: usize, column: usize| {
        let array = batch.column(column);
        let text = array_value_to_string(array, row).unwrap();
        (!array.is_null(row)).then(|| text.parse::<f64>().map_or(text, |n| n.to_string()))
    };
    let rows = (0..batch.num_rows()).map(|r| (0..batch.num_columns()).map(|c| cell(r, c)).collect());
    (table.column_names().iter().map(ToString::to_string).collect(), rows.collect())
}

#[test]
fn queries_over_files_give_duckdbs_answers() {
    let dir = files();
    let context = SqlContext::new();
    context
        .run(
            context
                .statements(&format!(
                    "CREATE EXTERNAL TABLE people STORED AS CSV LOCATION '{}/people.csv' OPTIONS ('delimiter' ';')",
                    dir.path().display()
                ))
                .unwrap()
                .remove(0),
        )
        .unwrap();
    for (name, case) in oracle()["answers"].as_object().unwrap() {
        let query = inside(dir.path(), case["query"].as_str().unwrap());
        let (columns, rows) = cells(&sql_with(&context, &query));
        let text = |v: &Value| match v {
            Value::Null => None,
            Value::String(s) => Some(s.clone()),
            number => Some(number.as_f64().unwrap().to_string()),
        };
        let wanted: Vec<Vec<Option<String>>> = case["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row.as_array().unwrap().iter().map(text).collect())
            .collect();
        let names: Vec<&str> =
            case["columns"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
        assert_eq!(columns, names, "{name}");
        assert_eq!(rows, wanted, "{name}: {query}");
    }
}

#[test]
fn frames_are_tables_and_results_are_frames() {
    let context = SqlContext::new();
    context.register("t", &from_columns([("x", vec![1, 2, 3])])).unwrap();
    let squares = context.sql("SELECT x * x AS y FROM t");
    assert_eq!(squares.filter(col("y").gt(1)).sum("y").compute_scalar::<i64>().unwrap(), Some(13));
    context.register("squares", &squares).unwrap();
    assert_eq!(context.tables(), ["squares", "t"]);
    assert_eq!(context.sql("SELECT sum(y) FROM Squares").compute_scalar::<i64>().unwrap(), Some(14));
    assert_eq!(context.table("t").unwrap().columns().unwrap(), ["x"]);
}

#[test]
fn several_statements_views_and_tables() {
    let dir = files();
    let context = SqlContext::new();
    let text = format!(
        "CREATE VIEW v AS SELECT * FROM '{0}/2015-*.csv';
         CREATE TABLE ids AS SELECT id FROM v WHERE value IS NULL;
         DROP VIEW v;
         SELECT sum(id) AS s FROM ids; -- 2 + 7",
        dir.path().display()
    );
    assert_eq!(context.sql(&text).compute_scalar::<i64>().unwrap(), Some(9));
    assert_eq!(context.tables(), ["ids"]);
    let again = context.sql("CREATE TABLE ids AS SELECT 1 AS id");
    assert_eq!(again.compute().unwrap_err().kind(), ErrorKind::InvalidQuery);
    let same = context.sql("CREATE TABLE IF NOT EXISTS ids AS SELECT 1 AS id; SELECT count(*) FROM ids");
    assert_eq!(same.compute_scalar::<i64>().unwrap(), Some(2));
    assert_eq!(context.sql("DROP TABLE nope").compute().unwrap_err().kind(), ErrorKind::NotFound);
    assert!(context.sql("SHOW TABLES").compute().unwrap().num_rows() >= 1);
    assert!(context.sql("EXPLAIN SELECT * FROM ids").compute().unwrap().to_string().contains("TableScan"));
}

#[test]
fn results_are_copied_to_files() {
    let dir = files();
    let at = |name: &str| dir.path().join(name).display().to_string();
    for name in ["out.csv", "out.parquet", "out.json", "out.csv.gz", "out.json.zst"] {
        let text = format!(
            "COPY (SELECT id, Name FROM '{}' WHERE id < 3) TO '{}'; SELECT sum(id) FROM '{}'",
            at("2015-*.csv"),
            at(name),
            at(name)
        );
        assert_eq!(sql(&text).compute_scalar::<i64>().unwrap(), Some(3), "{name}");
    }
}

#[test]
fn external_tables_declare_their_columns() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("raw.csv"), "1|x\n2|y\n").unwrap();
    let text = format!(
        "CREATE EXTERNAL TABLE raw (id BIGINT, name VARCHAR) STORED AS CSV LOCATION '{}/raw.csv'
         OPTIONS ('has_header' 'false', 'delimiter' '|');
         SELECT id FROM raw WHERE name = 'y'",
        dir.path().display()
    );
    assert_eq!(sql(&text).compute_scalar::<i64>().unwrap(), Some(2));
}

#[test]
fn unknown_names_come_with_their_neighbours() {
    let dir = files();
    let missing = sql(&inside(dir.path(), "SELECT valu FROM '2015-01.csv'")).compute().unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::UnknownColumn);
    assert!(missing.help().unwrap().contains("'value'"), "{missing}");
    let context = SqlContext::new();
    context.register("users", &from_columns([("x", vec![1])])).unwrap();
    let table = context.sql("SELECT * FROM user").compute().unwrap_err();
    assert_eq!(table.kind(), ErrorKind::NotFound);
    assert!(table.help().unwrap().contains("'users'"), "{table}");
    let file = sql("SELECT * FROM '/no/such/file-*.csv'").compute().unwrap_err();
    assert_eq!(file.kind(), ErrorKind::NotFound);
    let unquoted = sql("SELECT * FROM data.csv").compute().unwrap_err();
    assert!(unquoted.help().unwrap().contains("FROM 'data.csv'"), "{unquoted}");
    assert_eq!(sql("SELEC 1").compute().unwrap_err().kind(), ErrorKind::InvalidQuery);
    assert_eq!(sql("").compute().unwrap_err().kind(), ErrorKind::InvalidQuery);
}

#[test]
fn sql_keeps_its_rules_and_frames_theirs() {
    let df = from_columns([("x", vec![None, Some(1.0)])]);
    let none = df.filter(col("x").gt(5));
    assert_eq!(none.sum("x").compute_scalar::<f64>().unwrap(), Some(0.0));
    let context = SqlContext::new();
    context.register("none", &none).unwrap();
    assert_eq!(context.sql("SELECT sum(x) FROM none").compute_scalar::<f64>().unwrap(), None);
}

#[test]
fn readers_are_frames_with_options() {
    let dir = files();
    let path = format!("{}/2015-*.csv", dir.path().display());
    let means = read_csv(path.as_str()).groupby(["Name"]).mean(["value"]).compute().unwrap();
    assert_eq!(means.optional_values::<f64>("value").unwrap(), [Some(-1.25), Some(8.0), Some(0.25)]);
    let people = read_csv(dir.path().join("people.csv")).delimiter(b';').dtype([("age", "float64")]);
    assert_eq!(people.columns().unwrap(), ["Name", "age"]);
    assert_eq!(people.fillna(0).sum("age").compute_scalar::<f64>().unwrap(), Some(91.0));
    let joined = read_csv(path.as_str()).merge(&people, "Name").len().unwrap();
    assert_eq!(joined, 5);
    assert_eq!(read_csv(path.as_str()).head(2).compute().unwrap().values::<i64>("id").unwrap(), [1, 2]);
    let line = line!() + 1;
    let bad = read_csv("/no/such/*.csv").compute().unwrap_err();
    assert_eq!(bad.kind(), ErrorKind::NotFound);
    assert!(bad.to_string().contains(&format!("sql.rs:{line}")), "{bad}");
    let bad = read_csv(path.as_str()).dtype([("id", "itn64")]).head(1);
    assert_eq!(bad.schema().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn frames_are_written_and_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let df = from_columns([("x", (0..1000).collect::<Vec<_>>())]);
    let written = df.filter(col("x").lt(10)).to_csv(dir.path().join("small.csv.gz")).unwrap();
    assert_eq!(written.rows, 10);
    assert_eq!(read_csv(dir.path().join("small.csv.gz")).len().unwrap(), 10);
    df.to_parquet(dir.path().join("parts")).unwrap();
    let back = swath_dataframe::read_parquet(dir.path().join("parts"));
    assert_eq!(back.sum("x").compute_scalar::<i64>().unwrap(), Some(499_500));
    assert_eq!(back.usecols("x").tail(1).compute().unwrap().values::<i64>("x").unwrap(), [999]);
    df.to_json(dir.path().join("rows.jsonl.gz")).unwrap();
    let rows = swath_dataframe::read_json(dir.path().join("*.jsonl.gz"));
    assert_eq!(rows.filter(col("x").ge(998)).sum("x").compute_scalar::<i64>().unwrap(), Some(1997));
    let last = df.tail(2).to_csv(dir.path().join("last.csv")).unwrap();
    assert_eq!(std::fs::read_to_string(&last.files[0]).unwrap(), "x\n998\n999\n");
}

#[test]
fn a_table_with_a_dot_in_its_name_is_reached_in_quotes() {
    let context = SqlContext::new();
    context.register("my.table", &from_columns([("x", vec![1_i64, 2])])).unwrap();
    context.register("my.csv", &from_columns([("x", vec![3_i64, 4])])).unwrap();
    assert_eq!(context.tables(), ["my.csv", "my.table"]);
    let sum = |text: &str| context.sql(text).compute_scalar::<i64>().unwrap();
    assert_eq!(sum("SELECT sum(x) FROM \"my.table\""), Some(3));
    assert_eq!(sum("SELECT sum(x) FROM 'my.csv'"), Some(7));
    assert_eq!(context.table("my.table").unwrap().columns().unwrap(), ["x"]);
    let error = context.sql("SELECT * FROM my.table").compute().unwrap_err();
    assert!(error.help().unwrap().ends_with("FROM \"my.table\""), "{error}");
    // Files that queries named are looked at anew, and are no tables of the context.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    let query = format!("SELECT sum(x) FROM '{}'", path.display());
    for (text, sum_of) in [("x\n1\n", 1), ("x\n1\n4\n", 5)] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(sum(&query), Some(sum_of));
    }
    assert_eq!(context.tables(), ["my.csv", "my.table"]);
}

#[test]
fn a_folder_named_like_a_table_is_told_from_one() {
    let context = SqlContext::new();
    // Tests run in the crate's folder, which has its sources in `src`.
    let error = context.sql("SELECT * FROM 'src'").compute().unwrap_err();
    assert!(error.help().unwrap().contains("FROM 'src/'"), "{error}");
}
