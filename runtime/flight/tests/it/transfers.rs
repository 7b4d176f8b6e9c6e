use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use swath_block::{Block, Chunk, Items, Shape, Strides, Table, Value};
use swath_error::ErrorKind;
use swath_flight::{FlightClient, FlightOptions, Wanted};

use crate::{all, array, is_array, options, serve, store, task, tasks};

fn table(rows: i64) -> Table {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
    let names: ArrayRef = Arc::new((0..rows).map(|i| Some(format!("name {i}"))).collect::<StringArray>());
    let batch = RecordBatch::try_from_iter([("id", ids), ("name", names)]).unwrap();
    Table::new(batch.schema(), vec![batch]).unwrap()
}

#[tokio::test]
async fn blocks_of_every_kind_arrive_as_they_were() {
    let store = store();
    let lines: StringArray = (0..200_000).map(|i| Some(format!("line {i}"))).collect();
    let parts = [array(3, 100_000), Block::Unit, Block::value("x".repeat(100_000)), table(10).into()];
    store.put(task(0), Block::Unit);
    store.put(task(1), array(1, 10));
    store.put(task(2), array(2, 1_000_000));
    store.put(task(3), table(300_000).into());
    store.put(task(4), Items::Text(lines.clone()).into());
    store.put(task(5), Items::new((0..300_000u64).collect()).into());
    store.put(task(6), Block::value("hello".to_owned()));
    store.put(task(7), Block::value((0..3_000_000u32).collect::<Vec<_>>()));
    store.put(task(8), Block::Tuple(parts.into()));
    store.put(task(9), table(0).into());
    let (server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let mut got = all(client.fetch(&address, &tasks(10))).await;
    let mut take = |n| got.remove(&task(n)).unwrap().unwrap().unwrap();
    assert!(matches!(take(0), Block::Unit));
    assert!(is_array(&take(1), 1, 10));
    assert!(is_array(&take(2), 2, 1_000_000));
    let rows = take(3).into_table().unwrap();
    assert_eq!(rows.to_batch().unwrap(), table(300_000).to_batch().unwrap());
    assert!(rows.batches().len() > 1, "a large batch should come in slices");
    assert!(matches!(take(4).into_items().unwrap(), Items::Text(back) if back == lines));
    let numbers = take(5).into_items().unwrap().downcast::<u64>().unwrap();
    assert!(numbers.iter().copied().eq(0..300_000));
    assert_eq!(*take(6).into_value().unwrap().downcast::<String>().unwrap(), "hello");
    assert!(take(7).into_value().unwrap().downcast::<Vec<u32>>().unwrap().iter().copied().eq(0..3_000_000));
    let parts = take(8).into_tuple().unwrap();
    assert!(is_array(&parts[0], 3, 100_000));
    assert_eq!(parts.len(), 4);
    assert_eq!(take(9).into_table().unwrap().schema(), table(0).schema());
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_for_each() {
    let store = store();
    store.put(task(1), array(1, 100_000));
    store.put(task(3), Block::value(3u8));
    store.put(task(4), Value::local(std::time::Instant::now(), 100_000).into());
    let (_server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let got = all(client.fetch(&address, &tasks(6))).await;
    assert_eq!(got.len(), 6);
    for n in [0, 2, 5] {
        assert!(matches!(got[&task(n)], Ok(None)), "block {n}");
    }
    assert!(is_array(got[&task(1)].as_ref().unwrap().as_ref().unwrap(), 1, 100_000));
    assert!(matches!(got[&task(3)], Ok(Some(_))));
    assert_eq!(got[&task(4)].as_ref().unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(all(client.fetch(&address, &[])).await.is_empty());
}

#[tokio::test]
async fn ranges_of_bytes() {
    let store = store();
    let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
    store.put(task(0), Chunk::from_vec(bytes.clone(), &[bytes.len()]).unwrap().into());
    store.put(task(1), Block::value(5u8));
    let whole = Chunk::from_vec((0..12i32).collect(), &[3, 4]).unwrap();
    store.put(
        task(2),
        whole.restride(Shape::from_slice(&[4, 3]), Strides::from_slice(&[1, 4]), 0).unwrap().into(),
    );
    let (_server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    for range in [0..10, 5..5, 17..2_500_001, 2_999_999..3_000_000] {
        let wanted = Wanted { task: task(0), range: Some(range.clone()) };
        let got = all(client.fetch_parts(&address, vec![wanted])).await;
        let chunk = got[&task(0)].clone().unwrap().unwrap().into_chunk().unwrap();
        let expected = &bytes[range.start as usize..range.end as usize];
        assert_eq!(chunk.as_slice::<u8>().unwrap().unwrap(), expected, "{range:?}");
    }
    for (n, range) in [(0, 0..3_000_001), (1, 0..1), (2, 0..4)] {
        let got = all(client.fetch_parts(&address, vec![Wanted { task: task(n), range: Some(range) }])).await;
        assert_eq!(got[&task(n)].as_ref().unwrap_err().kind(), ErrorKind::InvalidArgument, "block {n}");
    }
}

#[tokio::test]
async fn a_block_above_the_limit_is_refused_and_the_others_come() {
    let store = store();
    store.put(task(0), array(0, 200_000));
    store.put(task(1), array(1, 20_000));
    let (_server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&FlightOptions { max_block: 1 << 20, ..options() }).unwrap();
    let got = all(client.fetch(&address, &tasks(2))).await;
    assert_eq!(got[&task(0)].as_ref().unwrap_err().kind(), ErrorKind::OutOfMemory);
    assert!(is_array(got[&task(1)].as_ref().unwrap().as_ref().unwrap(), 1, 20_000));
}

#[tokio::test]
async fn blocks_in_files_are_served_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = swath_block::MemoryLedger::new(4 << 20);
    let store = swath_store::Store::new(ledger, swath_store::StoreOptions::default().folder(folder.path()));
    for n in 0..10 {
        store.put_waiting(task(n), array(n, 100_000)).await.unwrap();
    }
    assert!(store.usage().spilled_blocks > 3);
    let (_server, address) = serve(&store, &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let got = all(client.fetch(&address, &tasks(10))).await;
    for n in 0..10 {
        assert!(is_array(got[&task(n)].as_ref().unwrap().as_ref().unwrap(), n, 100_000));
    }
}
