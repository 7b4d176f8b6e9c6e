//! A process that is killed while it has blocks in files.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use swath_block::MemoryLedger;
use swath_store::{Store, StoreOptions};

use crate::{KIB, block, eventually, files, task};

/// Names the folder that [`lives_until_it_is_killed`] spills into.
const FOLDER: &str = "SWATH_TEST_SPILL_FOLDER";

fn spill_into(folder: impl Into<std::path::PathBuf>) -> Store {
    let store = Store::new(MemoryLedger::new(10 * KIB), StoreOptions::default().folder(folder));
    store.put_blocking(task(1), block(1, 100)).unwrap();
    store
}

/// Not a test: the process that [`its_files_go_with_the_next_store`] kills.
#[test]
#[ignore = "run by another test"]
fn lives_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let _store = spill_into(folder);
    println!("spilled");
    std::thread::sleep(std::time::Duration::from_mins(1));
}

#[test]
fn its_files_go_with_the_next_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::lives_until_it_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("spilled")), "it ended early");
    // While it lives its files stay.
    swath_aside::remove_leftovers(folder.path());
    assert!(files(&folder) > 1, "a living process's files went");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(files(&folder) > 1, "nobody was there to remove them");
    let store = spill_into(folder.path());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    drop(store);
    eventually("no file is left", || files(&folder) == 0);
}
