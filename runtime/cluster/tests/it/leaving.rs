//! Worker processes that are told to leave, or have to: what they wait for, what they say, what they leave behind.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use swath_cluster::{Client, LocalCluster};
use swath_tasks::task;

use crate::functions::{bytes, cluster, inc, nap};
use crate::futures::eventually;
use crate::processes::program;

/// A process, what it has said, and its end with the test.
struct Spoken {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Spoken {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program(folder));
        let mut child = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (stderr, heard) = (child.stderr.take().unwrap(), said.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                heard.lock().push_str(&(line + "\n"));
            }
        });
        Self { child, said }
    }

    /// A worker called `leaver` of one thread.
    fn worker(folder: &Path, scheduler: &str, further: &[&str]) -> Self {
        let spill = folder.join("spill");
        let mut arguments = vec!["swath-worker", "--scheduler", scheduler, "--name", "leaver"];
        arguments.extend(["--nthreads", "1", "--local-dir", spill.to_str().unwrap()]);
        Self::start(folder, &[&arguments[..], further].concat())
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    fn says(&self, what: &str) {
        eventually(&format!("it says '{what}'"), || self.said.lock().contains(what));
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end; whether that was in good order.
    fn ends(&mut self) -> bool {
        eventually("it ends", || self.has_ended());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Spoken {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A cluster whose only worker is a process called `leaver`, and a client that knows it.
fn alone(folder: &Path, further: &[&str]) -> (LocalCluster, Client, Spoken) {
    let cluster = cluster(0);
    let worker = Spoken::worker(folder, &cluster.address(), further);
    let client = cluster.client().unwrap();
    client.wait_for_workers(1, Duration::from_secs(30)).unwrap();
    (cluster, client, worker)
}

/// A scheduler's process, and its address.
fn scheduler(folder: &Path) -> (Spoken, String) {
    let scheduler = Spoken::start(folder, &["swath-scheduler", "--port", "0"]);
    scheduler.says("swath scheduler at ");
    let address = scheduler.said.lock().trim().rsplit(' ').next().unwrap().to_owned();
    (scheduler, address)
}

/// Scratch folders in a worker's folder.
fn left_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.join("spill")) else { return Vec::new() };
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_only_worker_ends_when_nothing_of_it_is_wanted() {
    for further in [&["--no-supervisor"][..], &[]] {
        let dir = tempfile::tempdir().unwrap();
        let (_cluster, client, mut worker) = alone(dir.path(), further);
        assert_eq!(client.gather(&client.map(inc, 0..20u64).unwrap()).unwrap().len(), 20);
        let held = client.submit(bytes, (1000usize,)).unwrap();
        held.wait().unwrap();
        worker.terminate();
        worker.says("no other worker is there to take over 1 result");
        // The one who wants it goes.
        client.close();
        drop((held, client));
        assert!(worker.ends());
        assert!(!worker.said.lock().contains("it ends now"), "nothing was lost");
    }
}

#[test]
fn a_task_that_nobody_waits_for_keeps_no_worker() {
    let dir = tempfile::tempdir().unwrap();
    let (_cluster, client, mut worker) = alone(dir.path(), &["--no-supervisor"]);
    let slow = client.submit(nap, (120_000,)).unwrap();
    eventually("it runs", || client.workers().unwrap()[0].metrics.running == 1);
    client.close();
    drop((slow, client));
    worker.terminate();
    assert!(worker.ends());
}

#[test]
fn a_second_signal_ends_it_at_once_and_says_what_is_lost() {
    for further in [&["--no-supervisor"][..], &[]] {
        let dir = tempfile::tempdir().unwrap();
        let (cluster, client, mut worker) = alone(dir.path(), further);
        let held = client.map(inc, 0..3u64).unwrap();
        client.wait(&held);
        worker.terminate();
        worker.says("no other worker is there to take over 3 results");
        assert!(!worker.has_ended());
        worker.terminate();
        assert!(worker.ends());
        worker.says("it ends now, and with it 3 results");
        // Another worker makes them again.
        cluster.add_worker().unwrap();
        assert_eq!(client.gather(&held).unwrap(), [1, 2, 3]);
        assert_eq!(left_in(dir.path()), [""; 0]);
    }
}

#[test]
fn it_does_not_wait_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let (cluster, client, mut worker) = alone(dir.path(), &["--no-supervisor", "--retire-timeout", "0.5"]);
    let held = client.submit(inc, (1,)).unwrap();
    held.wait().unwrap();
    // Told by a client this time.
    client.retire_workers(&["leaver"]).unwrap();
    assert!(worker.ends());
    worker.says("it ends now, and with it 1 result");
    cluster.add_worker().unwrap();
    assert_eq!(held.result().unwrap(), 2);
}

/// How many results were made in this process.
static MADE: AtomicUsize = AtomicUsize::new(0);

#[task]
fn made_once(n: usize) -> Vec<u8> {
    MADE.fetch_add(1, Ordering::SeqCst);
    vec![7; n]
}

#[test]
fn a_worker_that_comes_takes_over() {
    let dir = tempfile::tempdir().unwrap();
    let (cluster, client, mut worker) = alone(dir.path(), &["--no-supervisor"]);
    let held = client.submit(made_once, (1000usize,)).unwrap();
    held.wait().unwrap();
    worker.terminate();
    worker.says("no other worker is there");
    cluster.add_worker().unwrap();
    assert!(worker.ends());
    assert_eq!(held.result().unwrap().len(), 1000);
    assert_eq!(MADE.load(Ordering::SeqCst), 0, "it was made again here");
}

/// Leaves a scratch folder behind that nothing in this process removes by itself.
#[task]
fn litter(parent: String) -> swath_error::Result<u64> {
    let scratch = swath_aside::ScratchDir::create(Path::new(&parent))?;
    std::fs::create_dir(scratch.path().join("datafusion-x"))
        .map_err(|e| swath_error::Error::io("litter", e))?;
    std::mem::forget(scratch);
    Ok(0)
}

#[test]
fn a_worker_that_loses_its_scheduler_leaves_no_files() {
    for further in [&["--no-supervisor"][..], &[]] {
        let dir = tempfile::tempdir().unwrap();
        let (mut scheduler, address) = scheduler(dir.path());
        let mut worker = Spoken::worker(dir.path(), &address, further);
        let client = Client::connect(&address).unwrap();
        client.wait_for_workers(1, Duration::from_secs(30)).unwrap();
        let spill = dir.path().join("spill").to_str().unwrap().to_owned();
        client.try_submit(litter, (spill,)).unwrap().result().unwrap();
        assert_eq!(left_in(dir.path()).len(), 1);
        scheduler.child.kill().unwrap();
        scheduler.child.wait().unwrap();
        assert!(!worker.ends(), "a worker that is left alone ends with an error");
        assert_eq!(left_in(dir.path()), [""; 0]);
    }
}

#[test]
fn a_scheduler_that_does_not_answer_is_mentioned() {
    let dir = tempfile::tempdir().unwrap();
    let (scheduler, address) = scheduler(dir.path());
    let pid = scheduler.child.id().to_string();
    assert!(Command::new("kill").args(["-STOP", &pid]).status().unwrap().success());
    let mut worker = Spoken::worker(dir.path(), &address, &["--no-supervisor"]);
    worker.says(&format!("the scheduler at {address} has taken the connection and not answered"));
    assert!(!worker.ends());
    worker.says("did not answer within 10 s");
}

#[test]
fn a_worker_that_looks_for_its_scheduler_can_be_ended() {
    let dir = tempfile::tempdir().unwrap();
    let (mut scheduler, address) = scheduler(dir.path());
    let mut worker = Spoken::worker(dir.path(), &address, &["--no-supervisor", "--patience", "600"]);
    worker.says("swath worker leaver at ");
    scheduler.child.kill().unwrap();
    scheduler.child.wait().unwrap();
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(500) {
        assert!(!worker.has_ended(), "{}", worker.said.lock());
        std::thread::sleep(Duration::from_millis(20));
    }
    worker.terminate();
    assert!(worker.ends());
}
