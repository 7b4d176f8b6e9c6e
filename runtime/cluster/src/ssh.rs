//! A cluster on other machines, started over SSH: a scheduler here, one worker process on each host.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use swath_error::{Error, Result};

use crate::client::ClientOptions;
use crate::{Client, SchedulerOptions, SchedulerServer, tls_identity};

/// How long workers may take to come.
const PATIENCE: Duration = Duration::from_mins(1);

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
}

/// A scheduler in this process and a worker on each of several hosts; dropping it ends them.
#[derive(Debug)]
pub struct SshCluster {
    scheduler: SchedulerServer,
    options: ClientOptions,
    sessions: Vec<Session>,
}

/// One SSH session: the worker ends with it.
#[derive(Debug)]
struct Session(Child);

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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
        }
    }

    /// The scheduler's address.
    pub fn address(&self) -> String {
        self.scheduler.address().to_string()
    }

    /// A client of the cluster.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub fn client(&self) -> Result<Client> {
        Client::connect_with(self.address(), &self.options)
    }

    /// How many workers were started.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}

impl Drop for SshCluster {
    fn drop(&mut self) {
        self.scheduler.stop();
    }
}

impl SshClusterBuilder {
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
    /// As [`SchedulerServer::start`]; [`swath_error::ErrorKind::Io`] when `ssh` cannot be run;
    /// [`swath_error::ErrorKind::Cluster`] when workers do not come.
    pub fn start(self) -> Result<SshCluster> {
        let identity = self.tls_dir.as_ref().map(tls_identity).transpose()?;
        let options = SchedulerOptions {
            listen: self.listen,
            identity: identity.clone(),
            insecure: self.insecure,
            ..SchedulerOptions::new(crate::build()?)
        };
        let scheduler = swath_execute::block_on(SchedulerServer::start(options))?;
        let port = scheduler.address().port();
        let host = self.contact.clone().unwrap_or_else(|| self.listen.ip().to_string());
        let address = format!("{host}:{port}");
        let sessions: Vec<Session> =
            self.hosts.iter().map(|host| self.session(host, &address)).collect::<Result<_>>()?;
        let options = ClientOptions { identity, ..ClientOptions::default() };
        let cluster = SshCluster { scheduler, options, sessions };
        let client = cluster.client()?;
        client.wait_for_workers(self.hosts.len(), PATIENCE).map_err(|e| {
            e.with_help(format!(
                "does `{} HOST {} worker --help` work for each host?",
                self.ssh.join(" "),
                self.program
            ))
        })?;
        Ok(cluster)
    }

    fn session(&self, host: &str, scheduler: &str) -> Result<Session> {
        let mut words = self.ssh.iter();
        let first =
            words.next().ok_or_else(|| Error::argument("the command that reaches a host is empty"))?;
        let mut command = Command::new(first);
        command.args(words).arg(host);
        command.arg(quoted(&self.program)).arg("swath-worker").args(["--scheduler", &quoted(scheduler)]);
        // Workers answer each other, so they listen beyond their own machine.
        let name = host.rsplit('@').next().unwrap_or(host);
        command.args(["--host", "0.0.0.0", "--contact", &quoted(name)]);
        if let Some(folder) = &self.tls_dir {
            command.args(["--tls-dir", &quoted(&folder.display().to_string())]);
        }
        if self.insecure {
            command.arg("--insecure");
        }
        command.args(self.arguments.iter().map(|a| quoted(a)));
        command.stdin(Stdio::null());
        command.spawn().map(Session).map_err(|e| Error::io(first, e).context("starting a worker over SSH"))
    }
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
