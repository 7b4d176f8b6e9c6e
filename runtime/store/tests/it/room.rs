//! Room for tasks beside the blocks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::{KIB, block, eventually, is_block, store, task};

#[test]
fn blocks_give_way_to_a_task() {
    let (store, _folder) = store(1000);
    for n in 0..6 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    assert_eq!(store.usage().written, 0);
    assert!(store.make_room(10 * KIB, || false).is_none(), "few bytes need no room");
    let room = store.make_room(500 * KIB, || false).unwrap();
    // 800 of 1000 KiB at most, of which 500 are the task's.
    assert!(store.usage().bytes <= 300 * KIB, "{:?}", store.usage());
    assert!(store.ledger().used() <= 800 * KIB);
    for n in 0..6 {
        assert!(is_block(&store.get_blocking(task(n)).unwrap().unwrap(), n, 100));
    }
    assert_eq!(room.bytes(), 500 * KIB);
    drop(room);
    eventually("all of it is given back", || store.ledger().used() <= 600 * KIB);
}

#[test]
fn tasks_wait_for_one_another() {
    let (store, _folder) = store(1000);
    let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let room = store.make_room(300 * KIB, || false);
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(30));
                running.fetch_sub(1, Ordering::SeqCst);
                drop(room);
            });
        }
    });
    assert!((1..=2).contains(&most.into_inner()), "two of 300 KiB fit in 800");
    assert_eq!(store.ledger().used(), 0);
}

#[test]
fn nobody_waits_in_vain() {
    let (store, _folder) = store(1000);
    // A task that is larger than everything, with nothing that could be written.
    let start = Instant::now();
    drop(store.make_room(5000 * KIB, || false));
    // Blocks that somebody holds cannot be written either.
    store.put_blocking(task(0), block(0, 700)).unwrap();
    let held = store.get_blocking(task(0)).unwrap();
    drop(store.make_room(500 * KIB, || false));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop(held);
    // A task that nobody wants any more does not wait for others.
    let taken = store.make_room(800 * KIB, || false);
    drop(store.make_room(500 * KIB, || true));
    drop(taken);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(store.ledger().used(), 0, "the block is in a file");
}

#[test]
fn what_is_needed_for_the_last_time_can_be_read_after_it_was_dropped() {
    let (store, _folder) = store(1000);
    for n in 0..10 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    eventually("the target is kept", || store.ledger().used() <= 600 * KIB);
    let gone = |n: &u32| store.peek(task(*n)).is_none();
    let (spilled, here) = ((0..10).find(gone).unwrap(), (0..10).rfind(|n| !gone(n)).unwrap());
    for n in [spilled, here] {
        let kept = store.find(task(n)).unwrap();
        assert_eq!(kept.peek().is_none(), n == spilled);
        assert!(store.remove(task(n)));
        assert_eq!((kept.bytes(), store.contains(task(n))), (100 * KIB, false));
        assert!(is_block(&kept.get_blocking().unwrap(), n, 100));
        assert!(store.find(task(n)).is_none());
    }
}
