//! What other workers and clients may ask of this worker's store, and of its actors.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use swath_block::Block;
use swath_error::{Error, ErrorKind, Result};
use swath_flight::{BlockSource, Conversation};
use swath_scheduler::TaskRef;
use swath_store::Store;
use tokio::sync::mpsc::Receiver;

use crate::actors::{self, Actors};
use crate::core::Event;
use crate::desk::Desk;

/// The store as peers see it: what they put into it the core is told of.
pub(crate) struct Shelf {
    store: Store,
    /// Known once the scheduler has taken the worker in.
    desk: Mutex<Option<Arc<Desk>>>,
    actors: Arc<Actors>,
}

impl Shelf {
    pub fn new(store: Store, actors: Arc<Actors>) -> Self {
        Self { store, desk: Mutex::new(None), actors }
    }

    fn desk(&self) -> Result<Arc<Desk>> {
        let desk = self.desk.lock().clone();
        desk.ok_or_else(|| Error::new(ErrorKind::Cluster, "the worker is ending"))
    }

    pub fn open(&self, desk: Arc<Desk>) {
        *self.desk.lock() = Some(desk);
    }

    /// Lets the desk go.
    pub fn close(&self) {
        *self.desk.lock() = None;
    }
}

#[async_trait]
impl BlockSource for Shelf {
    async fn get(&self, task: TaskRef) -> Result<Option<Block>> {
        self.store.get(task).await
    }

    async fn put(&self, task: TaskRef, block: Block) -> Result<()> {
        let desk = self.desk()?;
        let bytes = self.store.put_waiting(task, block).await?;
        desk.tell([Event::Put(task, bytes)]);
        Ok(())
    }

    fn deliveries(&self, client: u32) -> Option<Receiver<(TaskRef, Block)>> {
        self.desk.lock().as_ref().map(|desk| desk.deliveries.open(client))
    }

    async fn converse(&self, conversation: Conversation) -> Result<()> {
        actors::talk(self.actors.clone(), self.desk()?, conversation).await
    }
}
