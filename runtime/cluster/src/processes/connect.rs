//! Arguments about certificates and addresses.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;

use swath_error::{Error, Result};
use swath_wire::Identity;

use crate::{Client, ClientOptions, DEFAULT_PORT, read_scheduler_file, tls_identity};

/// Certificates.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Tls {
    /// Folder with the cluster's certificates, as `swath tls init` writes them.
    #[arg(long, value_name = "DIR")]
    pub tls_dir: Option<PathBuf>,
}

impl Tls {
    /// The certificates, when there are any.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] naming the file that is missing.
    pub fn identity(&self) -> Result<Option<Identity>> {
        self.tls_dir.as_ref().map(tls_identity).transpose()
    }

    /// Connects to a scheduler by address or by scheduler file.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub fn connect(&self, address: Option<&str>, file: Option<&PathBuf>) -> Result<Client> {
        let address = scheduler_address(address, file)?;
        Client::connect_with(
            address,
            &ClientOptions { identity: self.identity()?, ..ClientOptions::default() },
        )
    }
}

/// A connection that `compute()` uses as long as this is there; made by [`connect_from_args`].
#[derive(Debug)]
#[must_use = "computations run in this process once this is dropped"]
pub struct Connected {
    _default: swath_execute::Preferred,
    client: Client,
}

impl Connected {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// Connects to the cluster that the program's arguments name: `--scheduler HOST:PORT`, and `--tls-dir DIR` when it has
/// certificates. Every `compute()` runs there while the connection is kept; without the argument nothing changes.
///
/// ```no_run
/// let _cluster = swath_cluster::processes::connect_from_args()?;
/// # Ok::<(), swath_error::Error>(())
/// ```
///
/// # Errors
/// As [`Client::connect`]; [`swath_error::ErrorKind::InvalidArgument`] for an argument without its value.
pub fn connect_from_args() -> Result<Option<Connected>> {
    let Some(address) = argument("--scheduler")? else { return Ok(None) };
    let tls = Tls { tls_dir: argument("--tls-dir")?.map(PathBuf::from) };
    let client = tls.connect(Some(&address), None)?;
    Ok(Some(Connected { _default: client.make_default(), client }))
}

/// The value of an argument of this program: `--name value` or `--name=value`.
fn argument(name: &str) -> Result<Option<String>> {
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == name {
            let value = arguments.next();
            return value.map(Some).ok_or_else(|| Error::argument(format!("{name} needs a value")));
        }
        if let Some(value) = argument.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Ok(Some(value.to_owned()));
        }
    }
    Ok(None)
}

/// A scheduler's address from arguments; the default port of this machine for none.
pub(super) fn scheduler_address(address: Option<&str>, file: Option<&PathBuf>) -> Result<String> {
    if let Some(file) = file {
        return read_scheduler_file(file);
    }
    let Some(address) = address else { return Ok(format!("127.0.0.1:{DEFAULT_PORT}")) };
    let bare = address.trim().trim_start_matches("tcp://").trim_start_matches("tls://");
    if bare.is_empty() || bare.starts_with(':') {
        return Err(Error::argument(format!("'{address}' is not a scheduler's address"))
            .with_help("write HOST or HOST:PORT, such as 127.0.0.1:8786"));
    }
    Ok(if bare.contains(':') { bare.to_owned() } else { format!("{bare}:{DEFAULT_PORT}") })
}

/// An address to listen at.
pub(super) fn listen_address(host: &str, port: u16) -> Result<SocketAddr> {
    let not_here = || {
        Error::argument(format!("--host: '{host}' is not a host of this machine"))
            .with_help("write an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all")
    };
    if host.trim().is_empty() {
        return Err(not_here());
    }
    (host, port).to_socket_addrs().map_err(|e| not_here().with_source(e))?.next().ok_or_else(not_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_schedulers() {
        let of = |text: &str| scheduler_address(Some(text), None);
        assert_eq!(of("node").unwrap(), "node:8786");
        assert_eq!(of("tcp://node:1").unwrap(), "node:1");
        assert_eq!(scheduler_address(None, None).unwrap(), "127.0.0.1:8786");
        for wrong in ["", "  ", ":8786"] {
            let error = of(wrong).unwrap_err();
            assert!(error.help().unwrap().contains("HOST:PORT"), "{error}");
        }
        assert!(listen_address("", 0).unwrap_err().to_string().contains("--host"));
    }
}
