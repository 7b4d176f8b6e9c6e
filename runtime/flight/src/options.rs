//! How connections of the data plane behave.

use std::time::Duration;

use swath_error::{Error, Result};
use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

/// Bytes that may be on their way on one stream before the receiver has taken them.
pub(crate) const STREAM_WINDOW: u32 = 16 << 20;

/// The same for all streams of a connection.
pub(crate) const CONNECTION_WINDOW: u32 = 64 << 20;

/// Bytes of an HTTP/2 frame: larger ones cost less each.
pub(crate) const FRAME: u32 = 256 << 10;

/// Bytes of the largest message: one row of a table may be large.
pub(crate) const MESSAGE: usize = 1 << 30;

/// Certificates for both directions: a server shows its own and demands one of its clients, a client does the same.
///
/// All in PEM form.
#[derive(Clone)]
pub struct Tls {
    /// The certificate of the authority that both sides' certificates must be signed by.
    pub authority: Vec<u8>,
    /// This side's certificate (chain).
    pub certificate: Vec<u8>,
    /// The private key of this side's certificate.
    pub key: Vec<u8>,
    /// The name that servers' certificates are made out to, whatever host they run on.
    pub name: String,
}

impl Tls {
    pub(crate) fn server(&self, handshake: Duration) -> ServerTlsConfig {
        ServerTlsConfig::new()
            .identity(Identity::from_pem(&self.certificate, &self.key))
            .client_ca_root(Certificate::from_pem(&self.authority))
            .timeout(handshake)
    }

    pub(crate) fn client(&self, handshake: Duration) -> ClientTlsConfig {
        ClientTlsConfig::new()
            .identity(Identity::from_pem(&self.certificate, &self.key))
            .ca_certificate(Certificate::from_pem(&self.authority))
            .domain_name(&self.name)
            .timeout(handshake)
    }

    pub(crate) fn wrong(&self, cause: tonic::transport::Error) -> Error {
        let why = std::error::Error::source(&cause).map_or_else(|| cause.to_string(), ToString::to_string);
        Error::argument(format!("the certificates for '{}' cannot be used: {why}", self.name))
            .with_help("make them with `swath tls init`")
            .with_source(cause)
    }
}

impl std::fmt::Debug for Tls {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How servers and clients of the data plane behave.
#[derive(Clone, Debug)]
pub struct FlightOptions {
    /// Certificates; none, the default, means neither encryption nor authentication.
    pub tls: Option<Tls>,
    /// How long a connection may take to be made. Default 5 s.
    pub connect_timeout: Duration,
    /// How long a stream may show no progress, on either side, before it is given up; a peer that is gone without a sign
    /// is noticed in a third of it. Default 60 s.
    pub stall_timeout: Duration,
    /// Streams a server answers at a time; further requests wait their turn. Default 32.
    pub streams: usize,
    /// Connections a client keeps to one peer at most. Default 2.
    pub connections: usize,
    /// Bytes of the largest block that is taken in: an announced larger one is an error, not an allocation. Default:
    /// no limit but the machine's memory.
    pub max_block: u64,
}

impl Default for FlightOptions {
    fn default() -> Self {
        Self {
            tls: None,
            connect_timeout: Duration::from_secs(5),
            stall_timeout: Duration::from_mins(1),
            streams: 32,
            connections: 2,
            max_block: u64::MAX,
        }
    }
}

impl FlightOptions {
    /// How often a connection is tried while a stream is open, and how long the answer may take.
    pub(crate) fn keep_alive(&self) -> Duration {
        (self.stall_timeout / 6).max(Duration::from_millis(100))
    }

    /// Looks at the certificates once, so that wrong ones are found before the first connection.
    pub(crate) fn check(&self) -> Result<()> {
        crate::peers::endpoint("localhost:1", self).map(drop)
    }
}
