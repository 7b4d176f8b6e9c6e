//! The `swath` command, as a shell runs it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn swath(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_swath"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_version_is_told() {
    assert_eq!(stdout(&swath(&["--version"], "")).trim(), format!("swath {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn statements_from_arguments_files_and_pipes() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("2015-01.csv");
    std::fs::write(&csv, "id,name\n1,a\n2,\n").unwrap();
    let query = format!("SELECT * FROM '{}' ORDER BY id", csv.display());
    assert_eq!(stdout(&swath(&["sql", "--format", "csv", &query], "")), "id,name\n1,a\n2,\n");
    let json = stdout(&swath(&["sql", "--format", "json"], &format!("{query};")));
    assert_eq!(json, "{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":null}\n");
    let script = dir.path().join("script.sql");
    std::fs::write(&script, format!("CREATE VIEW v AS {query};")).unwrap();
    let file = script.display().to_string();
    let table = stdout(&swath(&["sql", "--file", &file, "SELECT count(*) AS n FROM v; SELECT 1 AS one"], ""));
    assert!(table.contains("created view v") && table.contains(" n\n"), "{table}");
    assert_eq!(stdout(&swath(&["sql", "-f", "csv", "SELECT 1 AS x WHERE false"], "")), "x\n");
}

#[test]
fn a_statement_may_begin_with_a_comment() {
    for note in ["-- note\nSELECT 1 AS x", "--note\nSELECT 1 AS x", "-- a=b\nSELECT 1 AS x"] {
        assert_eq!(stdout(&swath(&["sql", note, "--format", "csv"], "")), "x\n1\n", "{note}");
    }
    assert_eq!(stdout(&swath(&["sql", "-- note"], "")), "");
    assert_eq!(swath(&["sql", "--nonsense", "SELECT 1"], "").status.code(), Some(2));
}

#[test]
fn errors_go_to_stderr_with_exit_code_1() {
    let output = swath(&["sql", "SELECT * FROM '/no/such.csv'"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "));
    assert_eq!(swath(&["sql", "--format", "xml", "SELECT 1"], "").status.code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for format in ["csv", "json", "table"] {
        let many = "SELECT a.value * b.value AS x FROM generate_series(1, 300) a, generate_series(1, 300) b";
        let mut child = Command::new(env!("CARGO_BIN_EXE_swath"))
            .args(["sql", "--format", format, "--rows", "100000", many])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert!(output.status.success(), "{format}");
    }
}
