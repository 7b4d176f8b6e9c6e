//! TCP sockets, with or without TLS: one type for both, so that everything above is written once.
//!
//! In: an address, and certificates when the cluster has them. Out: a connected stream. Both sides show a certificate
//! signed by the cluster's own authority; a peer without one never gets as far as the handshake. It never looks at what
//! is sent.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use swath_error::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::greeting::{Greeting, Welcome, greet};

/// How long making a connection may take, TLS included.
const PATIENCE: Duration = Duration::from_secs(5);

/// A scheduler that has not answered for so long is mentioned.
const SLOW: Duration = Duration::from_secs(2);

/// This side's certificate and the authority that the other side's must be signed by; all in PEM form.
#[derive(Clone)]
pub struct Identity {
    /// The authority's certificate.
    pub authority: Vec<u8>,
    /// This side's certificate (chain).
    pub certificate: Vec<u8>,
    /// The private key of this side's certificate.
    pub key: Vec<u8>,
    /// The name that certificates are made out to, whatever host they are used on.
    pub name: String,
}

impl std::fmt::Debug for Identity {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A connected stream.
#[derive(Debug)]
pub enum Socket {
    /// As it is.
    Plain(TcpStream),
    /// Encrypted, both sides known.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Makes sockets out of addresses and accepted connections. Cloning shares the certificates.
#[derive(Clone, Debug, Default)]
pub struct Dialer(Option<Arc<Configs>>);

#[derive(Debug)]
struct Configs {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    name: ServerName<'static>,
}

impl Socket {
    /// The same socket for a writer that never waits; none for an encrypted one.
    pub(crate) fn direct(&self) -> Option<std::net::TcpStream> {
        match self {
            #[cfg(unix)]
            Self::Plain(stream) => {
                use std::os::fd::AsFd as _;
                stream.as_fd().try_clone_to_owned().ok().map(Into::into)
            }
            _ => None,
        }
    }
}

impl Dialer {
    /// Without TLS for no identity.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for certificates or a key that cannot be read or do not fit each other.
    pub fn new(identity: Option<&Identity>) -> Result<Self> {
        identity.map(Configs::new).transpose().map(|configs| Self(configs.map(Arc::new)))
    }

    /// Whether connections are encrypted.
    pub fn is_secure(&self) -> bool {
        self.0.is_some()
    }

    /// Connects to `address` (`host:port`, with or without `tcp://` or `tls://`).
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] naming the address: nobody listens there, it does not answer, or the certificates do not
    /// fit; [`ErrorKind::InvalidArgument`] when it is no address.
    pub async fn dial(&self, address: &str) -> Result<Socket> {
        let host_port = address.trim_start_matches("tcp://").trim_start_matches("tls://");
        if host_port.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            return Err(Error::argument(format!("'{address}' is not an address"))
                .with_help("write HOST:PORT, such as 127.0.0.1:8786"));
        }
        let stream = tokio::time::timeout(PATIENCE, TcpStream::connect(host_port)).await;
        let stream = stream.map_err(|_| unreachable_at(address, "it does not answer"))?;
        let stream = stream.map_err(|e| match e.kind() {
            io::ErrorKind::ConnectionRefused => {
                unreachable_at(address, "nobody listens there").with_source(e)
            }
            _ => unreachable_at(address, &e.to_string()).with_source(e),
        })?;
        stream.set_nodelay(true).map_err(crate::frame::broken)?;
        let Some(configs) = &self.0 else { return Ok(Socket::Plain(stream)) };
        let connector = TlsConnector::from(configs.client.clone());
        let secure = tokio::time::timeout(PATIENCE, connector.connect(configs.name.clone(), stream)).await;
        let secure = secure.map_err(|_| {
            unreachable_at(address, "something listens there that does not answer over TLS")
                .with_help("is it a scheduler that uses TLS, and not stopped or very busy?")
        })?;
        let secure = secure.map_err(|e| crate::tls::failure(address, e))?;
        Ok(Socket::Tls(Box::new(TlsStream::Client(secure))))
    }

    /// Says who this is to the scheduler at `address`, over a socket to it, and hears whether it is taken in. A scheduler
    /// that takes its time is mentioned on the standard error.
    ///
    /// # Errors
    /// As [`greet`].
    pub async fn greet(&self, address: &str, socket: &mut Socket, me: &Greeting) -> Result<Welcome> {
        let remind = async {
            tokio::time::sleep(SLOW).await;
            // Nobody may listen any more.
            let _ = writeln!(
                io::stderr(),
                "swath: the scheduler at {address} has taken the connection and not answered for {} s; waiting",
                SLOW.as_secs()
            );
            std::future::pending().await
        };
        let answer = tokio::select! {
            answer = greet(socket, me) => answer,
            never = remind => never,
        };
        answer.map_err(|e| {
            let helped = e.help().is_some() || self.is_secure();
            let e = e.context(format!("the scheduler at {address}"));
            if helped {
                e
            } else {
                e.with_help("is it a swath scheduler? If it uses TLS, pass --tls-dir or an identity")
            }
        })
    }

    /// Makes a socket of an accepted connection.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the caller shows no certificate, or a wrong one, or is silent.
    pub async fn accept(&self, stream: TcpStream) -> Result<Socket> {
        stream.set_nodelay(true).map_err(crate::frame::broken)?;
        let Some(configs) = &self.0 else { return Ok(Socket::Plain(stream)) };
        let acceptor = TlsAcceptor::from(configs.server.clone());
        let failed = |why: String| Error::new(ErrorKind::Cluster, format!("a caller was turned away: {why}"));
        let secure = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await;
        let secure = secure.map_err(|_| failed("no TLS handshake in time".into()))?;
        let secure = secure.map_err(|e| failed(format!("TLS failed: {e}")).with_source(e))?;
        Ok(Socket::Tls(Box::new(TlsStream::Server(secure))))
    }
}

/// Listens at an address; port 0 takes a free one.
///
/// # Errors
/// [`ErrorKind::Io`] naming the address when it is in use or not of this machine.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| {
        let in_use = e.kind() == io::ErrorKind::AddrInUse;
        let why = if in_use { "the port is in use".to_owned() } else { e.to_string() };
        let error = Error::new(ErrorKind::Io, format!("cannot listen at {address}: {why}")).with_source(e);
        if in_use { error.with_help("choose another port with --port, or 0 for a free one") } else { error }
    })
}

fn unreachable_at(address: &str, why: &str) -> Error {
    Error::new(ErrorKind::Cluster, format!("no swath at {address}: {why}"))
        .with_help("start one there with `swath scheduler`, or check the address")
}

impl Configs {
    fn new(identity: &Identity) -> Result<Self> {
        let wrong = |what: &str, why: String| Error::argument(format!("the {what} cannot be used: {why}"));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&identity.authority, "authority's certificate")? {
            roots.add(certificate).map_err(|e| wrong("authority's certificate", e.to_string()))?;
        }
        let roots = Arc::new(roots);
        let chain = certificates(&identity.certificate, "certificate")?;
        let key = PrivateKeyDer::from_pem_slice(&identity.key).map_err(|e| wrong("key", e.to_string()))?;
        let client = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong("TLS library", e.to_string()))?
            .with_root_certificates(roots.clone())
            .with_client_auth_cert(chain.clone(), key.clone_key())
            .map_err(|e| wrong("certificate", e.to_string()))?;
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider.clone())
            .build()
            .map_err(|e| wrong("authority's certificate", e.to_string()))?;
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong("TLS library", e.to_string()))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(|e| wrong("certificate", e.to_string()))?;
        let name = ServerName::try_from(identity.name.clone())
            .map_err(|e| wrong("certificate's name", e.to_string()))?;
        Ok(Self { client: Arc::new(client), server: Arc::new(server), name })
    }
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>> {
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(Error::argument(format!("the {what} cannot be used: there is none in the file"))),
        Err(e) => Err(Error::argument(format!("the {what} cannot be used: {e}"))),
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
