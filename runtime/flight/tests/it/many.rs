use futures::StreamExt as _;
use swath_block::Block;
use swath_flight::{FlightClient, FlightOptions};

use crate::{all, array, is_array, options, serve, store, task, tasks};

#[tokio::test]
async fn a_hundred_thousand_small_values() {
    let store = store();
    for n in 0..100_000u32 {
        store.put(task(n), Block::value(u64::from(n)));
    }
    let (_server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let got = all(client.fetch(&address, &tasks(100_000))).await;
    let sum: u64 = got
        .into_values()
        .map(|block| *block.unwrap().unwrap().into_value().unwrap().downcast::<u64>().unwrap())
        .sum();
    assert_eq!(sum, 4_999_950_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_at_once_wait_their_turn() {
    let store = store();
    for n in 0..8 {
        store.put(task(n), array(n, 200_000));
    }
    let few = FlightOptions { streams: 3, connections: 2, ..options() };
    let (_server, address) = serve(&store, &few).await;
    let client = FlightClient::new(&few).unwrap();
    let fetches = (0..40).map(|_| all(client.fetch(&address, &tasks(8))));
    for got in futures::future::join_all(fetches).await {
        for n in 0..8 {
            assert!(is_array(got[&task(n)].as_ref().unwrap().as_ref().unwrap(), n, 200_000));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_fetch_frees_its_place() {
    let store = store();
    for n in 0..20 {
        store.put(task(n), array(n, 500_000));
    }
    let one = FlightOptions { streams: 1, ..options() };
    let (_server, address) = serve(&store, &one).await;
    let client = FlightClient::new(&one).unwrap();
    for _ in 0..10 {
        let mut fetch = client.fetch(&address, &tasks(20));
        assert!(fetch.next().await.unwrap().1.is_ok());
    }
    let got = all(client.fetch(&address, &tasks(20))).await;
    assert!(got.values().all(|block| matches!(block, Ok(Some(_)))));
}
