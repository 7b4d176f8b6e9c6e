//! Ctrl-C, seen from outside: this test binary is started again as the program that is interrupted.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use swath_aside::AsideFile;
use swath_block::Block;
use swath_error::ErrorKind;
use swath_execute::{Executor, RunOptions};
use swath_graph::GraphBuilder;
use swath_local::LocalExecutor;

use crate::graphs::{add, until};

/// What the started program does, and where it writes.
const ROLE: &str = "SWATH_TEST_ROLE";
const FOLDER: &str = "SWATH_TEST_FOLDER";

fn start(role: &str, folder: &std::path::Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["signals::program", "--exact", "--nocapture", "--ignored"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The program has begun when its temporary file is there.
    until(|| std::fs::read_dir(folder).unwrap().count() > 0 || child.try_wait().unwrap().is_some());
    child
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Started by the tests below; does nothing otherwise.
#[test]
#[ignore = "a program that the other tests start"]
fn program() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let folder = std::path::PathBuf::from(std::env::var(FOLDER).unwrap());
    if role == "idle" {
        let _file = AsideFile::create(folder.join("idle.csv")).unwrap();
        std::thread::sleep(Duration::from_mins(1));
        return;
    }
    let obedient = role == "obedient";
    let mut b = GraphBuilder::new();
    let long = add(
        &mut b,
        "long",
        2,
        |_, _| {},
        move |_, c| {
            let _file = AsideFile::create(folder.join(format!("{}.csv", c.index)))?;
            let start = Instant::now();
            while start.elapsed() < Duration::from_mins(1) && !(obedient && c.env.cancel.is_cancelled()) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(Block::Unit)
        },
    );
    let graph = b.finish(&long.iter().collect::<Vec<_>>()).unwrap();
    let run = LocalExecutor::new().start(graph, &RunOptions::default().threads(2)).unwrap();
    let error = run.wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    println!("computation says: {}", error.message());
    if !obedient {
        std::thread::sleep(Duration::from_mins(1));
    }
}

fn ends_without_traces(role: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = start(role, folder.path());
    assert!(child.try_wait().unwrap().is_none(), "the program ended by itself");
    let sent = Instant::now();
    interrupt(&child);
    let status = child.wait().unwrap();
    assert!(sent.elapsed() < Duration::from_secs(2), "took {:?}", sent.elapsed());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "files are left");
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    (status.code(), said)
}

#[test]
fn an_interrupt_cancels_the_computation() {
    let (_, said) = ends_without_traces("obedient");
    assert!(said.contains("computation says: interrupted"), "{said}");
}

#[test]
fn an_interrupt_ends_a_program_that_goes_on() {
    assert_eq!(ends_without_traces("stubborn").0, Some(130));
}

#[test]
fn an_interrupt_ends_an_idle_program() {
    assert_eq!(ends_without_traces("idle").0, None);
}
