//! Ctrl-C: a computation ends at once and leaves no temporary file.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use swath::prelude::*;

/// Where the child process works; it is set only in that process.
const FOLDER: &str = "SWATH_TEST_INTERRUPT_FOLDER";

/// Runs in a process of its own: many short calls, and a file on its way.
#[test]
#[ignore = "the body of the test below, which starts it in a process of its own"]
fn child_computes_for_minutes() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = PathBuf::from(folder);
    let file = swath_aside::AsideFile::create(folder.join("out.csv")).unwrap();
    let started = folder.join("started");
    let sleep = move |i: u64| {
        // Whichever call is first says that the computation is under way.
        std::fs::write(&started, "").unwrap();
        std::thread::sleep(Duration::from_millis(20));
        i
    };
    let calls: Vec<_> = (0..10_000u64).map(|i| delayed(sleep.clone()).call((i,))).collect();
    let error = compute_all(calls).unwrap_err();
    assert_eq!(error.kind(), swath::ErrorKind::Cancelled);
    drop(file);
    std::process::exit(3);
}

#[cfg(unix)]
#[test]
fn sigint_ends_a_computation_within_a_second_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "interrupt::child_computes_for_minutes", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| folder.path().join("started").exists());
    let status = interrupt(child);
    assert_eq!(status, Some(3), "the computation should have given an error of the kind Cancelled");
    assert_eq!(names(folder.path()), ["started"]);
}

/// A query of the command that writes a file much larger than the disk could hold in a second.
#[cfg(unix)]
#[test]
fn sigint_ends_the_command_and_leaves_no_half_written_file() {
    let folder = tempfile::tempdir().unwrap();
    swath::datasets::timeseries(folder.path()).rows(20_000).months(1).write().unwrap();
    let before = names(folder.path());
    let copy =
        "COPY (SELECT a.*, b.name AS other FROM '2015-01.csv' a CROSS JOIN '2015-01.csv' b) TO 'out.csv'";
    let child = Command::new(env!("CARGO_BIN_EXE_swath"))
        .args(["sql", copy])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| names(folder.path()).len() > before.len());
    let status = interrupt(child);
    assert_ne!(status, Some(0));
    assert_eq!(names(folder.path()), before);
}

/// Waits a little longer, so that what was announced is under way, sends SIGINT and waits for the end.
fn interrupt(mut child: Child) -> Option<i32> {
    std::thread::sleep(Duration::from_millis(200));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if start.elapsed() > Duration::from_secs(1) {
            child.kill().unwrap();
            panic!("the process was still there a second after SIGINT");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn wait_until(ready: impl Fn() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < Duration::from_mins(1), "the process did not get going");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
