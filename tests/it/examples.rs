//! The examples' answers at a small size, against plain loops over the same files.

#[path = "../../examples/delayed_loop.rs"]
mod delayed_loop;
#[path = "../../examples/letters.rs"]
mod letters;

use swath::datasets;
use swath::prelude::*;

#[test]
fn delayed_loop_totals_what_a_plain_loop_does() {
    let plain: i64 = (0..8).map(|x| (x + 1) + 2 * x).sum();
    assert_eq!(delayed_loop::lazy_total(8).compute().unwrap(), plain);
}

#[test]
fn letters_are_sorted_and_summed() {
    let folder = tempfile::tempdir().unwrap();
    let files = datasets::letters(folder.path()).files(3).bytes(10_001).write().unwrap();
    let mut expected = (0, 0);
    for file in &files {
        let mut text = std::fs::read(file).unwrap();
        text.sort_unstable();
        expected.0 += text.len() as u64;
        expected.1 += u64::from(crc32fast::hash(&text));
    }
    let calls: Vec<_> = files.into_iter().map(|f| delayed(letters::count_letters).try_call((f,))).collect();
    assert_eq!(letters::total(&compute_all(calls).unwrap()), expected);
}

#[test]
fn letters_of_a_missing_file_are_an_error_that_names_it() {
    let missing = std::path::PathBuf::from("/nowhere/file.txt");
    let e = delayed(letters::count_letters).try_call((missing,)).compute().unwrap_err();
    assert_eq!(e.kind(), swath::ErrorKind::NotFound);
    assert!(e.to_string().contains("/nowhere/file.txt"));
}
