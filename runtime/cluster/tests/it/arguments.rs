//! Wrong arguments of processes and builders: each is named, with what is allowed.

use std::ffi::OsString;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use swath_cluster::LocalCluster;
use swath_error::ErrorKind;

use crate::processes::test_process;

/// What a process of these arguments does and says.
fn run(arguments: &[&str]) -> Output {
    let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let mut command: Command = test_process(&words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap()
}

/// Asserts that the arguments are refused, and that all these words are said about them.
fn refused(arguments: &[&str], said: &[&str]) {
    let output = run(arguments);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    assert!(matches!(code, Some(1 | 2)), "{arguments:?} ends with {code:?}: {text}");
    for word in said {
        assert!(text.contains(word), "{arguments:?} does not say '{word}': {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn of_a_worker() {
    let nobody = ["swath-worker", "--scheduler", "127.0.0.1:1"];
    let refused = |further: &[&str], said: &[&str]| refused(&[&nobody[..], further].concat(), said);
    refused(&["--nthreads", "100000"], &["--nthreads", "4096"]);
    refused(&["--nthreads", "0"], &["--nthreads", "from 1"]);
    refused(&["--memory-limit", "0"], &["--memory-limit", "1 MiB"]);
    refused(&["--memory-limit", "much"], &["--memory-limit", "not a size"]);
    refused(&["--resources", "=1"], &["--resources", "NAME=N"]);
    refused(&["--resources", "GPU=many"], &["--resources", "NAME=N"]);
    refused(&["--resources", "GPU=1,GPU=2"], &["--resources", "GPU is there twice"]);
    refused(&["--name", ""], &["--name", "from 1 to 255"]);
    refused(&["--name", "a\u{7}b"], &["--name", "control characters"]);
    refused(&["--local-dir", "/proc/nope"], &["--local-dir", "/proc/nope"]);
    refused(&["--patience", "-1"], &["--patience", "0 or more"]);
    refused(&["--lifetime", "nan"], &["--lifetime", "0 or more"]);
    refused(&["--retire-timeout", "-5"], &["--retire-timeout", "0 or more"]);
    refused(&["--contact", ""], &["--contact"]);
    refused(&["--host", "no such host"], &["--host", "no such host"]);
    refused(&["--no-supervisor"], &["nobody listens"]);
}

#[test]
fn of_a_scheduler() {
    let refused = |further: &[&str], said: &[&str]| {
        refused(&[&["swath-scheduler", "--port", "0"][..], further].concat(), said);
    };
    refused(&["--ttl", "0"], &["--ttl", "0.1 s"]);
    refused(&["--ttl", "-3"], &["--ttl", "0 or more"]);
    refused(&["--idle-timeout", "soon"], &["--idle-timeout", "0 or more"]);
    refused(&["--scheduler-file", "/proc/nope/file"], &["--scheduler-file", "/proc/nope/file"]);
    refused(&["--host", "0.0.0.0"], &["--insecure"]);
}

#[test]
fn of_a_scheduler_s_address() {
    for address in ["", ":8786", "host:port"] {
        refused(&["swath-worker", "--no-supervisor", "--scheduler", address], &["HOST", "8786"]);
    }
}

#[test]
fn of_builders() {
    let builder = || LocalCluster::builder().workers(0);
    let cases = [
        (builder().threads_per_worker(0), "from 1 to 4096"),
        (builder().threads_per_worker(100_000), "from 1 to 4096"),
        (builder().memory_limit(0), "1 MiB"),
        (builder().resource("", 1), "resource"),
        (builder().ttl(Duration::ZERO), "0.1 s"),
        (builder().workers(100_000), "at most 1024"),
    ];
    for (builder, said) in cases {
        let error = builder.start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    let error = builder().workers(1).local_dir("/proc/nope").start().unwrap_err();
    assert!(error.to_string().contains("/proc/nope"), "{error}");
}
