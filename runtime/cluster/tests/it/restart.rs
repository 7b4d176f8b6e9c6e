//! Clusters that begin anew, results that move, tasks that end workers.

use std::process::{Command, Stdio};
use std::time::Duration;

use swath_cluster::LocalCluster;
use swath_error::ErrorKind;

use crate::functions::{bytes, cluster, inc, nap, pid, sum};
use crate::futures::eventually;
use crate::processes::{program, quit};

#[test]
fn a_restart_forgets_everything_and_goes_on() {
    let cluster = cluster(2);
    let (client, other) = (cluster.client().unwrap(), cluster.client().unwrap());
    let done = client.map(inc, 0..20u64).unwrap();
    client.wait(&done);
    client.publish("kept", &done[..1]).unwrap();
    let scattered = client.scatter([1u64, 2]).unwrap();
    let theirs = other.submit(nap, (60_000,)).unwrap();
    let list = vec![theirs.clone()];
    let waits = other.submit(sum, (&list,)).unwrap();
    eventually("it runs", || other.workers().unwrap().iter().any(|w| w.metrics.running == 1));
    let before: Vec<_> = client.workers().unwrap().iter().map(|w| w.id).collect();
    client.restart().unwrap();
    let after = client.workers().unwrap();
    assert_eq!(after.len(), 2);
    assert!(after.iter().all(|w| !before.contains(&w.id)), "{after:?}");
    for error in [done[3].result().unwrap_err(), theirs.result().unwrap_err(), waits.result().unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
        assert!(error.to_string().contains("restarted"), "{error}");
    }
    assert_eq!(scattered[0].result().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(client.dataset::<u64>("kept").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(client.has_what().unwrap().values().all(Vec::is_empty));
    assert_eq!(client.info().unwrap().unfinished, 0);
    // The same calls are made again.
    let again = client.map(inc, 0..20u64).unwrap();
    assert_eq!(client.submit(sum, (&again,)).unwrap().result().unwrap(), 210);
    assert_eq!(other.submit(inc, (1,)).unwrap().result().unwrap(), 2);
}

#[test]
fn a_restart_replaces_processes() {
    let dir = tempfile::tempdir().unwrap();
    let builder = LocalCluster::builder().workers(2).memory_limit(200_000_000);
    let cluster = builder.program(program(dir.path())).local_dir(dir.path().join("spill")).start().unwrap();
    let client = cluster.client().unwrap();
    let before = client.run(pid, ()).unwrap();
    let stuck = client.map(nap, [100_000u64, 100_001]).unwrap();
    eventually("both run", || client.workers().unwrap().iter().all(|w| w.metrics.running == 1));
    client.restart().unwrap();
    let after = client.run(pid, ()).unwrap();
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before.iter().all(|(name, pid)| after[name] != *pid), "{before:?} {after:?}");
    assert!(stuck.iter().all(|f| f.result().unwrap_err().kind() == ErrorKind::Cancelled));
    assert_eq!(cluster.len(), 2);
    // As often as one likes: it is no death.
    for _ in 0..6 {
        client.restart().unwrap();
    }
    assert_eq!(client.submit(inc, (1,)).unwrap().result().unwrap(), 2);
}

#[test]
fn a_worker_that_nobody_would_start_again_is_not_ended() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let mut command = Command::new(program(dir.path()));
    command.args(["swath-worker", "--scheduler", &cluster.address(), "--name", "by-hand", "--no-supervisor"]);
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    client.wait_for_workers(2, Duration::from_secs(30)).unwrap();
    let done = client.submit(inc, (1,)).unwrap();
    done.wait().unwrap();
    let error = client.restart().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.to_string().contains("by-hand") && error.help().unwrap().contains("--no-supervisor"),
        "{error}"
    );
    assert_eq!(done.result().unwrap(), 2, "nothing was stopped");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_number_of_workers_a_task_may_end_can_be_said() {
    let dir = tempfile::tempdir().unwrap();
    let builder = LocalCluster::builder().workers(1).memory_limit(200_000_000).allowed_failures(0);
    let cluster = builder.program(program(dir.path())).start().unwrap();
    let client = cluster.client().unwrap();
    let error = client.submit(quit, (3,)).unwrap().result().unwrap_err();
    assert!(error.to_string().contains("1 workers were lost while they ran this task"), "{error}");
    // Those that only waited behind such a task are not blamed, and run in the end.
    let bad = client.task(quit).pure(false).submit((4,)).unwrap();
    let waiting = client.map(inc, 0..50u64).unwrap();
    assert!(bad.result().is_err());
    assert_eq!(client.gather(&waiting).unwrap().iter().sum::<u64>(), (1..=50).sum::<u64>());
}

#[test]
fn results_move_from_full_workers_to_empty_ones() {
    let cluster = cluster(3);
    let client = cluster.client().unwrap();
    let full = cluster.workers()[0].0.clone();
    let task = client.task(bytes).pure(false).workers([full.as_str()]);
    let futures = task.map((0..30usize).map(|i| 100_000 + i)).unwrap();
    client.wait(&futures);
    let held = || client.has_what().unwrap();
    assert_eq!(held()[&full].len(), 30);
    client.rebalance().unwrap();
    eventually("each holds about a third", || held().values().all(|tasks| (8..=12).contains(&tasks.len())));
    assert_eq!(held().values().map(Vec::len).sum::<usize>(), 30, "each result is in one place");
    // They were moved, not made again: nobody else may make them.
    let lengths: Vec<usize> = client.gather(&futures).unwrap().iter().map(Vec::len).collect();
    assert_eq!(lengths, (0..30usize).map(|i| 100_000 + i).collect::<Vec<_>>());
    let stored = || client.workers().unwrap().iter().map(|w| w.metrics.stored).collect::<Vec<_>>();
    eventually("memory follows", || stored().iter().all(|bytes| (700_000..=1_400_000).contains(bytes)));
}
