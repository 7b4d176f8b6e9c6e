//! Where a server takes blocks from.

use async_trait::async_trait;
use swath_block::Block;
use swath_error::{Error, Result};
use swath_scheduler::TaskRef;
use swath_store::Store;
use tokio::sync::mpsc::Receiver;

use crate::Conversation;

/// What a [`crate::FlightServer`] serves.
#[async_trait]
pub trait BlockSource: Send + Sync + 'static {
    /// The result of a task; none when it is not here.
    ///
    /// # Errors
    /// Whatever keeps a block that is here from being read; the peer is told.
    async fn get(&self, task: TaskRef) -> Result<Option<Block>>;

    /// Takes a block that a peer sends (scattered data). Refused unless overridden.
    ///
    /// # Errors
    /// Whatever keeps the block from being kept; the peer is told.
    async fn put(&self, task: TaskRef, block: Block) -> Result<()> {
        let _ = (task, block);
        Err(Error::unsupported("this process does not take data"))
    }

    /// Results that `client` waits for, as they are made; none when nothing is delivered here, as unless overridden.
    fn deliveries(&self, client: u32) -> Option<Receiver<(TaskRef, Block)>> {
        let _ = client;
        None
    }

    /// Answers the requests of a peer one by one, for as long as it keeps the conversation open. Refused unless
    /// overridden.
    ///
    /// # Errors
    /// Whatever ends the conversation; the peer is told.
    async fn converse(&self, conversation: Conversation) -> Result<()> {
        drop(conversation);
        Err(Error::unsupported("this process answers no requests"))
    }
}

#[async_trait]
impl BlockSource for Store {
    async fn get(&self, task: TaskRef) -> Result<Option<Block>> {
        Self::get(self, task).await
    }

    async fn put(&self, task: TaskRef, block: Block) -> Result<()> {
        self.put_waiting(task, block).await.map(drop)
    }
}
