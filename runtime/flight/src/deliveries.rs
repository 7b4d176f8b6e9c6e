//! Results that come unasked: what a peer makes for this client.

use arrow_flight::FlightData;
use swath_block::Block;
use swath_error::Result;
use swath_scheduler::TaskRef;
use tonic::Streaming;

use crate::incoming::{Arrived, Incoming};
use crate::peers::Lease;

/// Results as a peer makes them; see [`crate::FlightClient::deliveries`].
#[derive(Debug)]
pub struct Deliveries {
    _lease: Lease,
    messages: Streaming<FlightData>,
    incoming: Incoming,
}

impl Deliveries {
    pub(crate) fn new(lease: Lease, messages: Streaming<FlightData>, limit: u64) -> Self {
        Self { _lease: lease, messages, incoming: Incoming::new(limit) }
    }

    /// The next results; none when the peer is gone or sends what makes no sense.
    pub async fn next(&mut self) -> Option<Vec<(TaskRef, Block)>> {
        let message = self.messages.message().await.ok()??;
        self.take_in(message).ok()
    }

    fn take_in(&mut self, message: FlightData) -> Result<Vec<(TaskRef, Block)>> {
        let mut arrived = Vec::new();
        self.incoming.push(message, &mut arrived)?;
        let (mut names, mut blocks) = (Vec::new(), Vec::new());
        for one in arrived {
            match one {
                Arrived::Names(all) => names = all,
                Arrived::Block { index, block } => {
                    // What is damaged is fetched, and its error found then.
                    if let (Some(name), Ok(Some(block))) = (names.get(index as usize), block) {
                        blocks.push((*name, block));
                    }
                }
            }
        }
        Ok(blocks)
    }
}
