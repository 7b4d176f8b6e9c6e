//! Connections to peers: made when they are needed, shared by streams, closed when nobody has used them for a while.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_flight::flight_service_client::FlightServiceClient;
use parking_lot::Mutex;
use swath_error::{Error, Result};
use tonic::transport::{Channel, Endpoint};

use crate::FlightOptions;
use crate::options::{CONNECTION_WINDOW, FRAME, MESSAGE, STREAM_WINDOW};

/// A connection that nobody has used for so long is closed.
const IDLE: Duration = Duration::from_mins(1);

/// All connections of a client.
#[derive(Debug)]
pub(crate) struct Peers {
    options: FlightOptions,
    by_address: Mutex<HashMap<String, Vec<Arc<Connection>>>>,
}

#[derive(Debug)]
struct Connection {
    channel: Channel,
    used: Mutex<Used>,
}

#[derive(Debug)]
struct Used {
    streams: usize,
    last: Instant,
}

/// One stream's share of a connection.
#[derive(Debug)]
pub(crate) struct Lease(Arc<Connection>);

impl Lease {
    pub fn client(&self) -> FlightServiceClient<Channel> {
        FlightServiceClient::new(self.0.channel.clone())
            .max_decoding_message_size(MESSAGE)
            .max_encoding_message_size(MESSAGE)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut used = self.0.used.lock();
        used.streams -= 1;
        used.last = Instant::now();
    }
}

/// How connections to an address are made.
pub(crate) fn endpoint(address: &str, options: &FlightOptions) -> Result<Endpoint> {
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    let wrong = |_| Error::argument(format!("'{address}' is not an address like host:port"));
    let endpoint = Endpoint::from_shared(format!("{scheme}://{address}")).map_err(wrong)?;
    let endpoint = endpoint
        .connect_timeout(options.connect_timeout)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(options.keep_alive())
        .keep_alive_timeout(options.keep_alive());
    match &options.tls {
        None => Ok(endpoint),
        Some(tls) => endpoint.tls_config(tls.client(options.connect_timeout)).map_err(|e| tls.wrong(e)),
    }
}

impl Peers {
    pub fn new(options: FlightOptions) -> Self {
        Self { options, by_address: Mutex::default() }
    }

    pub fn options(&self) -> &FlightOptions {
        &self.options
    }

    /// A connection to a peer: an idle one, a new one while there are few, else the one with the fewest streams. It is
    /// made when the first call uses it, and made again when it has failed.
    pub fn lease(&self, address: &str) -> Result<Lease> {
        let mut peers = self.by_address.lock();
        let now = Instant::now();
        peers.retain(|peer, connections| {
            connections.retain(|c| c.is_wanted(now));
            peer == address || !connections.is_empty()
        });
        let connections = peers.entry(address.to_owned()).or_default();
        let best = connections.iter().min_by_key(|c| c.used.lock().streams).cloned();
        let connection = match best {
            Some(best) if best.used.lock().streams == 0 || connections.len() >= self.options.connections => {
                best
            }
            _ => {
                let channel = endpoint(address, &self.options)?.connect_lazy();
                let new = Arc::new(Connection { channel, used: Mutex::new(Used { streams: 0, last: now }) });
                connections.push(new.clone());
                new
            }
        };
        connection.used.lock().streams += 1;
        Ok(Lease(connection))
    }

    /// How many connections there are, to all peers.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.by_address.lock().values().map(Vec::len).sum()
    }
}

impl Connection {
    fn is_wanted(&self, now: Instant) -> bool {
        let used = self.used.lock();
        used.streams > 0 || now.duration_since(used.last) < IDLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn streams_share_connections() {
        let peers = Peers::new(FlightOptions { connections: 2, ..FlightOptions::default() });
        let first = peers.lease("a:1").unwrap();
        drop(first);
        let leases: Vec<Lease> = (0..5).map(|_| peers.lease("a:1").unwrap()).collect();
        assert_eq!(peers.len(), 2);
        let mut counts: Vec<usize> =
            peers.by_address.lock()["a:1"].iter().map(|c| c.used.lock().streams).collect();
        counts.sort_unstable();
        assert_eq!(counts, [2, 3]);
        drop(leases);
        drop(peers.lease("b:1").unwrap());
        assert_eq!(peers.len(), 3);
    }

    #[tokio::test]
    async fn idle_connections_are_closed() {
        let peers = Peers::new(FlightOptions::default());
        let busy = peers.lease("busy:1").unwrap();
        drop(peers.lease("idle:1").unwrap());
        for connection in peers.by_address.lock().values().flatten() {
            connection.used.lock().last = Instant::now().checked_sub(IDLE * 2).unwrap();
        }
        drop(peers.lease("c:1").unwrap());
        let left: Vec<String> = peers.by_address.lock().keys().cloned().collect();
        assert!(left.contains(&"busy:1".to_owned()) && !left.contains(&"idle:1".to_owned()), "{left:?}");
        drop(busy);
    }

    #[test]
    fn an_address_is_a_host_and_a_port() {
        assert!(endpoint("not an address", &FlightOptions::default()).is_err());
    }
}
