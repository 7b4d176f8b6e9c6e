//! Arguments about certificates and addresses.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;

use swath_cluster::{Client, ClientOptions, DEFAULT_PORT, Identity, read_scheduler_file, tls_identity};

use crate::{Error, Result};

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
    /// [`crate::ErrorKind::NotFound`] naming the file that is missing.
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
/// let _cluster = swath::connect_from_args()?;
/// # Ok::<(), swath::Error>(())
/// ```
///
/// # Errors
/// As [`Client::connect`]; [`crate::ErrorKind::InvalidArgument`] for an argument without its value.
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
    match (address, file) {
        (_, Some(file)) => read_scheduler_file(file),
        (Some(address), None) if address.contains(':') => Ok(address.to_owned()),
        (Some(host), None) => Ok(format!("{host}:{DEFAULT_PORT}")),
        (None, None) => Ok(format!("127.0.0.1:{DEFAULT_PORT}")),
    }
}

/// An address to listen at.
pub(super) fn listen_address(host: &str, port: u16) -> Result<SocketAddr> {
    let found = (host, port).to_socket_addrs().map_err(|e| Error::io(format!("{host}:{port}"), e))?.next();
    found.ok_or_else(|| Error::argument(format!("'{host}' is not a host of this machine")))
}
