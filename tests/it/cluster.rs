//! Clusters of processes: the `swath` command as scheduler and workers.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{Client, ErrorKind, LocalCluster};

const SWATH: &str = env!("CARGO_BIN_EXE_swath");

/// A process that is killed when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn swath(args: &[&str]) -> Output {
    Command::new(SWATH).args(args).stdin(Stdio::null()).output().unwrap()
}

/// Starts `swath` with these arguments and waits for the line in which it says its address.
fn start(args: &[&str]) -> (Running, String) {
    let mut child =
        Command::new(SWATH).args(args).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stderr = child.stderr.take().unwrap();
    let running = Running(child);
    BufReader::new(stderr).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(line.starts_with("swath "), "{line}");
    (running, address)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A sum over 256 leaves.
fn array_sum() -> f64 {
    let a = da::arange_f64(0.0, 102_400.0, 1.0).rechunk(400);
    (&a * 2.0 + &a).sum(..).item().unwrap()
}

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_cluster_started_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("scheduler");
    let path = file.to_str().unwrap();
    let (_scheduler, address) = start(&["scheduler", "--port", "0", "--scheduler-file", path]);
    let worker = |name: &str| start(&["worker", "--scheduler-file", path, "--nthreads", "1", "--name", name]);
    let _workers = [worker("a"), worker("b")];
    let client = Client::connect_file(Path::new(path)).unwrap();
    client.wait_for_workers(2, Duration::from_secs(30)).unwrap();
    let here = array_sum();
    assert_eq!(client.scope(array_sum), here);
    let status = swath(&["status", &address]);
    let text = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(text.contains("2 workers, 2 threads, 1 clients") && text.contains("  a at 127.0.0.1:"), "{text}");
    let in_use = swath(&["scheduler", "--port", address.rsplit(':').next().unwrap()]);
    assert!(
        !in_use.status.success() && stderr(&in_use).contains("the port is in use"),
        "{}",
        stderr(&in_use)
    );
    let twice = swath(&["worker", "--scheduler", &address, "--name", "a"]);
    assert!(
        !twice.status.success() && stderr(&twice).contains("called a is here already"),
        "{}",
        stderr(&twice)
    );
}

#[test]
fn wrong_starts_say_what_to_do() {
    let open = swath(&["scheduler", "--host", "0.0.0.0", "--port", "0"]);
    assert!(!open.status.success() && stderr(&open).contains("--insecure"), "{}", stderr(&open));
    let nobody = swath(&["worker", "--scheduler", "127.0.0.1:1"]);
    assert!(!nobody.status.success() && stderr(&nobody).contains("nobody listens"), "{}", stderr(&nobody));
    assert!(stderr(&swath(&["status", "127.0.0.1:1"])).contains("nobody listens"));
    let tls = swath(&["scheduler", "--port", "0", "--tls-dir", "/no/such/folder"]);
    assert!(stderr(&tls).contains("swath tls init"), "{}", stderr(&tls));
    let empty = swath(&["status", ""]);
    assert!(!empty.status.success() && stderr(&empty).contains("HOST:PORT"), "{}", stderr(&empty));
    let none = swath(&["cluster", "--workers", "0"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("--workers") && stderr(&none).contains("1.."), "{}", stderr(&none));
    let many = swath(&["worker", "--nthreads", "100000"]);
    assert!(!many.status.success() && stderr(&many).contains("from 1 to 4096"), "{}", stderr(&many));
}

#[test]
fn a_killed_worker_is_made_up_for() {
    let cluster = LocalCluster::builder().workers(3).program(SWATH).start().unwrap();
    let client = cluster.client().unwrap();
    let here = array_sum();
    let running = std::thread::spawn(move || (0..5).map(|_| client.scope(array_sum)).collect::<Vec<_>>());
    std::thread::sleep(Duration::from_millis(30));
    let (_, pid) = cluster.workers().remove(0);
    let pid = pid.unwrap();
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    assert!(running.join().unwrap().iter().all(|sum| *sum == here));
    let observer = cluster.client().unwrap();
    eventually("another process works in its place", || {
        let workers = observer.workers().unwrap();
        workers.len() == 3 && workers.iter().all(|w| w.pid != pid)
    });
}

#[test]
fn a_worker_leaves_when_it_is_told_to() {
    let (_scheduler, address) = start(&["scheduler", "--port", "0"]);
    let (mut worker, _) = start(&["worker", "--scheduler", &address, "--nthreads", "1"]);
    let client = Client::connect(&address).unwrap();
    client.wait_for_workers(1, Duration::from_secs(30)).unwrap();
    assert_eq!(client.scope(array_sum), array_sum());
    client.close();
    assert!(Command::new("kill").args(["-TERM", &worker.0.id().to_string()]).status().unwrap().success());
    eventually("it has ended", || worker.0.try_wait().unwrap().is_some());
    assert!(worker.0.wait().unwrap().success());
}

#[test]
fn certificates_guard_processes_too() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("tls");
    let tls = folder.to_str().unwrap();
    assert!(swath(&["tls", "init", tls]).status.success());
    assert!(!swath(&["tls", "init", tls]).status.success());
    let (_scheduler, address) = start(&["scheduler", "--port", "0", "--tls-dir", tls]);
    let (_worker, _) = start(&["worker", "--scheduler", &address, "--nthreads", "1", "--tls-dir", tls]);
    assert_eq!(Client::connect(&address).unwrap_err().kind(), ErrorKind::Cluster);
    let status = swath(&["status", &address, "--tls-dir", tls]);
    assert!(String::from_utf8_lossy(&status.stdout).contains("1 workers"), "{}", stderr(&status));
}

#[test]
fn an_array_three_times_the_memory_limits_is_held_in_files() {
    const LIMIT: u64 = 128 << 20;
    let cluster =
        LocalCluster::builder().workers(2).threads_per_worker(1).memory_limit(LIMIT).start().unwrap();
    let client = cluster.client().unwrap();
    let rows = 3 * 2 * LIMIT as usize / (8 * 1000);
    client.scope(|| {
        let x = da::random::default_rng(7).random([rows, 1000]).rechunk([2_500, 1000]).persist().unwrap();
        let info = client.workers().unwrap();
        let spread = (&x - x.mean(0)).std(..).item().unwrap();
        assert!((spread - (1.0f64 / 12.0).sqrt()).abs() < 1e-4, "{spread}");
        let sums = x.sum(1);
        assert!((sums.mean(..).item().unwrap() - 500.0).abs() < 0.1);
        assert_eq!(info.len(), 2);
        // Files are written beside the tasks, and workers report now and then.
        eventually("the workers keep within their limits, by means of files", || {
            let workers = client.workers().unwrap();
            let spilled = workers.iter().all(|w| w.metrics.spilled > 2 * LIMIT - LIMIT / 2);
            spilled && workers.iter().all(|w| w.metrics.stored <= LIMIT)
        });
    });
}

#[swath::task]
fn one_more(x: i64) -> i64 {
    x + 1
}

#[test]
fn persisted_collections_stay_on_the_workers() {
    let cluster = LocalCluster::builder().workers(2).start().unwrap();
    let (client, other) = (cluster.client().unwrap(), cluster.client().unwrap());
    let kept = || client.has_what().unwrap().values().map(Vec::len).sum::<usize>();
    let (array, bag, number) = client.scope(|| {
        let array = da::arange_f64(0.0, 40_000.0, 1.0).rechunk(10_000).persist().unwrap();
        eventually("four chunks are kept", || kept() == 4);
        let bag = db::range(100, 5).map(one_more).persist().unwrap();
        eventually("five partitions, too", || kept() == 9);
        let number = delayed(one_more).call((41,)).persist().unwrap();
        eventually("a value, too", || kept() == 10);
        assert_eq!(number.compute().unwrap(), 42);
        assert_eq!(delayed(one_more).call((&number,)).compute().unwrap(), 43);
        assert_eq!((&array + 1.0).sum(..).item().unwrap(), 800_020_000.0);
        let part = array.slice(da::s![9_999..10_001]).compute().unwrap();
        assert_eq!(part.as_slice().unwrap(), [9_999.0, 10_000.0]);
        assert_eq!(bag.map(one_more).sum().compute().unwrap(), 5_150);
        (array, bag, number)
    });
    // Here, and on another connection, they are fetched.
    assert_eq!(array.sum(..).item().unwrap(), 799_980_000.0);
    assert_eq!(bag.compute().unwrap(), (1..101).collect::<Vec<i64>>());
    assert_eq!(number.compute().unwrap(), 42);
    assert_eq!(other.scope(|| array.sum(..).item()).unwrap(), 799_980_000.0);
    drop((array, bag, number));
    eventually("what was persisted is let go", || kept() == 0);
}

#[test]
fn rows_are_skipped_whoever_reads_them() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..50).map(|n: i32| n.to_string()).collect();
    std::fs::write(dir.path().join("a.csv"), format!("n\n{}\n", rows.join("\n"))).unwrap();
    let query = format!("SELECT n FROM '{}' LIMIT 3 OFFSET 2", dir.path().join("a.csv").display());
    let answer = || swath::sql(&query).compute().unwrap().num_rows();
    let cluster = LocalCluster::builder().workers(1).start().unwrap();
    assert_eq!((answer(), cluster.client().unwrap().scope(answer)), (3, 3));
}
