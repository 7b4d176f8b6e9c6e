//! A disk that fails: a folder that cannot be made stands for a full one.

use std::time::{Duration, Instant};

use futures::executor::block_on;
use swath_block::MemoryLedger;
use swath_error::ErrorKind;
use swath_store::{Store, StoreOptions};

use crate::{KIB, block, is_block, task};

/// A store whose folder's place is taken by a file, and the file.
fn broken(kib: u64) -> (Store, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let options = StoreOptions::default().folder(file.path().join("below"));
    (Store::new(MemoryLedger::new(kib * KIB), options), file)
}

#[test]
fn the_block_that_does_not_fit_is_refused_and_the_others_stay() {
    let (store, _file) = broken(1000);
    for n in 0..10 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    let start = Instant::now();
    let error = store.put_blocking(task(10), block(10, 100)).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(20), "it hung");
    assert!(
        matches!(error.kind(), ErrorKind::Io | ErrorKind::NotFound | ErrorKind::InvalidArgument),
        "{error}"
    );
    assert!(error.help().unwrap().contains("folder"), "{error}");
    assert!(!store.contains(task(10)));
    let error = block_on(store.put_waiting(task(11), block(11, 100))).unwrap_err();
    assert!(error.to_string().contains("memory is full"), "{error}");
    for n in 0..10 {
        assert!(is_block(&store.get_blocking(task(n)).unwrap().unwrap(), n, 100));
    }
    assert_eq!(store.ledger().used(), 1000 * KIB);
    // Room that comes from elsewhere will do.
    store.remove(task(3));
    store.put_blocking(task(12), block(12, 100)).unwrap();
}

#[test]
fn a_disk_that_works_again_is_used_again() {
    let (store, file) = broken(1000);
    for n in 0..10 {
        store.put_blocking(task(n), block(n, 100)).unwrap();
    }
    store.put_blocking(task(10), block(10, 100)).unwrap_err();
    let path = file.path().to_owned();
    drop(file);
    let start = Instant::now();
    while store.put_blocking(task(10), block(10, 100)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(30), "the disk is never tried again");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(is_block(&store.get_blocking(task(10)).unwrap().unwrap(), 10, 100));
    drop(store);
    drop(std::fs::remove_dir_all(path));
}

#[test]
fn a_file_that_is_gone_is_an_error_of_its_block_only() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions::default().folder(folder.path());
    let store = Store::new(MemoryLedger::new(100 * KIB), options);
    for n in 0..4 {
        store.put_blocking(task(n), block(n, 200)).unwrap();
    }
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let first = std::fs::read_dir(entry.path()).unwrap().flatten().find(|f| f.file_name() == "0.arrow");
        std::fs::remove_file(first.unwrap().path()).unwrap();
    }
    let errors = (0..4).filter(|n| store.get_blocking(task(*n)).is_err()).count();
    assert!((1..4).contains(&errors), "{errors} errors");
    assert_eq!((0..4).filter(|n| block_on(store.get(task(*n))).is_err()).count(), errors);
}
