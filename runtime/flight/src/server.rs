//! The serving side: a listening socket and the service behind it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arrow_flight::flight_service_server::FlightServiceServer;
use swath_error::{Error, Result};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::options::{CONNECTION_WINDOW, FRAME, MESSAGE, STREAM_WINDOW};
use crate::service::Service;
use crate::{BlockSource, FlightOptions};

/// How long streams under way have to notice that the server stops.
const FAREWELL: Duration = Duration::from_secs(2);

/// A server of blocks, until it is stopped or dropped.
#[derive(Debug)]
#[must_use = "a server that is dropped stops"]
pub struct FlightServer {
    address: SocketAddr,
    stop: CancellationToken,
    serving: Option<JoinHandle<()>>,
}

impl FlightServer {
    /// Serves blocks of `source` at `address`, on the current tokio runtime. Port 0 takes a free one: see
    /// [`Self::address`].
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when the address is in use or cannot be bound;
    /// [`swath_error::ErrorKind::InvalidArgument`] for certificates that cannot be read.
    #[allow(clippy::unused_async)] // needs a runtime to be there
    pub async fn start(
        address: SocketAddr,
        source: Arc<dyn BlockSource>,
        options: &FlightOptions,
    ) -> Result<Self> {
        let io = |e| Error::io(address, e).with_help("choose another port, or 0 for a free one");
        let incoming = TcpIncoming::bind(address).map_err(io)?.with_nodelay(Some(true));
        let address = incoming.local_addr().map_err(io)?;
        let stop = CancellationToken::new();
        let service = FlightServiceServer::new(Service::new(source, options.clone(), stop.clone()))
            .max_decoding_message_size(MESSAGE)
            .max_encoding_message_size(MESSAGE);
        let mut server = Server::builder()
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_frame_size(FRAME)
            .http2_keepalive_interval(Some(options.keep_alive()))
            .http2_keepalive_timeout(Some(options.keep_alive()));
        if let Some(tls) = &options.tls {
            server = server.tls_config(tls.server(options.connect_timeout)).map_err(|e| tls.wrong(e))?;
        }
        let stopped = stop.clone().cancelled_owned();
        let serving = server.add_service(service).serve_with_incoming_shutdown(incoming, stopped);
        let serving = tokio::spawn(async move {
            // An error here is a listening socket that has failed; its peers notice.
            drop(serving.await);
        });
        Ok(Self { address, stop, serving: Some(serving) })
    }

    /// The address it listens at, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: streams under way end with an error, and the port is free when this returns.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(mut serving) = self.serving.take()
            && tokio::time::timeout(FAREWELL, &mut serving).await.is_err()
        {
            serving.abort();
            // Cancelled, as asked.
            drop(serving.await);
        }
    }
}

impl Drop for FlightServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
