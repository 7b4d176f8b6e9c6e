//! Delimited text: what is read, and what is said about what cannot be.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, TimeUnit};
use swath_error::{Error, ErrorKind};
use swath_relational::datafusion::functions_aggregate::expr_fn as agg;
use swath_relational::datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use swath_relational::datafusion::prelude::{col, lit};
use swath_relational::{CsvOptions, OnError, plan_key, read_csv};

use super::{cells, run, run_with};

/// A folder of files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn read(dir: &Path, pattern: &str, options: &CsvOptions) -> Result<Vec<Vec<String>>, Error> {
    let table = run(&read_csv(dir.join(pattern), options)?)?;
    Ok(cells(&table))
}

fn one(text: &str, options: &CsvOptions) -> Result<Vec<Vec<String>>, Error> {
    let dir = folder(&[("x.csv", text)]);
    read(dir.path(), "x.csv", options)
}

fn types(plan: &LogicalPlan) -> Vec<(String, DataType)> {
    plan.schema().fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect()
}

fn defaults() -> CsvOptions {
    CsvOptions::default()
}

#[test]
fn types_come_from_the_sample() {
    let text = "i,f,b,d,t,s,m\n1,1.5,True,2015-01-01,2015-01-01T10:00:00.5,abc,\n-2,,false,,2015-01-02 00:00:00,NA,\n";
    let dir = folder(&[("x.csv", text)]);
    let plan = read_csv(dir.path().join("x.csv"), &defaults()).unwrap();
    let expected = [
        ("i", DataType::Int64),
        ("f", DataType::Float64),
        ("b", DataType::Boolean),
        ("d", DataType::Date32),
        ("t", DataType::Timestamp(TimeUnit::Microsecond, None)),
        ("s", DataType::Utf8View),
        ("m", DataType::Utf8View),
    ];
    assert_eq!(types(&plan), expected.map(|(n, t)| (n.to_string(), t)));
    assert_eq!(
        cells(&run(&plan).unwrap()),
        [
            ["1", "1.5", "true", "2015-01-01", "2015-01-01T10:00:00.500", "abc", "-"],
            ["-2", "-", "false", "-", "2015-01-02T00:00:00", "-", "-"],
        ]
    );
}

#[test]
fn dialects() {
    let options = CsvOptions { delimiter: b';', comment: Some(b'#'), skip_rows: 1, ..defaults() };
    let text = "made by hand\n# a comment\na;b\r\n1;\"x;\"\"y\"\"\"\r\n\r\n# another\n2;z";
    assert_eq!(one(text, &options).unwrap(), [["1", "x;\"y\""], ["2", "z"]]);
    let no_header = CsvOptions { has_header: false, ..defaults() };
    assert_eq!(one("1,a\n2,b\n", &no_header).unwrap(), [["1", "a"], ["2", "b"]]);
    let named = CsvOptions { names: Some(vec!["x".into(), "y".into()]), ..no_header.clone() };
    let dir = folder(&[("x.csv", "1,a\n2,b\n")]);
    let plan = read_csv(dir.path().join("x.csv"), &named).unwrap();
    assert_eq!(types(&plan)[1].0, "y");
    assert_eq!(one("\u{feff}a,b\n1,2\n", &defaults()).unwrap(), [["1", "2"]]);
    let no_quotes = CsvOptions { quote: None, ..defaults() };
    assert_eq!(one("a,b\n5\",6'\n", &no_quotes).unwrap(), [["5\"", "6'"]]);
}

#[test]
fn columns_are_chosen_typed_and_renamed() {
    let options = CsvOptions {
        columns: Some(vec!["c".into(), "a".into()]),
        dtypes: vec![("a".into(), DataType::Utf8), ("c".into(), DataType::Float32)],
        ..defaults()
    };
    assert_eq!(one("a,b,c\n01,x,3\n", &options).unwrap(), [["3.0", "01"]]);
    let dates = CsvOptions { date_columns: vec!["a".into()], ..defaults() };
    assert_eq!(one("a\n2015-01-01\n", &dates).unwrap(), [["2015-01-01T00:00:00"]]);
    let as_text = CsvOptions { infer_dates: false, ..defaults() };
    assert_eq!(one("a\n2015-01-01\n", &as_text).unwrap(), [["2015-01-01"]]);
    let twice = folder(&[("x.csv", "a,a,\n1,2,3\n")]);
    let plan = read_csv(twice.path().join("x.csv"), &defaults()).unwrap();
    let names: Vec<String> = types(&plan).into_iter().map(|(n, _)| n).collect();
    assert_eq!(names, ["a", "a.1", "Unnamed: 2"]);
}

#[test]
fn missing_values_are_pandas_or_the_users() {
    assert_eq!(one("a,b\nNA,x\n1,null\n,N/A\n", &defaults()).unwrap(), [["-", "x"], ["1", "-"], ["-", "-"]]);
    let strict = CsvOptions { null_values: Some(vec![String::new()]), ..defaults() };
    assert_eq!(one("a,b\nNaN,x\n1,NA\n", &strict).unwrap(), [["NaN", "x"], ["1.0", "NA"]]);
    let own = CsvOptions { null_values: Some(vec!["-999".into()]), ..defaults() };
    assert_eq!(one("a\n-999\n1\n", &own).unwrap(), [["-"], ["1"]]);
}

/// Rows whose texts tell where they came from, cut into many blocks.
fn numbered(rows: usize) -> String {
    (0..rows).fold("n,text\n".to_string(), |mut text, n| {
        writeln!(text, "{n},\"row {n}, {}\"", "x".repeat(n % 37)).unwrap();
        text
    })
}

#[test]
fn every_block_size_and_slot_count_reads_the_same_rows_in_order() {
    let dir = folder(&[("1.csv", &numbered(3_000)), ("2.csv", &numbered(10)), ("10.csv", &numbered(500))]);
    let mut expected: Vec<String> = (0..3_000).map(|n| n.to_string()).collect();
    expected.extend((0..10).map(|n| n.to_string()));
    expected.extend((0..500).map(|n| n.to_string()));
    for blocksize in [Some(64), Some(1_000), Some(50_000), None] {
        for slots in [1, 3] {
            let options = CsvOptions { blocksize, ..defaults() };
            let plan = read_csv(dir.path().join("*.csv"), &options).unwrap();
            let table = run_with(&plan, slots, 1 << 30).unwrap();
            let got: Vec<String> = cells(&table).into_iter().map(|mut r| r.swap_remove(0)).collect();
            assert_eq!(got, expected, "{blocksize:?} {slots}");
        }
    }
}

#[test]
fn a_group_by_is_the_same_for_every_cut() {
    let mut text = "k,v\n".to_string();
    let mut sums = [0_i64; 7];
    for n in 0..5_000_i64 {
        writeln!(text, "{},{n}", n % 7).unwrap();
        sums[(n % 7) as usize] += n;
    }
    let dir = folder(&[("x.csv", &text)]);
    for blocksize in [Some(100), None] {
        let plan = read_csv(dir.path().join("x.csv"), &CsvOptions { blocksize, ..defaults() }).unwrap();
        let plan = LogicalPlanBuilder::from(plan)
            .aggregate(vec![col("k")], vec![agg::sum(col("v"))])
            .unwrap()
            .sort(vec![col("k").sort(true, false)])
            .unwrap()
            .build()
            .unwrap();
        let got: Vec<i64> =
            cells(&run_with(&plan, 3, 1 << 30).unwrap()).iter().map(|r| r[1].parse().unwrap()).collect();
        assert_eq!(got, sums);
    }
}

#[test]
fn rows_are_counted_without_decoding_a_column() {
    let dir = folder(&[("x.csv", &numbered(1_234))]);
    let plan = read_csv(dir.path().join("x.csv"), &defaults()).unwrap();
    let plan = LogicalPlanBuilder::from(plan)
        .aggregate(Vec::<Expr>::new(), vec![agg::count(lit(1_i64))])
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(cells(&run(&plan).unwrap()), [["1234"]]);
}

fn missing_line(dir: &Path, name: &str, line: u64, error: &Error) {
    let text = error.to_string();
    let place = format!("{} line {line}:", PathBuf::from(dir).join(name).display());
    assert_eq!(error.kind(), ErrorKind::InvalidData, "{text}");
    assert!(text.contains(&place), "{text}");
}

#[test]
fn a_mistyped_value_names_file_line_column_and_value() {
    let mut text = "a,b\n".to_string();
    for n in 0..2_000 {
        writeln!(text, "{n},x").unwrap();
    }
    let bad = text.replace("\n1500,x\n", "\nfifteen,x\n");
    let dir = folder(&[("1.csv", &text), ("2.csv", &bad)]);
    for blocksize in [Some(500), None] {
        let options = CsvOptions { sample_bytes: 4096, blocksize, ..defaults() };
        let error = read(dir.path(), "*.csv", &options).unwrap_err();
        missing_line(dir.path(), "2.csv", 1502, &error);
        assert!(error.to_string().contains("column 'a': 'fifteen' is not of type Int64"), "{error}");
        assert!(error.help().unwrap().contains("dtypes"), "{error}");
    }
    let options = CsvOptions { sample_bytes: 4096, on_error: OnError::Skip, ..defaults() };
    assert_eq!(read(dir.path(), "2.csv", &options).unwrap().len(), 1_999);
    let options = CsvOptions { on_error: OnError::Null, ..options };
    let rows = read(dir.path(), "2.csv", &options).unwrap();
    assert_eq!(rows[1500], ["-", "x"]);
}

#[test]
fn skipping_does_not_depend_on_the_columns_used() {
    let mut text = "a,b\n".to_string();
    for n in 0..2_000 {
        writeln!(text, "{n},x").unwrap();
    }
    let dir = folder(&[("x.csv", &text.replace("\n1500,", "\nfifteen,"))]);
    let options = CsvOptions { sample_bytes: 4096, on_error: OnError::Skip, ..defaults() };
    let plan = read_csv(dir.path().join("x.csv"), &options).unwrap();
    let plan = LogicalPlanBuilder::from(plan).project(vec![col("b")]).unwrap().build().unwrap();
    assert_eq!(run(&plan).unwrap().num_rows(), 1_999);
}

#[test]
fn ragged_rows() {
    let mut text = "a,b\n".to_string();
    for n in 0..2_000 {
        writeln!(text, "{n},x").unwrap();
    }
    for (bad, fields) in [("1500\n", "1 field"), ("1500,x,y\n", "3 fields")] {
        let dir = folder(&[("x.csv", &text.replace("1500,x\n", bad))]);
        let options = CsvOptions { sample_bytes: 4096, ..defaults() };
        let error = read(dir.path(), "x.csv", &options).unwrap_err();
        missing_line(dir.path(), "x.csv", 1502, &error);
        assert!(error.to_string().contains(&format!("{fields} where 2 are expected")), "{error}");
        // In the sample it is found when the plan is made.
        let error = read_csv(dir.path().join("x.csv"), &defaults()).unwrap_err();
        missing_line(dir.path(), "x.csv", 1502, &error);

        let skip = CsvOptions { on_error: OnError::Skip, ..options.clone() };
        assert_eq!(read(dir.path(), "x.csv", &skip).unwrap().len(), 1_999);
        let null = CsvOptions { on_error: OnError::Null, ..options };
        let rows = read(dir.path(), "x.csv", &null).unwrap();
        assert_eq!((rows.len(), rows[1500][0].as_str()), (2_000, "1500"));
    }
}

#[test]
fn quoted_newlines_are_read_or_refused() {
    let mut text = "n,t\n".to_string();
    for n in 0..1_000 {
        writeln!(text, "{n},\"two\nlines, {n}\"").unwrap();
    }
    let dir = folder(&[("x.csv", &text)]);
    // Found in the sample: the file is not cut.
    let options = CsvOptions { blocksize: Some(100), ..defaults() };
    let rows = read(dir.path(), "x.csv", &options).unwrap();
    assert_eq!((rows.len(), rows[999][1].as_str()), (1_000, "two\nlines, 999"));
    // Told otherwise, a cut inside a quoted field is noticed whatever the rows look like.
    let wrong = CsvOptions { newlines_in_values: Some(false), ..options };
    let error = read(dir.path(), "x.csv", &wrong).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.help().unwrap().contains("newlines_in_values"), "{error}");

    // A quoted text that looks like rows itself.
    let mut text = "n,t\n".to_string();
    for n in 0..500 {
        writeln!(text, "{n},x").unwrap();
    }
    text.push_str("500,\"");
    for n in 0..500 {
        writeln!(text, "{n},y").unwrap();
    }
    text.push_str("\"\n");
    let dir = folder(&[("x.csv", &text)]);
    let options = CsvOptions { blocksize: Some(3_000), sample_bytes: 1, ..defaults() };
    let error = read(dir.path(), "x.csv", &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    assert!(error.help().unwrap().contains("newlines_in_values"), "{error}");
    let exact = CsvOptions { newlines_in_values: Some(true), ..options };
    assert_eq!(read(dir.path(), "x.csv", &exact).unwrap().len(), 501);
}

#[test]
fn empty_and_header_only_files() {
    let error = one("", &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("x.csv is empty"), "{error}");
    assert!(one("a,b\n", &defaults()).unwrap().is_empty());
    assert!(one("a,b", &defaults()).unwrap().is_empty());
    let dir = folder(&[("1.csv", "a,b\n1,2\n"), ("2.csv", ""), ("3.csv", "a,b\n"), ("4.csv", "a,b\n3,4")]);
    assert_eq!(read(dir.path(), "*.csv", &defaults()).unwrap(), [["1", "2"], ["3", "4"]]);
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("a,b\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("x.csv"), utf16).unwrap();
    let error = read_csv(dir.path().join("x.csv"), &defaults()).unwrap_err();
    assert!(error.to_string().contains("UTF-16"), "{error}");
}

#[test]
fn files_that_differ_are_named_or_unified() {
    let dir = folder(&[("1.csv", "a,b\n1,2\n"), ("2.csv", "a,c\n3,x\n")]);
    let error = read(dir.path(), "*.csv", &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
    assert!(error.to_string().contains("1.csv") && error.to_string().contains("2.csv"), "{error}");
    let unified = CsvOptions { unify_schemas: true, ..defaults() };
    assert_eq!(read(dir.path(), "*.csv", &unified).unwrap(), [["1", "2", "-"], ["3", "-", "x"]]);

    let dir = folder(&[("1.csv", "a\n1\n"), ("2.csv", "a\nx\n")]);
    let error = read(dir.path(), "*.csv", &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
    assert!(error.to_string().contains("column 'a'"), "{error}");
    assert_eq!(read(dir.path(), "*.csv", &unified).unwrap(), [["1"], ["x"]]);
    let told = CsvOptions { dtypes: vec![("a".into(), DataType::Utf8View)], ..defaults() };
    assert_eq!(read(dir.path(), "*.csv", &told).unwrap(), [["1"], ["x"]]);

    // Integers in one file and fractions in another are numbers.
    let dir = folder(&[("1.csv", "a\n1\n"), ("2.csv", "a\n2.5\n")]);
    assert_eq!(read(dir.path(), "*.csv", &defaults()).unwrap(), [["1.0"], ["2.5"]]);
}

#[test]
fn unknown_columns_name_the_near_ones() {
    for options in [
        CsvOptions { columns: Some(vec!["usr_id".into()]), ..defaults() },
        CsvOptions { dtypes: vec![("usr_id".into(), DataType::Int8)], ..defaults() },
        CsvOptions { date_columns: vec!["usr_id".into()], ..defaults() },
    ] {
        let error = one("user_id,value\n1,2\n", &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownColumn);
        assert!(error.help().unwrap().contains("'user_id'"), "{error}");
    }
}

#[test]
fn compressed_files_and_hive_folders() {
    let dir = folder(&[("year=2015/m=a/x.csv", "v\n1\n"), ("year=2016/m=b/x.csv", "v\n2\n")]);
    let packed = zstd::encode_all("v\n3\n4\n".as_bytes(), 1).unwrap();
    std::fs::create_dir_all(dir.path().join("year=2017/m=c")).unwrap();
    std::fs::write(dir.path().join("year=2017/m=c/x.csv.zst"), packed).unwrap();
    let expected = [["1", "2015", "a"], ["2", "2016", "b"], ["3", "2017", "c"], ["4", "2017", "c"]];
    assert_eq!(read(dir.path(), "", &defaults()).unwrap(), expected);
}

#[test]
fn a_changed_file_changes_the_key() {
    let dir = folder(&[("x.csv", "a\n1\n")]);
    let key = || plan_key(&read_csv(dir.path().join("x.csv"), &defaults()).unwrap()).unwrap();
    let before = key();
    assert_eq!(key(), before);
    std::fs::write(dir.path().join("x.csv"), "a\n1\n2\n").unwrap();
    assert_ne!(key(), before);
}

#[test]
fn a_missing_glob_is_named() {
    let dir = folder(&[]);
    let error = read(dir.path(), "2015-*.csv", &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("2015-*.csv"), "{error}");
}
