//! Clusters over SSH, with a script in the place of `ssh` that runs the command on this machine.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use swath_cluster::{SshCluster, SshClusterBuilder};
use swath_error::ErrorKind;

use crate::functions::{inc, pid, sum};
use crate::processes::program;

/// What `ssh HOST WORDS…` does, without leaving this machine; the host `nowhere` cannot be reached.
const STAND_IN: &str = r#"#!/bin/sh
host="$1"
shift
if [ "$host" = nowhere ]; then
    echo "ssh: Could not resolve hostname nowhere" >&2
    exit 255
fi
exec sh -c "exec $*"
"#;

/// A builder whose `ssh` is the stand-in.
fn builder(folder: &Path, hosts: &[&str]) -> SshClusterBuilder {
    let ssh = folder.join("ssh");
    std::fs::write(&ssh, STAND_IN).unwrap();
    std::fs::set_permissions(&ssh, std::fs::Permissions::from_mode(0o755)).unwrap();
    SshCluster::builder(hosts.iter().copied(), "127.0.0.1:0".parse().unwrap())
        .ssh([ssh.to_str().unwrap()])
        .program(program(folder).to_str().unwrap())
        .insecure()
        .worker_arguments(["--nthreads", "1", "--no-supervisor"])
        .patience(Duration::from_mins(1))
}

#[test]
fn a_worker_on_each_host() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = builder(dir.path(), &["127.0.0.1", "me@127.0.0.1"]).start().unwrap();
    assert_eq!(cluster.len(), 2);
    let client = cluster.client().unwrap();
    client.wait_for_workers(2, Duration::from_secs(20)).unwrap();
    let pids = client.run(pid, ()).unwrap();
    assert_eq!(pids.len(), 2);
    assert!(pids.values().all(|p| *p != std::process::id()));
    let futures = client.map(inc, 0..100u64).unwrap();
    assert_eq!(client.submit(sum, (&futures,)).unwrap().result().unwrap(), 5050);
}

#[test]
fn the_scheduler_may_be_on_a_host_too() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = builder(dir.path(), &["127.0.0.1"]).scheduler_on("127.0.0.1").start().unwrap();
    let client = cluster.client().unwrap();
    assert_eq!(client.submit(inc, (1,)).unwrap().result().unwrap(), 2);
    drop(cluster);
    // The scheduler has ended with the cluster.
    assert_eq!(client.submit(inc, (5,)).and_then(|f| f.result()).unwrap_err().kind(), ErrorKind::Cluster);
}

#[test]
fn what_goes_wrong_names_the_host() {
    let dir = tempfile::tempdir().unwrap();
    let unreachable = builder(dir.path(), &["127.0.0.1", "nowhere"]).start().unwrap_err();
    assert_eq!(unreachable.kind(), ErrorKind::Cluster);
    let text = unreachable.to_string();
    assert!(
        text.contains("the host nowhere cannot be reached") && text.contains("resolve hostname"),
        "{text}"
    );
    let missing = builder(dir.path(), &["127.0.0.1"]).program("/no/such/swath").start().unwrap_err();
    let text = missing.to_string();
    assert!(text.contains("no program '/no/such/swath' on 127.0.0.1"), "{text}");
    let silent = builder(dir.path(), &["127.0.0.1"])
        .program("sleep 30; true")
        .scheduler_on("127.0.0.1")
        .patience(Duration::from_millis(300));
    let text = silent.start().unwrap_err().to_string();
    assert!(text.contains("no program 'sleep 30; true'"), "a program's name is one word: {text}");
    let mute = dir.path().join("mute");
    std::fs::write(&mute, "#!/bin/sh\nexec sleep 30\n").unwrap();
    std::fs::set_permissions(&mute, std::fs::Permissions::from_mode(0o755)).unwrap();
    let silent = builder(dir.path(), &["127.0.0.1"])
        .program(mute.to_str().unwrap())
        .scheduler_on("127.0.0.1")
        .patience(Duration::from_millis(300));
    let text = silent.start().unwrap_err().to_string();
    assert!(text.contains("127.0.0.1 has not said its address within 0.3 s"), "{text}");
    let none = SshCluster::builder(["a"], "127.0.0.1:0".parse().unwrap()).ssh(["/no/such/ssh"]).start();
    assert_eq!(none.unwrap_err().kind(), ErrorKind::NotFound);
}
