//! How a scheduler is set up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use swath_error::{Error, Result};
use swath_wire::{Build, Identity};

/// The port a scheduler listens at unless told otherwise.
pub const DEFAULT_PORT: u16 = 8786;

/// How a scheduler is set up.
#[derive(Clone, Debug)]
pub struct SchedulerOptions {
    /// Where it listens. Default: port 8786 of the loopback interface; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificates; none means neither encryption nor authentication.
    pub identity: Option<Identity>,
    /// Listen beyond this machine even without certificates. Default false.
    pub insecure: bool,
    /// Which build this is.
    pub build: Build,
    /// Silence after which a worker or client is taken to be gone. Default 30 s.
    pub ttl: Duration,
    /// How long a task waits for a worker that may run it before it fails. Default 5 minutes.
    pub patience: Duration,
    /// Workers that may be lost while they run a task before the task is taken to be the reason and fails. Default 3.
    pub allowed_failures: u32,
    /// It ends when there has been no client and nothing to do for so long. Default: never.
    pub idle_timeout: Option<Duration>,
    /// A file that its address is written into once it listens, for workers and clients that share a file system.
    pub scheduler_file: Option<PathBuf>,
}

impl SchedulerOptions {
    /// A scheduler of this build with defaults for the rest.
    pub fn new(build: Build) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT),
            identity: None,
            insecure: false,
            build,
            ttl: Duration::from_secs(30),
            patience: Duration::from_mins(5),
            allowed_failures: 3,
            idle_timeout: None,
            scheduler_file: None,
        }
    }

    /// Refuses what no scheduler could work with, and to be reachable from other machines without certificates.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] naming the option and what is allowed.
    pub fn check(&self) -> Result<()> {
        check_ttl(self.ttl)?;
        check_exposure(self.listen, self.identity.is_some(), self.insecure)
    }
}

/// The shortest silence that can mean anything: something is said four times in it.
const SHORTEST_TTL: Duration = Duration::from_millis(100);

/// Refuses a silence that everybody keeps now and then.
fn check_ttl(ttl: Duration) -> Result<()> {
    if ttl >= SHORTEST_TTL {
        return Ok(());
    }
    let seconds = ttl.as_secs_f64();
    Err(Error::argument(format!(
        "the silence after which somebody is taken to be gone (--ttl) is at least 0.1 s, not {seconds} s"
    ))
    .with_help("30 s is the default; less than a second costs workers that are merely busy"))
}

/// Refuses an address that other machines can reach, unless they must show certificates or the user insists.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] naming both ways out.
pub fn check_exposure(listen: SocketAddr, secure: bool, insecure: bool) -> Result<()> {
    if listen.ip().is_loopback() || secure || insecure {
        return Ok(());
    }
    Err(Error::argument(format!(
        "{listen} can be reached by other machines, and whoever reaches it can run code here"
    ))
    .with_help("make certificates with `swath tls init` and pass --tls-dir, or say --insecure on a network you trust"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_must_last() {
        let options = SchedulerOptions::new(Build::new("1", []));
        options.check().unwrap();
        let error = SchedulerOptions { ttl: Duration::ZERO, ..options }.check().unwrap_err();
        assert!(error.to_string().contains("--ttl") && error.to_string().contains("0.1 s"), "{error}");
    }

    #[test]
    fn only_loopback_is_open_without_certificates() {
        let check =
            |address: &str, secure, insecure| check_exposure(address.parse().unwrap(), secure, insecure);
        assert!(check("127.0.0.1:0", false, false).is_ok());
        assert!(check("[::1]:0", false, false).is_ok());
        assert!(check("0.0.0.0:8786", false, true).is_ok());
        assert!(check("0.0.0.0:8786", true, false).is_ok());
        let refused = check("0.0.0.0:8786", false, false).unwrap_err();
        assert!(refused.help().is_some_and(|h| h.contains("--insecure")));
    }
}
