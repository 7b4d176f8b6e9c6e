//! A scheduler and two workers of one thread each as processes of their own: this program once more.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use swath_cluster::{Client, SchedulerOptions, SchedulerServer, Worker, WorkerOptions};
use swath_execute::block_on;

const WORKERS: usize = 2;

/// The processes; killed when this is dropped.
pub struct Processes(Vec<Child>);

impl Processes {
    /// Starts them; gives a client, too.
    pub fn start() -> (Self, Client) {
        let mut scheduler = spawn(&["scheduler"]);
        let mut address = String::new();
        BufReader::new(scheduler.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let workers = (0..WORKERS).map(|_| spawn(&["worker", address.trim()]));
        let processes = Self(std::iter::once(scheduler).chain(workers).collect());
        let client = Client::connect(address.trim()).unwrap();
        client.wait_for_workers(WORKERS, Duration::from_secs(10)).unwrap();
        (processes, client)
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in &mut self.0 {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

fn spawn(arguments: &[&str]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Becomes a scheduler or worker when this process was started as one; never returns then.
pub fn become_one() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["scheduler"] => {
            let options = SchedulerOptions {
                listen: "127.0.0.1:0".parse().unwrap(),
                ..SchedulerOptions::new(swath_cluster::build().unwrap())
            };
            let server = block_on(SchedulerServer::start(options)).unwrap();
            println!("{}", server.address());
            block_on(server.wait());
        }
        ["worker", address] => {
            let (build, operations) = (swath_cluster::build().unwrap(), swath_cluster::operations().unwrap());
            let options = WorkerOptions { threads: 1, ..WorkerOptions::new(address, build, operations) };
            let worker = block_on(Worker::start(options)).unwrap();
            // It ends with the scheduler, which is killed.
            let _ = block_on(worker.wait());
        }
        _ => return,
    }
    std::process::exit(0);
}
