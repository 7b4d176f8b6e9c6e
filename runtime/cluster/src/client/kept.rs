//! Blocks of persisted collections: they stay on the workers, and stand for themselves here.

use std::any::Any;
use std::sync::Arc;

use futures::FutureExt as _;
use swath_block::{Block, Elsewhere, Fetch};
use swath_error::{Error, Result};
use swath_scheduler::TaskRef;

use super::fetch;
use super::future::{Future, disconnected};
use super::persist::Persisted;
use super::shared::Shared;

/// A block on a worker; it is kept as long as this is here.
struct Kept(Future<Block>);

impl Elsewhere for Kept {
    fn fetch(&self) -> Fetch {
        let future = self.0.clone();
        let fetching = async move {
            let shared = future.shared()?;
            let wanted = vec![(future.record.clone(), future.task)];
            let fetched = shared.net.spawn(fetch::blocks(shared.clone(), wanted)).await;
            let fetched = fetched.map_err(|e| Error::internal(format!("a fetch was cut short: {e}")))?;
            fetched?.pop().ok_or_else(disconnected)
        };
        fetching.boxed()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Blocks that stand for those persisted.
pub(crate) fn blocks(persisted: &Persisted) -> Vec<Block> {
    persisted.futures().iter().map(|future| Block::elsewhere(Kept(future.clone()))).collect()
}

/// The name of the result that a block stands for, when this client's cluster keeps it.
pub(crate) fn name(block: &Block, shared: &Arc<Shared>) -> Option<TaskRef> {
    let kept = block.as_elsewhere()?.as_any().downcast_ref::<Kept>()?;
    let here = kept.0.shared().is_ok_and(|of| Arc::ptr_eq(&of, shared));
    here.then(|| kept.0.key())
}

/// The blocks themselves: those kept by another cluster are fetched from there.
pub(crate) async fn real(blocks: Vec<Block>) -> Result<Vec<Block>> {
    let mut all = Vec::with_capacity(blocks.len());
    for block in blocks {
        all.push(match block.as_elsewhere() {
            Some(elsewhere) => elsewhere.fetch().await?,
            None => block,
        });
    }
    Ok(all)
}
