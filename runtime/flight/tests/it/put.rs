use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use swath_block::Block;
use swath_error::{Error, ErrorKind, Result};
use swath_flight::{BlockSource, FlightClient, FlightOptions, FlightServer};
use swath_scheduler::TaskRef;

use crate::{array, is_array, options, serve, store, task};

#[tokio::test]
async fn scattered_blocks_are_there_afterwards() {
    let store = store();
    let (_server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let mut blocks: Vec<_> = (0..1000).map(|n| (task(n), Block::value(n))).collect();
    blocks.push((task(1000), array(1, 1_000_000)));
    blocks.push((task(1001), Block::Unit));
    client.put(&address, blocks).await.unwrap();
    assert_eq!(store.tasks().len(), 1002);
    assert!(is_array(&store.peek(task(1000)).unwrap(), 1, 1_000_000));
    let value = store.peek(task(999)).unwrap().into_value().unwrap();
    assert_eq!(*value.downcast::<u32>().unwrap(), 999);
    client.put(&address, Vec::new()).await.unwrap();
}

/// Takes blocks up to the third one.
#[derive(Default)]
struct Picky(Mutex<BTreeMap<TaskRef, Block>>);

#[async_trait]
impl BlockSource for Picky {
    async fn get(&self, task: TaskRef) -> Result<Option<Block>> {
        Err(Error::internal(format!("{task:?} was asked for")))
    }

    async fn put(&self, task: TaskRef, block: Block) -> Result<()> {
        let mut blocks = self.0.lock();
        if blocks.len() == 3 {
            return Err(Error::new(ErrorKind::OutOfMemory, "three are enough").with_help("send fewer"));
        }
        blocks.insert(task, block);
        Ok(())
    }
}

#[tokio::test]
async fn the_peer_says_why_it_does_not_take_a_block() {
    let source = Arc::new(Picky::default());
    let server = FlightServer::start(([127, 0, 0, 1], 0).into(), source.clone(), &options()).await.unwrap();
    let address = server.address().to_string();
    let client = FlightClient::new(&options()).unwrap();
    let blocks = (0..10).map(|n| (task(n), array(n, 300_000))).collect();
    let error = client.put(&address, blocks).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message(), error.help()),
        (ErrorKind::OutOfMemory, "three are enough", Some("send fewer"))
    );
    assert_eq!(source.0.lock().len(), 3);
    let got = crate::all(client.fetch(&address, &[task(5)])).await;
    assert_eq!(got[&task(5)].as_ref().unwrap_err().kind(), ErrorKind::Internal);
}

#[tokio::test]
async fn what_cannot_travel_is_an_error_here() {
    let store = store();
    let (_server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let local = swath_block::Value::local(std::time::Instant::now(), 8);
    let error = client.put(&address, vec![(task(0), local.into())]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let large = FlightOptions { max_block: 1000, ..options() };
    let (_server, address) = serve(&store, &large).await;
    let error = client.put(&address, vec![(task(0), array(0, 100_000))]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfMemory);
    assert!(store.tasks().is_empty());
}
