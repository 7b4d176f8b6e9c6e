use std::sync::Arc;

use futures::executor::block_on;
use futures::future::join_all;
use swath_block::{Block, MemoryLedger, Value};
use swath_store::{Spill, Store, StoreOptions};

use crate::{KIB, block, eventually, files, is_block, store, task};

#[test]
fn ten_times_the_limit_fits() {
    let (store, folder) = store(1000);
    for n in 0..100 {
        assert_eq!(store.put_blocking(task(n), block(n, 100)).unwrap(), 100 * KIB);
        assert!(store.ledger().used() <= 1000 * KIB, "overrun after block {n}");
    }
    let usage = store.usage();
    assert_eq!(usage.blocks + usage.spilled_blocks, 100);
    eventually("what is charged is what is there", || store.usage().bytes == store.ledger().used());
    assert!(usage.written >= usage.spilled_bytes && usage.spilled_blocks >= 90, "{usage:?}");
    for n in (0..100).rev() {
        assert!(is_block(&store.get_blocking(task(n)).unwrap().unwrap(), n, 100), "block {n}");
    }
    assert!(store.usage().read > 0);
    // Read back, they are written no second time.
    eventually("room again", || store.ledger().used() <= 600 * KIB);
    assert!(store.usage().written < 101 * 101 * KIB, "{:?}", store.usage());
    for n in 0..100 {
        assert!(store.remove(task(n)));
        assert!(!store.contains(task(n)));
    }
    assert_eq!(store.ledger().used(), 0);
    eventually("no file is left", || files(&folder) == 0);
}

#[test]
fn nothing_is_written_while_there_is_room() {
    let (store, folder) = store(1000);
    for n in 0..5 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    assert_eq!((files(&folder), store.usage().written), (0, 0));
    assert!(store.peek(task(4)).is_some());
}

#[test]
fn a_block_larger_than_the_limit_goes_to_a_file() {
    let (store, _folder) = store(100);
    store.put_blocking(task(1), block(1, 500)).unwrap();
    assert_eq!((store.ledger().used(), store.usage().spilled_blocks), (0, 1));
    assert!(is_block(&store.get_blocking(task(1)).unwrap().unwrap(), 1, 500));
}

#[test]
fn the_least_recently_used_goes_first() {
    let (store, _folder) = store(1000);
    for n in 0..6 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    store.get_blocking(task(0)).unwrap();
    for n in 6..9 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    eventually("the target is kept", || store.ledger().used() <= 600 * KIB);
    let here: Vec<bool> = (0..4).map(|n| store.peek(task(n)).is_some()).collect();
    assert_eq!(here, [true, false, false, false]);
}

#[test]
fn what_somebody_holds_is_not_written() {
    let (store, _folder) = store(1000);
    store.put_blocking(task(0), block(0, 100)).unwrap();
    let held = store.get_blocking(task(0)).unwrap().unwrap();
    for n in 1..30 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    eventually("the target is kept", || store.ledger().used() <= 600 * KIB);
    assert!(store.peek(task(0)).is_some(), "writing it frees nothing");
    drop(held);
    for n in 30..40 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    eventually("nobody holds it now", || store.peek(task(0)).is_none());
}

#[test]
fn many_writers_at_once_stay_within_the_limit() {
    let (store, _folder) = store(1000);
    std::thread::scope(|scope| {
        for writer in 0..8u32 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..40 {
                    let n = writer * 1000 + n;
                    store.put_blocking(task(n), block(n, 50)).unwrap();
                    let back = store.get_blocking(task(writer * 1000)).unwrap().unwrap();
                    assert!(is_block(&back, writer * 1000, 50));
                }
            });
        }
    });
    // Eight blocks may be on their way in and eight may be held at once.
    assert!(store.ledger().peak() <= 1000 * KIB + 16 * 50 * KIB, "{} KiB", store.ledger().peak() / KIB);
}

#[test]
fn waiting_needs_no_thread() {
    let (store, _folder) = store(1000);
    let puts = (0..100).map(|n| {
        let store = store.clone();
        async move { store.put_waiting(task(n), block(n, 100)).await.unwrap() }
    });
    block_on(join_all(puts));
    assert!(store.ledger().used() <= 1000 * KIB);
    // Several ask for the same block, and for more blocks than there are readers.
    let gets = (0..300).map(|n| {
        let store = store.clone();
        async move {
            let n = n % 100;
            let back = store.get(task(n)).await.unwrap().unwrap();
            assert!(is_block(&back, n, 100));
        }
    });
    block_on(join_all(gets));
    assert!(block_on(store.get(task(1000))).unwrap().is_none());
}

#[test]
fn small_blocks_share_files() {
    let (store, folder) = store(100);
    for n in 0..1000 {
        store.put_blocking(task(n), block(n, 1)).unwrap();
    }
    assert!(store.usage().spilled_blocks > 800);
    assert!(files(&folder) < 300, "{} files", files(&folder));
    for n in 0..1000 {
        assert!(is_block(&store.get_blocking(task(n)).unwrap().unwrap(), n, 1));
    }
}

#[test]
fn what_cannot_be_written_holds_nobody_up() {
    let (store, _folder) = store(100);
    for n in 0..10 {
        let fixed = Value::local(std::sync::Mutex::new(n), 100 * KIB);
        store.put_blocking(task(n), fixed.into()).unwrap();
    }
    assert_eq!(store.ledger().used(), 1000 * KIB);
    store.put_blocking(task(10), block(10, 100)).unwrap();
    assert!(store.peek(task(10)).is_none());
    assert!(store.peek(task(0)).is_some());
}

#[test]
fn a_block_in_the_place_of_another() {
    let (store, folder) = store(100);
    store.put_blocking(task(1), block(1, 90)).unwrap();
    store.put_blocking(task(1), block(2, 80)).unwrap();
    store.put_blocking(task(2), Block::value(5u8)).unwrap();
    store.put_blocking(task(2), Block::value(6u8)).unwrap();
    assert!(is_block(&store.get_blocking(task(1)).unwrap().unwrap(), 2, 80));
    let usage = store.usage();
    assert_eq!((usage.blocks + usage.spilled_blocks, usage.bytes + usage.spilled_bytes), (2, 80 * KIB + 1));
    assert_eq!(store.bytes(task(1)), Some(80 * KIB));
    assert_eq!(store.tasks(), [task(1), task(2)]);
    store.remove_job(task(1).job);
    assert_eq!((store.tasks().len(), store.ledger().used()), (0, 0));
    eventually("no file is left", || files(&folder) == 0);
}

#[test]
fn everything_goes_with_the_store() {
    let (store, folder) = store(100);
    let ledger = store.ledger().clone();
    for n in 0..10 {
        store.put_blocking(task(n), block(n, 50)).unwrap();
    }
    store.put(task(10), Block::value(1u8));
    assert!(files(&folder) > 0 && ledger.used() > 0);
    drop(store);
    eventually("no file is left", || files(&folder) == 0);
    assert_eq!(ledger.used(), 0);
}

#[test]
fn room_for_others_comes_from_copies() {
    let ledger = MemoryLedger::new(1000 * KIB);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(ledger.clone(), StoreOptions::default().folder(folder.path()));
    for n in 0..20 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    eventually("the target is kept", || ledger.used() <= 600 * KIB);
    let spilled = (0..20).find(|n| store.peek(task(*n)).is_none()).unwrap();
    drop(store.get_blocking(task(spilled)).unwrap());
    let freed = store.evict(1);
    assert!(freed == 100 * KIB || store.peek(task(spilled)).is_none());
}

#[test]
fn a_slot_gives_its_block_away() {
    let ledger = MemoryLedger::new(100 * KIB);
    let folder = tempfile::tempdir().unwrap();
    let spill = Spill::new(ledger.clone(), StoreOptions::default().folder(folder.path()));
    let here = spill.keep(block(1, 50));
    let (taken, charged) = here.take_blocking().unwrap();
    assert!(is_block(&taken, 1, 50) && !taken.is_shared());
    assert_eq!((charged, ledger.used()), (50 * KIB, 50 * KIB));
    ledger.shrink(charged);
    let gone = spill.keep(block(2, 200));
    gone.settle_blocking().unwrap();
    assert!(gone.peek().is_none());
    let (taken, charged) = gone.take_blocking().unwrap();
    let Block::Array(chunk) = &taken else { panic!("another kind of block") };
    assert_eq!(Arc::strong_count(chunk), 1);
    assert!(is_block(&taken, 2, 200));
    assert_eq!(ledger.used(), charged);
    ledger.shrink(charged);
    assert_eq!((ledger.used(), spill.usage().blocks, spill.usage().spilled_blocks), (0, 0, 0));
}
