//! Results that come unasked.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use swath_block::Block;
use swath_error::{ErrorKind, Result};
use swath_flight::{BlockSource, FlightClient, FlightServer};
use swath_scheduler::TaskRef;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{options, serve, store, task};

/// Delivers what is put into the sender to client 5.
#[derive(Default)]
struct Maker(Mutex<Option<Sender<(TaskRef, Block)>>>);

#[async_trait]
impl BlockSource for Maker {
    async fn get(&self, _: TaskRef) -> Result<Option<Block>> {
        Ok(None)
    }

    fn deliveries(&self, client: u32) -> Option<Receiver<(TaskRef, Block)>> {
        let (sender, receiver) = channel(100);
        *self.0.lock() = Some(sender);
        (client == 5).then_some(receiver)
    }
}

async fn start() -> (Arc<Maker>, FlightServer, String) {
    let maker = Arc::new(Maker::default());
    let server = FlightServer::start(([127, 0, 0, 1], 0).into(), maker.clone(), &options()).await.unwrap();
    let address = server.address().to_string();
    (maker, server, address)
}

#[tokio::test]
async fn small_results_come_under_their_names() {
    let (maker, server, address) = start().await;
    let client = FlightClient::new(&options()).unwrap();
    let mut deliveries = client.deliveries(&address, 5).await.unwrap();
    let sender = maker.0.lock().take().unwrap();
    for n in 0..50 {
        sender.send((task(n), Block::value(u64::from(n)))).await.unwrap();
    }
    // Too large to be delivered, and left out.
    sender.send((task(50), Block::value(vec![0u8; 1 << 20]))).await.unwrap();
    sender.send((task(51), Block::value(51u64))).await.unwrap();
    let mut got = Vec::new();
    while got.len() < 51 {
        got.extend(deliveries.next().await.unwrap());
    }
    for (name, block) in got {
        let value = block.into_value().unwrap();
        assert_eq!((*value.downcast::<u64>().unwrap(), name != task(50)), (u64::from(name.task.0), true));
    }
    drop(sender);
    assert!(deliveries.next().await.is_none(), "the stream goes on although nothing more can come");
    server.stop().await;
}

#[tokio::test]
async fn a_stop_ends_them() {
    let (_maker, server, address) = start().await;
    let client = FlightClient::new(&options()).unwrap();
    let mut deliveries = client.deliveries(&address, 5).await.unwrap();
    server.stop().await;
    assert!(deliveries.next().await.is_none());
}

#[tokio::test]
async fn one_that_delivers_nothing_says_so() {
    let (_maker, _server, address) = start().await;
    let client = FlightClient::new(&options()).unwrap();
    assert_eq!(client.deliveries(&address, 6).await.unwrap_err().kind(), ErrorKind::Cluster);
    let (_store_server, address) = serve(&store(), &options()).await;
    assert_eq!(client.deliveries(&address, 5).await.unwrap_err().kind(), ErrorKind::Cluster);
}
