//! Peers that are not there, go, stall, or are something else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::StreamExt as _;
use swath_block::Block;
use swath_error::{ErrorKind, Result};
use swath_flight::{BlockSource, FlightClient, FlightOptions, FlightServer};
use swath_scheduler::TaskRef;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::{all, array, is_array, options, serve, store, task, tasks};

/// Time-outs short enough to wait for.
fn hasty() -> FlightOptions {
    FlightOptions {
        connect_timeout: Duration::from_secs(1),
        stall_timeout: Duration::from_secs(2),
        ..options()
    }
}

#[tokio::test]
async fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = FlightClient::new(&options()).unwrap();
    let got = all(client.fetch(&free.to_string(), &tasks(3))).await;
    assert_eq!(got.len(), 3);
    let error = got[&task(0)].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    assert!(error.to_string().contains(&free.to_string()), "{error}");
    let error = client.put(&free.to_string(), vec![(task(0), Block::Unit)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    let got = all(client.fetch("no address", &tasks(1))).await;
    assert_eq!(got[&task(0)].as_ref().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn a_port_in_use() {
    let store = store();
    let (server, _) = serve(&store, &options()).await;
    let again = FlightServer::start(server.address(), Arc::new(store), &options()).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Io);
    // Stopped, it leaves the port.
    let address = server.address();
    server.stop().await;
    drop(std::net::TcpListener::bind(address).unwrap());
}

#[tokio::test]
async fn a_listener_that_never_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let silent = tokio::spawn(async move {
        let mut taken = Vec::new();
        loop {
            taken.push(listener.accept().await);
        }
    });
    let client = FlightClient::new(&hasty()).unwrap();
    let start = Instant::now();
    let got = all(client.fetch(&address, &tasks(2))).await;
    assert_eq!(got[&task(1)].as_ref().unwrap_err().kind(), ErrorKind::Cluster);
    assert!(start.elapsed() < Duration::from_secs(15), "it hung");
    silent.abort();
}

#[tokio::test]
async fn a_listener_that_speaks_something_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let chatty = tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            drop(socket.write_all(&vec![b'x'; 100_000]).await);
        }
    });
    let client = FlightClient::new(&hasty()).unwrap();
    let got = all(client.fetch(&address, &tasks(1))).await;
    assert_eq!(got[&task(0)].as_ref().unwrap_err().kind(), ErrorKind::Cluster);
    chatty.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_in_the_middle() {
    let store = store();
    for n in 0..30 {
        store.put(task(n), array(n, 500_000));
    }
    let (server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let mut fetch = client.fetch(&address, &tasks(30));
    let first = fetch.next().await.unwrap();
    assert!(first.1.is_ok());
    server.stop().await;
    let rest: Vec<_> = fetch.collect().await;
    assert_eq!(rest.len(), 29, "each block is answered for");
    let errors = rest.iter().filter_map(|(_, block)| block.as_ref().err());
    assert!(errors.clone().count() > 0 && errors.clone().all(|e| e.kind() == ErrorKind::Cluster));
    // Another one in its place is found again.
    let server = FlightServer::start(address.parse().unwrap(), Arc::new(store), &options()).await.unwrap();
    let got = all(client.fetch(&address, &tasks(2))).await;
    assert!(is_array(got[&task(1)].as_ref().unwrap().as_ref().unwrap(), 1, 500_000));
    server.stop().await;
}

/// Has the first block and takes for ever over the second.
struct Stuck;

#[async_trait]
impl BlockSource for Stuck {
    async fn get(&self, wanted: TaskRef) -> Result<Option<Block>> {
        if wanted != task(0) {
            std::future::pending::<()>().await;
        }
        Ok(Some(Block::value(1u8)))
    }
}

/// Takes for ever over what it is sent.
struct Slow;

#[async_trait]
impl BlockSource for Slow {
    async fn get(&self, _: TaskRef) -> Result<Option<Block>> {
        Ok(None)
    }

    async fn put(&self, _: TaskRef, _: Block) -> Result<()> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_peer_that_never_says_it_took_a_block() {
    let server = FlightServer::start(([127, 0, 0, 1], 0).into(), Arc::new(Slow), &hasty()).await.unwrap();
    let client = FlightClient::new(&hasty()).unwrap();
    let start = Instant::now();
    let error = client.put(&server.address().to_string(), vec![(task(0), array(0, 10))]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    assert!(start.elapsed() < Duration::from_secs(15), "it hung");
    server.stop().await;
}

#[tokio::test]
async fn a_source_that_hangs() {
    let server = FlightServer::start(([127, 0, 0, 1], 0).into(), Arc::new(Stuck), &hasty()).await.unwrap();
    let client = FlightClient::new(&hasty()).unwrap();
    let start = Instant::now();
    let got = all(client.fetch(&server.address().to_string(), &tasks(3))).await;
    assert!(matches!(got[&task(0)], Ok(Some(_))), "what was there need not wait");
    assert_eq!(got[&task(1)].as_ref().unwrap_err().kind(), ErrorKind::Cluster);
    assert!(start.elapsed() < Duration::from_secs(15), "it hung");
    server.stop().await;
}

#[tokio::test]
async fn a_receiver_that_takes_nothing_is_given_up() {
    let store = store();
    for n in 0..100 {
        store.put(task(n), array(n, 200_000));
    }
    let one = FlightOptions { streams: 1, ..hasty() };
    let (_server, address) = serve(&store, &one).await;
    let client = FlightClient::new(&one).unwrap();
    let mut lazy = client.fetch(&address, &tasks(100));
    assert!(lazy.next().await.unwrap().1.is_ok());
    // Its place is free before the other one's patience ends, though it is still there.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let got = all(client.fetch(&address, &tasks(1))).await;
    assert!(is_array(got[&task(0)].as_ref().unwrap().as_ref().unwrap(), 0, 200_000));
    let rest: Vec<_> = lazy.collect().await;
    assert_eq!(rest.len(), 99);
    assert!(rest.iter().any(|(_, block)| block.is_err()));
}
