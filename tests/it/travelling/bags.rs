//! Bags.

use serde::{Deserialize, Serialize};
use swath::prelude::*;
use swath::{ErrorKind, db::json};

use super::both;
use crate::loopback::over_loopback;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Word {
    text: String,
    length: u32,
}

#[swath::task]
fn word(text: String) -> Word {
    let length = text.len() as u32;
    Word { text, length }
}

#[swath::task]
fn is_long(word: &Word) -> bool {
    word.length > 2
}

#[swath::task]
fn length_of(word: &Word) -> u32 {
    word.length
}

#[swath::task]
fn letters(word: Word) -> Vec<char> {
    word.text.chars().collect()
}

#[swath::task]
fn add_length(sum: u64, word: Word) -> u64 {
    sum + u64::from(word.length)
}

#[swath::task]
fn add(a: u64, b: u64) -> u64 {
    a + b
}

#[swath::task]
fn longer(a: Word, b: Word) -> Word {
    if b.length > a.length { b } else { a }
}

#[swath::task]
fn parse(text: String) -> Result<i64, std::num::ParseIntError> {
    text.parse()
}

#[swath::task]
fn backwards(mut words: Vec<Word>) -> Vec<Word> {
    words.reverse();
    words
}

#[swath::task]
fn half(n: u64) -> f64 {
    n as f64 / 2.0
}

const TEXT: &str = "the quick brown fox jumps over the lazy dog and the other fox";

fn texts() -> db::Bag<String> {
    db::from_sequence_npartitions(TEXT.split(' ').map(String::from), 4)
}

#[test]
fn functions_over_items_of_any_type() {
    let words = texts().map(word);
    let (here, there) = both(&words.filter(is_long));
    assert_eq!(here, there);
    let (here, there) = both(&words.flat_map(letters).frequencies());
    assert_eq!(here, there);
    let (here, there) = both(&words.map_partitions(backwards));
    assert_eq!(here, there);
    assert_eq!(both(&words.fold(0, add_length, add)), (49, 49));
    let (here, there) = both(&words.fold(0, add_length, add).apply(half));
    assert_eq!(here, there);
    let (here, there) = both(&words.reduce(longer));
    assert_eq!(here, there);
    let (here, there) = both(&words.topk(3, length_of));
    assert_eq!(here, there);
    let (here, there) = both(&words.foldby(length_of, 0, add_length, add));
    assert_eq!(here, there);
    let (here, there) = both(&words.distinct_by(length_of));
    assert_eq!(here, there);
    assert_eq!(both(&words.count()), (13, 13));
    let (here, there) = both(&words.repartition(2).partition(1));
    assert_eq!(here, there);
}

#[test]
fn built_in_steps_need_no_function() {
    let (here, there) = both(&texts().frequencies().topk(2, db::by_count));
    assert_eq!(here, there);
    let (here, there) = both(&texts().distinct());
    assert_eq!(here, there);
    let (here, there) = both(&texts().largest(3));
    assert_eq!(here, there);
    assert_eq!(both(&texts().max()), ("the".to_owned(), "the".to_owned()));
    let numbers = db::range(100, 7);
    assert_eq!(both(&numbers.sum()), (4950, 4950));
    assert_eq!(both(&numbers.mean()), (49.5, 49.5));
    assert_eq!(
        both(&numbers.random_sample(0.3, Some(5)).count()).0,
        both(&numbers.random_sample(0.3, Some(5)).count()).1
    );
    let joined = db::concat([numbers.clone(), numbers.repartition(3)]);
    assert_eq!(both(&joined.min()), (0, 0));
    let (here, there) = both(&texts().map(json_text).map(json::loads).pluck("w").strings());
    assert_eq!(here, there);
    let (here, there) = both(&texts().persist().unwrap().count());
    assert_eq!(here, there);
}

#[swath::task]
fn json_text(word: String) -> String {
    format!("{{\"w\": \"{word}\"}}")
}

#[swath::task]
#[allow(clippy::ptr_arg)]
fn first_letter(word: &String) -> String {
    word.chars().take(1).collect()
}

#[swath::task]
fn joined(a: String, b: String) -> String {
    a + &b
}

#[swath::task]
#[allow(clippy::trivially_copy_pass_by_ref)]
fn longer_than(word: Word, mean: &f64) -> bool {
    f64::from(word.length) > *mean
}

#[swath::task]
fn length_as_float(word: Word) -> f64 {
    f64::from(word.length)
}

#[test]
fn values_for_every_item_sorted_counts_and_tables() {
    let words = texts().map(word);
    let (here, there) = both(&words.map_with(&words.map(length_as_float).mean(), longer_than));
    assert_eq!(here, there);
    let (here, there) = both(&texts().frequencies_sorted());
    assert_eq!(here, there);
    let frame = texts().map(json_text).map(json::loads);
    let (here, there) = (frame.to_table().unwrap(), over_loopback(|| frame.to_table().unwrap()));
    assert_eq!(here.to_batch().unwrap(), there.to_batch().unwrap());
}

#[test]
fn items_move_between_partitions() {
    let (here, there) = both(&texts().groupby(first_letter));
    assert_eq!(here, there);
    let (here, there) = both(&texts().map(word).groupby(length_of));
    assert_eq!(here, there);
    let (here, there) = both(&texts().repartition(9));
    assert_eq!(here, there);
    let (here, there) = both(&texts().map(word).repartition(9).partition(3));
    assert_eq!(here, there);
    let (here, there) = both(&texts().accumulate("> ".to_owned(), joined));
    assert_eq!(here, there);
    let (here, there) = both(&texts().zip(&texts().map(word)));
    assert_eq!(here, there);
    let (here, there) = both(&texts().product(&db::range(3, 2)));
    assert_eq!(here, there);
    assert_eq!(both(&db::range(10, 3).var(1)).0, both(&db::range(10, 3).var(1)).1);
}

#[test]
fn large_sequences_are_handed_out() {
    let items: Vec<Word> = (0..60_000).map(|i| Word { text: format!("word-{i}"), length: i % 9 }).collect();
    let bag = db::from_sequence_npartitions(items, 5);
    let graph = over_loopback(|| bag.filter(is_long).count().compute()).unwrap();
    assert_eq!(graph, bag.filter(is_long).count().compute().unwrap());
    let numbers = db::from_sequence_npartitions(0..300_000i64, 3);
    assert_eq!(both(&numbers.sum()), (44_999_850_000, 44_999_850_000));
}

#[test]
fn text_files_there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| format!("{}/{name}", folder.path().display());
    over_loopback(|| texts().to_text_files(path("a-*.txt"))).unwrap();
    let lines = db::read_text(path("a-*.txt"));
    let (here, there) = both(&lines);
    assert_eq!(here, there);
    assert_eq!(here.join(" "), TEXT);
    std::fs::remove_file(path("a-2.txt")).unwrap();
    let e = over_loopback(|| lines.count().compute()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound);
    assert!(e.to_string().contains("a-2.txt"), "{e}");
}

#[test]
fn errors_of_functions_end_the_computation() {
    let e = over_loopback(|| texts().map(parse).sum().compute()).unwrap_err();
    assert!(e.to_string().contains("invalid digit") && e.to_string().contains("bags::parse"), "{e}");
}
