//! Sorted letters.

#[path = "../../../examples/letters.rs"]
pub mod example;

use swath::datasets;
use swath::prelude::*;

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
    let calls: Vec<_> = files.into_iter().map(|f| delayed(example::count_letters).try_call((f,))).collect();
    assert_eq!(example::total(&compute_all(calls).unwrap()), expected);
}

#[test]
fn letters_of_a_missing_file_are_an_error_that_names_it() {
    let missing = std::path::PathBuf::from("/nowhere/file.txt");
    let e = delayed(example::count_letters).try_call((missing,)).compute().unwrap_err();
    assert_eq!(e.kind(), swath::ErrorKind::NotFound);
    assert!(e.to_string().contains("/nowhere/file.txt"));
}
