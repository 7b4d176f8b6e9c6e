//! What comes from outside: blocks from other workers, and the asynchronous halves of operations.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::future::{AbortHandle, Abortable};
use futures::{FutureExt as _, StreamExt as _};
use swath_block::{Block, Fetch};
use swath_error::{Error, Result};
use swath_execute::panicked;

use crate::core::{Event, FetchOrder};
use crate::desk::Desk;

/// Blocks that are told of at once.
const CHUNK: usize = 256;

/// Fetches blocks from a peer into the store, and tells the core of each.
pub(crate) async fn fetch(desk: Arc<Desk>, order: FetchOrder, address: Option<String>) {
    let from = order.from;
    if let Some(address) = address {
        let mut stream = desk.flight.fetch(&address, &order.tasks).ready_chunks(CHUNK);
        while let Some(blocks) = stream.next().await {
            let mut events = Vec::with_capacity(blocks.len());
            for (task, block) in blocks {
                let kept = match block {
                    Ok(Some(block)) => desk.store.put_waiting(task, block).await.ok(),
                    Ok(None) | Err(_) => None,
                };
                events.push(match kept {
                    Some(bytes) => {
                        desk.received(bytes);
                        Event::Arrived(task, bytes)
                    }
                    None => Event::FetchFailed(task, from),
                });
            }
            desk.tell(events);
        }
    }
    desk.tell([Event::StreamEnded(from)]);
}

/// The asynchronous half of an operation as a future that can be stopped, and whose panics are errors.
pub(crate) fn outside(fetch: Fetch) -> (AbortHandle, impl Future<Output = Result<Block>> + Send) {
    let (handle, registration) = AbortHandle::new_pair();
    let fetch = Abortable::new(AssertUnwindSafe(fetch).catch_unwind(), registration);
    let fetch = fetch.map(|ended| match ended {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(panicked(panic)),
        Err(_) => Err(Error::cancelled("the run was cancelled")),
    });
    (handle, fetch)
}
