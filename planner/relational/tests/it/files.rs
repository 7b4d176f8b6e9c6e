//! Parquet and JSON lines, read and written; what a sink leaves behind when it fails.

use std::io::Read;
use std::path::Path;

use swath_block::{MemoryLedger, RunEnv, TaskContext};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::GraphBuilder;
use swath_relational::datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use swath_relational::datafusion::prelude::{col, lit};
use swath_relational::{
    CsvOptions, CsvWrite, JsonOptions, JsonWrite, ParquetOptions, ParquetWrite, Sink, Written, from_batches,
    lower_write, read_csv, read_json, read_parquet,
};

use super::csv::folder;
use super::{batch, cells, ints, run, texts};

/// Runs a sink as a task would.
fn write(plan: &LogicalPlan, path: &Path, sink: &Sink, slots: usize) -> Result<Written> {
    let mut builder = GraphBuilder::new();
    let task = lower_write(plan, path, sink, &[], &mut builder)?;
    let graph = builder.finish(&[task.get(0)])?;
    let op = swath_block::OpHandle::resolve(&graph.layers()[0].payload)?;
    let env = RunEnv::new(slots, MemoryLedger::new(1 << 30));
    let block = op.run(smallvec::smallvec![], &TaskContext { index: 0, slots, env: &env })?;
    assert_eq!(env.memory.used(), 0);
    Ok(block.into_value()?.get::<Written>().unwrap().clone())
}

fn frame(rows: i64) -> LogicalPlan {
    let n: Vec<Option<i64>> = (0..rows).map(|i| (i % 10 != 3).then_some(i)).collect();
    let names = ["a", "b/c", "", "d,\"e\""];
    let s: Vec<Option<&str>> = (0..rows as usize).map(|i| (i % 7 != 0).then_some(names[i % 4])).collect();
    from_batches(vec![batch(vec![("n", ints(&n)), ("s", texts(&s))])]).unwrap()
}

/// The names below a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(path) = todo.pop() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_parquet_sinks_write_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let plan = frame(20_000);
    let expected = cells(&run(&plan).unwrap());
    let sink = Sink::Parquet(ParquetWrite { row_group_rows: 1_000, ..ParquetWrite::default() });
    for (target, files) in [("one.parquet", 1), ("parts", 3)] {
        let path = dir.path().join(target);
        let written = write(&plan, &path, &sink, 3).unwrap();
        assert_eq!((written.rows, written.files.len()), (20_000, files));
        for slots in [1, 3] {
            let back = read_parquet(&path, &ParquetOptions::default()).unwrap();
            assert_eq!(cells(&super::run_with(&back, slots, 1 << 30).unwrap()), expected, "{target} {slots}");
        }
    }
    assert_eq!(
        names(dir.path()),
        ["one.parquet", "parts/part-0.parquet", "parts/part-1.parquet", "parts/part-2.parquet"]
    );
}

#[test]
fn hive_folders_are_written_and_read() {
    let dir = tempfile::tempdir().unwrap();
    let sink = Sink::Parquet(ParquetWrite { partition_on: vec!["s".into()], ..ParquetWrite::default() });
    let path = dir.path().join("out");
    let written = write(&frame(100), &path, &sink, 2).unwrap();
    assert_eq!(written.rows, 100);
    assert!(path.join("s=b%2Fc").is_dir() && path.join("s=__HIVE_DEFAULT_PARTITION__").is_dir());
    let mut back = cells(&run(&read_parquet(&path, &ParquetOptions::default()).unwrap()).unwrap());
    let mut expected = cells(&run(&frame(100)).unwrap());
    // An empty text and a missing one are told apart by the folders' names.
    back.sort();
    expected.sort();
    assert_eq!(back, expected);
    let unknown = Sink::Parquet(ParquetWrite { partition_on: vec!["t".into()], ..ParquetWrite::default() });
    assert_eq!(write(&frame(10), &path, &unknown, 1).unwrap_err().kind(), ErrorKind::UnknownColumn);
}

#[test]
fn csv_and_json_sinks_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let plan = frame(1_000);
    let expected = cells(&run(&plan).unwrap());
    let csv = Sink::Csv(CsvWrite { null: "NA".into(), ..CsvWrite::default() });
    let options = CsvOptions { null_values: Some(vec!["NA".into()]), ..CsvOptions::default() };
    for target in ["one.csv", "one.csv.gz", "one.csv.zst", "parts-*.csv", "folder"] {
        let path = dir.path().join(target);
        let written = write(&plan, &path, &csv, 2).unwrap();
        assert_eq!(written.rows, 1_000);
        let files: Vec<_> = written.files.clone();
        let back = read_csv(files, &options).unwrap();
        assert_eq!(cells(&run(&back).unwrap()), expected, "{target}");
    }
    let json = Sink::Json(JsonWrite::default());
    for target in ["one.json", "one.json.gz", "json-parts"] {
        let path = dir.path().join(target);
        write(&plan, &path, &json, 2).unwrap();
        let back = read_json(&path, &JsonOptions::default()).unwrap();
        assert_eq!(cells(&run(&back).unwrap()), expected, "{target}");
    }
}

#[test]
fn an_empty_result_still_says_its_columns() {
    let dir = tempfile::tempdir().unwrap();
    let plan =
        LogicalPlanBuilder::from(frame(10)).filter(col("n").gt(lit(100_i64))).unwrap().build().unwrap();
    let path = dir.path().join("empty.csv");
    write(&plan, &path, &Sink::Csv(CsvWrite::default()), 2).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "n,s\n");
    let path = dir.path().join("empty");
    write(&plan, &path, &Sink::Parquet(ParquetWrite::default()), 2).unwrap();
    assert_eq!(read_parquet(&path, &ParquetOptions::default()).unwrap().schema().fields().len(), 2);
}

#[test]
fn a_smaller_second_write_leaves_no_part_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out");
    let sink = Sink::Csv(CsvWrite::default());
    write(&frame(1_000), &path, &sink, 4).unwrap();
    std::fs::write(path.join("notes.txt"), "mine").unwrap();
    write(&frame(10), &path, &sink, 1).unwrap();
    assert_eq!(names(&path), ["notes.txt", "part-0.csv"]);
}

#[test]
fn a_failing_write_leaves_nothing_and_keeps_what_was_there() {
    let source = folder(&[("x.csv", &format!("a\n{}x\n", "1\n".repeat(50_000)))]);
    let options = CsvOptions { sample_bytes: 4096, ..CsvOptions::default() };
    let plan = read_csv(source.path().join("x.csv"), &options).unwrap();
    let dir = folder(&[("old.csv", "kept\n"), ("parts/part-0.csv", "kept\n")]);
    for target in ["old.csv", "parts", "new-*.csv", "new"] {
        let error = write(&plan, &dir.path().join(target), &Sink::Csv(CsvWrite::default()), 2).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    }
    assert_eq!(names(dir.path()), ["old.csv", "parts/part-0.csv"]);
    assert_eq!(std::fs::read_to_string(dir.path().join("old.csv")).unwrap(), "kept\n");
}

#[test]
fn a_damaged_parquet_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    write(&frame(100), &dir.path().join("1.parquet"), &Sink::Parquet(ParquetWrite::default()), 1).unwrap();
    let mut bytes = Vec::new();
    std::fs::File::open(dir.path().join("1.parquet")).unwrap().read_to_end(&mut bytes).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], b"not parquet", b""] {
        std::fs::write(dir.path().join("2.parquet"), damaged).unwrap();
        let error = read_parquet(dir.path().join("*.parquet"), &ParquetOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().contains("2.parquet"), "{error}");
    }
}

#[test]
fn parquet_files_that_differ_are_named_or_unified() {
    let dir = tempfile::tempdir().unwrap();
    let sink = Sink::Parquet(ParquetWrite::default());
    write(&frame(3), &dir.path().join("1.parquet"), &sink, 1).unwrap();
    let other = from_batches(vec![batch(vec![("n", ints(&[Some(9)])), ("t", texts(&[Some("x")]))])]).unwrap();
    write(&other, &dir.path().join("2.parquet"), &sink, 1).unwrap();
    let error = read_parquet(dir.path(), &ParquetOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
    assert!(error.to_string().contains("1.parquet") && error.to_string().contains("2.parquet"), "{error}");
    let unify = ParquetOptions { unify_schemas: true, ..ParquetOptions::default() };
    let back = cells(&run(&read_parquet(dir.path(), &unify).unwrap()).unwrap());
    assert_eq!(back.last().unwrap(), &["9", "-", "x"]);
    let columns = ParquetOptions { columns: Some(vec!["m".into()]), ..unify };
    assert_eq!(read_parquet(dir.path(), &columns).unwrap_err().kind(), ErrorKind::UnknownColumn);
}

#[test]
fn a_failed_write_is_over_when_it_fails() {
    let good = format!("a\n{}", "1\n".repeat(400_000));
    let from = folder(&[("0.csv", "a\n1\nx\n"), ("1.csv", &good), ("2.csv", &good), ("3.csv", &good)]);
    let options = CsvOptions {
        dtypes: vec![("a".into(), swath_relational::datafusion::arrow::datatypes::DataType::Int64)],
        ..CsvOptions::default()
    };
    let plan = read_csv(from.path(), &options).unwrap();
    for target in ["parts", "x-*.csv"] {
        let to = tempfile::tempdir().unwrap();
        let error = write(&plan, &to.path().join(target), &Sink::Csv(CsvWrite::default()), 4).unwrap_err();
        assert!(error.to_string().contains("0.csv line 3"), "{error}");
        assert_eq!(std::fs::read_dir(to.path()).unwrap().count(), 0, "{target}");
    }
}

fn json(text: &str, options: &JsonOptions) -> Result<Vec<Vec<String>>, Error> {
    let dir = folder(&[("x.json", text)]);
    let table = run(&read_json(dir.path().join("x.json"), options)?)?;
    Ok(cells(&table))
}

#[test]
fn json_lines_widen_and_nest() {
    let text = "{\"a\":1,\"b\":{\"c\":\"x\"}}\n{\"a\":2.5,\"d\":[1,2]}\n\n{\"a\":null}";
    let got = json(text, &JsonOptions::default()).unwrap();
    assert_eq!(got, [["1.0", "{c: x}", "-"], ["2.5", "-", "[1, 2]"], ["-", "-", "-"]]);
    let columns = JsonOptions { columns: Some(vec!["a".into()]), ..JsonOptions::default() };
    assert_eq!(json(text, &columns).unwrap(), [["1.0"], ["2.5"], ["-"]]);
}

#[test]
fn a_number_with_a_fraction_is_no_integer() {
    let mut lines: Vec<String> = (0..3_000).map(|n| format!("{{\"a\":{n},\"l\":[{{\"n\":{n}}}]}}")).collect();
    let options = JsonOptions { sample_bytes: 4096, ..JsonOptions::default() };
    lines[1] = "{\"a\":9007199254740993,\"l\":[]}".into();
    assert_eq!(json(&lines.join("\n"), &options).unwrap()[1], ["9007199254740993", "[]"]);
    lines[2_000] = "{\"a\":1.5}".into();
    let error = json(&lines.join("\n"), &options).unwrap_err().to_string();
    assert!(error.contains("x.json line 2001:") && error.contains("'a'"), "{error}");
    lines[2_000] = "{\"a\":1,\"l\":[{\"n\":2.5}]}".into();
    let error = json(&lines.join("\n"), &options).unwrap_err().to_string();
    assert!(error.contains("x.json line 2001:") && error.contains("'l'"), "{error}");
    let skip = JsonOptions { skip_bad_lines: true, ..options };
    assert_eq!(json(&lines.join("\n"), &skip).unwrap().len(), 2_999);
}

#[test]
fn a_field_of_text_takes_numbers() {
    let text = "{\"a\":\"x\"}\n{\"a\":1.50}\n{\"a\":true}\n{\"a\":null}";
    assert_eq!(json(text, &JsonOptions::default()).unwrap(), [["x"], ["1.50"], ["true"], ["-"]]);
}

#[test]
fn a_bad_json_line_is_named_or_skipped() {
    let short = json("{\"a\":1}\n{\"a\":\n", &JsonOptions::default()).unwrap_err().to_string();
    assert!(short.contains("x.json line 2:"), "{short}");
    let mut lines: Vec<String> = (0..3_000).map(|n| format!("{{\"a\":{n}}}")).collect();
    lines[2_000] = "{\"a\":}".into();
    let text = lines.join("\n");
    let options = JsonOptions { sample_bytes: 4096, blocksize: Some(1_000), ..JsonOptions::default() };
    let error = json(&text, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("x.json line 2001:"), "{error}");
    let skip = JsonOptions { skip_bad_lines: true, ..options };
    assert_eq!(json(&text, &skip).unwrap().len(), 2_999);
    let list = json("[{\"a\":1}]", &JsonOptions::default()).unwrap_err();
    assert!(list.to_string().contains("one JSON list"), "{list}");
    assert_eq!(json("", &JsonOptions::default()).unwrap_err().kind(), ErrorKind::InvalidData);
}
