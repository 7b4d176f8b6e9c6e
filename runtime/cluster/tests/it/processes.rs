//! Workers in processes of their own, under supervision. This test binary is the program that they run.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use swath_cluster::{LocalCluster, Supervisor, SupervisorOptions};
use swath_error::ErrorKind;
use swath_tasks::task;

use crate::functions::{bytes, cluster, inc, nap, pid};
use crate::futures::eventually;

/// The arguments of a process that is not to be a test.
const ARGUMENTS: &str = "SWATH_TEST_PROCESS";

/// Between two of them, where blanks would not do.
const BREAK: char = '\x1f';

/// A program in `folder` that takes the arguments of workers and schedulers.
pub fn program(folder: &Path) -> PathBuf {
    let path = folder.join("program");
    let test = std::env::current_exe().unwrap();
    let script = format!(
        "#!/bin/sh\n{ARGUMENTS}=\"$*\" exec '{}' --exact processes::entry --nocapture > /dev/null\n",
        test.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// This binary as a worker or a scheduler with these arguments.
pub fn test_process(words: &[OsString]) -> Command {
    let words: Vec<&str> = words.iter().map(|word| word.to_str().unwrap()).collect();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(ARGUMENTS, words.join(&BREAK.to_string()));
    command.args(["--exact", "processes::entry", "--nocapture"]).stdout(Stdio::null());
    command
}

/// Nothing as a test; a worker or a scheduler when this binary was started by [`program`] or [`test_process`].
#[test]
fn entry() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else { return };
    let between = if arguments.contains(BREAK) { BREAK } else { ' ' };
    let words: Vec<OsString> = arguments.split(between).map(OsString::from).collect();
    let again = {
        let words = words.clone();
        move |further: &[OsString]| test_process(&[&words, further].concat())
    };
    let words = std::iter::once(OsString::from("program")).chain(words);
    std::process::exit(swath_cluster::processes::serve(words, Box::new(again)));
}

#[task]
pub fn quit(code: i32) -> u64 {
    std::process::exit(code)
}

/// Takes memory and keeps it for longer than anybody waits.
#[task]
fn hog(bytes: usize) -> u64 {
    let taken = vec![1u8; bytes];
    std::thread::sleep(Duration::from_mins(2));
    taken.iter().map(|b| u64::from(*b)).sum()
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

fn processes(folder: &Path, workers: usize) -> LocalCluster {
    let builder = LocalCluster::builder().workers(workers).memory_limit(200_000_000);
    builder.program(program(folder)).local_dir(folder.join("spill")).start().unwrap()
}

#[test]
fn a_process_that_dies_is_started_again() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = processes(dir.path(), 1);
    let client = cluster.client().unwrap();
    let first = client.submit(pid, ()).unwrap().result().unwrap();
    assert_eq!(cluster.workers()[0].1, Some(first));
    let name = cluster.workers()[0].0.clone();
    kill(first);
    eventually("another process is there", || {
        client.workers().unwrap().iter().any(|w| w.name == name && w.pid != first)
    });
    let there = client.run(pid, ()).unwrap()[&name];
    assert_ne!(there, first);
    assert_eq!(cluster.workers(), [(name.clone(), Some(there))]);
    // One that is let go is not started again.
    cluster.retire(&[&name]).unwrap();
    assert!(cluster.is_empty() && client.workers().unwrap().is_empty());
}

#[test]
fn a_task_that_ends_processes_is_told_how_they_ended() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = processes(dir.path(), 1);
    let client = cluster.client().unwrap();
    let error = client.submit(quit, (3,)).unwrap().result().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("4 workers were lost") && text.contains("exited with code 3"), "{text}");
    assert!(text.contains("worker-001"), "{text}");
    assert_eq!(client.submit(inc, (1,)).unwrap().result().unwrap(), 2);
}

#[test]
fn a_process_is_ended_at_its_memory_limit() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = processes(dir.path(), 1);
    let client = cluster.client().unwrap();
    let spilled = client.map(bytes, (0..4usize).map(|i| 45_000_000 + i)).unwrap();
    client.wait(&spilled);
    let folders = || {
        let entries = std::fs::read_dir(dir.path().join("spill")).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    eventually("results are spilled", || !folders().is_empty());
    let dead = cluster.workers()[0].1.unwrap();
    drop(spilled);
    let error = client.submit(hog, (400_000_000usize,)).unwrap().result().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("limit of 200 MB") && text.contains("ended by its supervisor"), "{text}");
    let left = folders();
    assert!(!left.iter().any(|name| name.contains(&format!(".{dead}-"))), "{left:?}");
}

#[test]
fn a_crash_loop_ends() {
    let options = SupervisorOptions { restarts: 2, ..SupervisorOptions::new("127.0.0.1:1", "unlucky") };
    let supervisor = Supervisor::start(options, || {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 7"]);
        command
    });
    let supervisor = supervisor.unwrap();
    let error = supervisor.wait().unwrap_err();
    assert_eq!((error.kind(), supervisor.restarts()), (ErrorKind::Cluster, 2));
    let text = error.to_string();
    assert!(text.contains("unlucky died 3 times") && text.contains("code 7"), "{text}");
}

#[test]
fn a_worker_that_gives_up_is_not_started_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = program(dir.path());
    let supervisor = Supervisor::start(SupervisorOptions::new("127.0.0.1:1", "lonely"), move || {
        let mut command = Command::new(&path);
        command.args(["swath-worker", "--supervised", "--scheduler", "127.0.0.1:1", "--name", "lonely"]);
        command
    });
    let supervisor = supervisor.unwrap();
    assert!(supervisor.wait().unwrap_err().to_string().contains("lonely ended by itself"));
    assert_eq!(supervisor.restarts(), 0);
    let missing = SupervisorOptions::new("127.0.0.1:1", "none");
    let error = Supervisor::start(missing, || Command::new("/no/such/program")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_supervised_process_does_not_outlive_its_supervisor_and_leaves_when_told() {
    let cluster = cluster(1);
    let dir = tempfile::tempdir().unwrap();
    let client = cluster.client().unwrap();
    let start = |name: &str| {
        let mut command = Command::new(program(dir.path()));
        command.args(["swath-worker", "--supervised", "--scheduler", &cluster.address(), "--name", name]);
        command.args(["--nthreads", "1", "--memory-limit", "256MiB"]);
        let child = command.stdin(Stdio::piped()).spawn().unwrap();
        eventually("it is there", || client.workers().unwrap().iter().any(|w| w.name == name));
        child
    };
    let mut orphan = start("orphan");
    drop(orphan.stdin.take());
    eventually("it is gone", || orphan.try_wait().unwrap().is_some());
    let mut leaver = start("leaver");
    let kept = client.task(bytes).workers(["leaver"]).map([1000usize, 2000]).unwrap();
    client.wait(&kept);
    std::io::Write::write_all(leaver.stdin.as_mut().unwrap(), b"leave\n").unwrap();
    eventually("it is gone", || leaver.try_wait().unwrap().is_some());
    assert!(leaver.wait().unwrap().success());
    // What it held is elsewhere, not made again: nobody else may run these tasks.
    let lengths: Vec<usize> = client.gather(&kept).unwrap().iter().map(Vec::len).collect();
    assert_eq!(lengths, [1000, 2000]);
}

#[test]
fn a_lifetime_ends_with_nothing_lost() {
    let cluster = cluster(1);
    let dir = tempfile::tempdir().unwrap();
    let client = cluster.client().unwrap();
    let mut command = Command::new(program(dir.path()));
    command.args(["swath-worker", "--scheduler", &cluster.address(), "--name", "mortal", "--lifetime", "2"]);
    command.args(["--nthreads", "1", "--no-supervisor"]);
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    client.wait_for_workers(2, Duration::from_secs(30)).unwrap();
    let kept = client.task(bytes).workers(["mortal"]).submit((500usize,)).unwrap();
    kept.wait().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_mins(1), "it lives for ever");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(kept.result().unwrap().len(), 500);
    assert_eq!(client.submit(nap, (1,)).unwrap().result().unwrap(), 1);
}
