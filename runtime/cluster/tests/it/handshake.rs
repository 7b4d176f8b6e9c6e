//! Who is not taken in, and what they are told.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use swath_cluster::{Client, SchedulerOptions, SchedulerServer, Worker, WorkerOptions, build, operations};
use swath_error::{ErrorKind, Result};

use crate::functions::{cluster, inc};

fn start(options: WorkerOptions) -> Result<Worker> {
    swath_execute::block_on(Worker::start(options))
}

#[test]
fn no_scheduler_there() {
    let error = Client::connect("127.0.0.1:1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    assert!(error.to_string().contains("nobody listens"), "{error}");
    assert_eq!(Client::connect("nonsense").unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_port_in_use() {
    let cluster = cluster(0);
    let options = SchedulerOptions {
        listen: cluster.address().parse().unwrap(),
        ..SchedulerOptions::new(build().unwrap())
    };
    let error = swath_execute::block_on(SchedulerServer::start(options)).unwrap_err();
    assert!(error.to_string().contains("in use"), "{error}");
}

#[test]
fn a_stranger_and_a_flood_do_no_harm() {
    let cluster = cluster(1);
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 64], &[8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]] {
        let mut stream = TcpStream::connect(cluster.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // The answer is a refusal; a reset is fine too.
        let _ = stream.read_to_end(&mut answer);
    }
    let client = cluster.client().unwrap();
    assert_eq!(client.submit(inc, (1,)).unwrap().result().unwrap(), 2);
}

#[test]
fn a_worker_of_another_version_is_refused() {
    let cluster = cluster(0);
    let other = swath_wire::Build::new("0.0.1", ["x"]);
    let options = WorkerOptions::new(cluster.address(), other, operations().unwrap());
    let error = start(options).unwrap_err();
    assert!(error.to_string().contains("swath 0.0.1") && error.to_string().contains("protocol"), "{error}");
}

#[test]
fn a_worker_of_another_build_is_refused_by_name() {
    let cluster = cluster(1);
    let mut names = operations().unwrap();
    names.retain(|n| !n.ends_with("::inc"));
    let options = WorkerOptions::new(cluster.address(), build().unwrap(), names);
    let error = start(options).unwrap_err();
    assert!(error.to_string().contains("lacks") && error.to_string().contains("::inc"), "{error}");
}

#[test]
fn a_function_that_the_workers_lack_is_an_error_of_the_submission() {
    let cluster = cluster(0);
    let mut names = operations().unwrap();
    names.retain(|n| !n.ends_with("::inc"));
    let options = WorkerOptions::new(cluster.address(), build().unwrap(), names);
    let worker = start(options).unwrap();
    let client = cluster.client().unwrap();
    client.wait_for_workers(1, Duration::from_secs(20)).unwrap();
    let error = client.submit(inc, (1,)).unwrap().result().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("inc"), "{error}");
    drop(worker);
}

#[test]
fn two_workers_of_one_name() {
    let cluster = cluster(1);
    let name = cluster.workers()[0].0.clone();
    let options = WorkerOptions::new(cluster.address(), build().unwrap(), operations().unwrap());
    let error = start(WorkerOptions { name: name.clone(), ..options }).unwrap_err();
    assert!(error.to_string().contains(&name), "{error}");
}
