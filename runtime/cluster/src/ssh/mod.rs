//! A cluster on other machines, started over SSH: a scheduler here or on one of them, one worker process on each host.

mod session;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use swath_error::{Error, Result};

use crate::client::ClientOptions;
use crate::{Client, SchedulerOptions, SchedulerServer, tls_identity};

use session::Session;

/// Time between two looks whether a worker that is waited for has ended.
const LOOK: Duration = Duration::from_millis(100);

/// How a cluster over SSH is set up; made by [`SshCluster::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct SshClusterBuilder {
    hosts: Vec<String>,
    listen: SocketAddr,
    contact: Option<String>,
    ssh: Vec<String>,
    program: String,
    arguments: Vec<String>,
    tls_dir: Option<PathBuf>,
    insecure: bool,
    scheduler: Option<String>,
    patience: Duration,
}

/// A scheduler and a worker on each of several hosts; dropping it ends them.
#[derive(Debug)]
pub struct SshCluster {
    address: String,
    options: ClientOptions,
    client: Client,
    /// None when it is on a host.
    scheduler: Option<SchedulerServer>,
    sessions: Vec<Session>,
}

impl SshCluster {
    /// A cluster with a worker on each of `hosts`: names as `ssh` takes them, `user@host` too. `listen` is where the
    /// scheduler listens on this machine; the hosts must be able to reach it.
    pub fn builder<'a>(hosts: impl IntoIterator<Item = &'a str>, listen: SocketAddr) -> SshClusterBuilder {
        SshClusterBuilder {
            hosts: hosts.into_iter().map(str::to_owned).collect(),
            listen,
            contact: None,
            ssh: vec!["ssh".to_owned(), "-o".to_owned(), "BatchMode=yes".to_owned()],
            program: "swath".to_owned(),
            arguments: Vec::new(),
            tls_dir: None,
            insecure: false,
            scheduler: None,
            patience: Duration::from_mins(1),
        }
    }

    /// The scheduler's address.
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// A client of the cluster.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub fn client(&self) -> Result<Client> {
        Client::connect_with(&self.address, &self.options)
    }

    /// How many workers were started.
    pub fn len(&self) -> usize {
        self.sessions.iter().filter(|session| session.is_worker()).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for SshCluster {
    fn drop(&mut self) {
        match &self.scheduler {
            Some(scheduler) => scheduler.stop(),
            // One on a host does not end with its session. It may be gone already.
            None => drop(self.client.shutdown()),
        }
        self.client.close();
    }
}

impl SshClusterBuilder {
    /// The host that the scheduler runs on, as `ssh` takes it; it listens at the builder's address there. Default: this
    /// machine, in this process.
    pub fn scheduler_on(mut self, host: impl Into<String>) -> Self {
        self.scheduler = Some(host.into());
        self
    }

    /// How long the scheduler and the workers may take to come. Default one minute.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The host by which the workers reach the scheduler, when that is not the one it listens at.
    pub fn contact(mut self, host: impl Into<String>) -> Self {
        self.contact = Some(host.into());
        self
    }

    /// The command that runs a command on a host, with its options; the host and the command follow. Default: `ssh -o
    /// BatchMode=yes`.
    pub fn ssh<'a>(mut self, command: impl IntoIterator<Item = &'a str>) -> Self {
        self.ssh = command.into_iter().map(str::to_owned).collect();
        self
    }

    /// The program on the hosts: the `swath` command, or one that calls `swath::init()`. Default: `swath`.
    pub fn program(mut self, program: impl Into<String>) -> Self {
        self.program = program.into();
        self
    }

    /// Further arguments for each worker, such as `--nthreads` and `4`.
    pub fn worker_arguments<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments = arguments.into_iter().map(str::to_owned).collect();
        self
    }

    /// The folder with the cluster's certificates, of the same path here and on the hosts.
    pub fn tls_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.tls_dir = Some(folder.into());
        self
    }

    /// Do without certificates on a network you trust.
    pub fn insecure(mut self) -> Self {
        self.insecure = true;
        self
    }

    /// Starts the scheduler and the workers, and waits until they are there.
    ///
    /// # Errors
    /// As [`SchedulerServer::start`]; [`swath_error::ErrorKind::NotFound`] when there is no `ssh`;
    /// [`swath_error::ErrorKind::Cluster`] naming a host that cannot be reached, has no such program or whose worker
    /// ended, and when the scheduler or workers do not come in time.
    pub fn start(self) -> Result<SshCluster> {
        let identity = self.tls_dir.as_ref().map(tls_identity).transpose()?;
        let options = ClientOptions { identity: identity.clone(), ..ClientOptions::default() };
        let mut sessions = Vec::new();
        let (scheduler, port) = if let Some(host) = &self.scheduler {
            let mut session = self.scheduler_session(host)?;
            let port = session.port(self.patience)?;
            sessions.push(session);
            (None, port)
        } else {
            let options = SchedulerOptions {
                listen: self.listen,
                identity,
                insecure: self.insecure,
                ..SchedulerOptions::new(crate::build()?)
            };
            let server = swath_execute::block_on(SchedulerServer::start(options))?;
            let port = server.address().port();
            (Some(server), port)
        };
        let address = format!("{}:{port}", self.scheduler_host());
        let client = Client::connect_with(&address, &options)?;
        let mut cluster = SshCluster { address, options, client, scheduler, sessions };
        for host in &self.hosts {
            cluster.sessions.push(self.worker_session(host, &cluster.address)?);
        }
        cluster.wait(self.hosts.len(), self.patience)?;
        Ok(cluster)
    }

    /// Where the scheduler is reached.
    fn scheduler_host(&self) -> String {
        let on_host = self.scheduler.as_deref().filter(|_| self.listen.ip().is_unspecified()).map(bare);
        let contact = self.contact.clone().or_else(|| on_host.map(str::to_owned));
        contact.unwrap_or_else(|| self.listen.ip().to_string())
    }

    /// The command that runs `words` on a host.
    fn on(&self, host: &str, words: &[&str]) -> Result<Command> {
        let mut ssh = self.ssh.iter();
        let first = ssh.next().ok_or_else(|| Error::argument("the command that reaches a host is empty"))?;
        let mut command = Command::new(first);
        command.args(ssh).arg(host).arg(quoted(&self.program)).args(words.iter().map(|w| quoted(w)));
        if let Some(folder) = &self.tls_dir {
            command.args(["--tls-dir", &quoted(&folder.display().to_string())]);
        }
        if self.insecure {
            command.arg("--insecure");
        }
        Ok(command)
    }

    fn scheduler_session(&self, host: &str) -> Result<Session> {
        let (ip, port) = (self.listen.ip().to_string(), self.listen.port().to_string());
        let command = self.on(host, &["swath-scheduler", "--host", &ip, "--port", &port])?;
        Session::start(command, host, session::SCHEDULER, &self.program)
    }

    fn worker_session(&self, host: &str, scheduler: &str) -> Result<Session> {
        // Workers answer each other, so they listen beyond their own machine.
        let words = ["swath-worker", "--scheduler", scheduler, "--host", "0.0.0.0", "--contact", bare(host)];
        let mut command = self.on(host, &words)?;
        command.args(self.arguments.iter().map(|a| quoted(a)));
        Session::start(command, host, session::WORKER, &self.program)
    }
}

impl SshCluster {
    /// Waits until so many workers are there, or a session has ended.
    fn wait(&mut self, workers: usize, patience: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            let there = self.client.wait_for_workers(workers, LOOK);
            if there.is_ok() {
                return Ok(());
            }
            if let Some(failure) = self.sessions.iter_mut().find_map(Session::failure) {
                return Err(failure);
            }
            if start.elapsed() > patience || self.client.is_closed() {
                return there.map_err(|e| {
                    e.with_help(
                        "do the hosts reach the scheduler at its address? `contact` names another one",
                    )
                });
            }
        }
    }
}

/// A host without the user's name.
fn bare(host: &str) -> &str {
    host.rsplit('@').next().unwrap_or(host)
}

/// A word as the shell at the other end takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("10.0.0.1:8786"), "10.0.0.1:8786");
        assert_eq!(quoted("a b; rm -rf /"), "'a b; rm -rf /'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
