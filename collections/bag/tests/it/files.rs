//! Reading and writing text files of every compression.

use std::io::Write;
use std::path::Path;

use swath_bag::{self as db, TextOptions, json};
use swath_execute::{Collection, RunOptions};

fn gz(path: &Path, text: &str) {
    let mut out =
        flate2::write::GzEncoder::new(std::fs::File::create(path).unwrap(), flate2::Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap();
}

fn glob(dir: &tempfile::TempDir, pattern: &str) -> String {
    format!("{}/{pattern}", dir.path().display())
}

#[test]
fn the_ten_most_frequent_names_of_compressed_json_lines() {
    let dir = tempfile::tempdir().unwrap();
    let mut expected = std::collections::HashMap::new();
    for file in 1..=12 {
        let mut text = String::new();
        for i in 0..500 {
            let name = format!("name{}", (i * file) % 37);
            *expected.entry(name.clone()).or_insert(0u64) += 1;
            let line =
                format!(r#"{{"id": {i}, "name": "{name}", "credit": [0.5, {{"deep": ["x", null]}}]}}"#);
            text.push_str(&line);
            text.push('\n');
        }
        gz(&dir.path().join(format!("2015-{file:02}.json.gz")), &text);
    }
    let pattern = glob(&dir, "2015-*.json.gz");
    let names = db::read_text(pattern).map(json::loads).pluck("name");
    let top = names.frequencies().topk(10, db::by_count).compute().unwrap();
    let mut counts: Vec<u64> = expected.values().copied().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(top.iter().map(|(_, n)| *n).collect::<Vec<_>>(), counts[..10]);
    assert!(top.iter().all(|(name, n)| expected.get(name.as_str().unwrap()) == Some(n)));
    let strings = names.strings().frequencies().topk(10, db::by_count).compute().unwrap();
    assert!(top.iter().zip(&strings).all(|(a, b)| a.0 == b.0.as_str() && a.1 == b.1));
    let whole =
        db::read_text(glob(&dir, "2015-*.json.gz")).map(|line| json::loads(&line)).map(|j| j["name"].clone());
    assert_eq!(whole.frequencies().topk(10, db::by_count).compute().unwrap(), top);
}

#[test]
fn every_compression_gives_the_same_lines() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (0..5000).map(|i| format!("line {i} é")).collect();
    let bag = db::from_sequence_npartitions(lines.clone(), 3);
    for suffix in ["txt", "txt.gz", "txt.zst"] {
        let paths = bag.to_text_files(glob(&dir, &format!("{suffix}/*.{suffix}"))).unwrap();
        assert_eq!(paths.len(), bag.npartitions().unwrap());
        let pattern = glob(&dir, &format!("{suffix}/*.{suffix}"));
        assert_eq!(db::read_text(&pattern).compute().unwrap(), lines, "{suffix}");
        assert_eq!(db::read_text(&pattern).count().compute().unwrap(), 5000);
    }
}

#[test]
fn blocks_of_one_file_give_all_lines_once_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (0..400).map(|i| "x".repeat(i % 91) + &i.to_string()).collect();
    let path = dir.path().join("long.txt");
    std::fs::write(&path, lines.join("\n")).unwrap();
    for size in [1, 7, 100, 4096, 1 << 20] {
        let bag = db::read_text_with(&path, &TextOptions::default().blocksize(size));
        let bag = bag.repartition(bag.npartitions().unwrap().min(5));
        assert_eq!(bag.compute().unwrap(), lines, "{size}");
    }
}

#[test]
fn files_per_partition_and_paths() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..5 {
        std::fs::write(dir.path().join(format!("{i}.log")), format!("{i}a\n{i}b\n")).unwrap();
    }
    let options = TextOptions::default().files_per_partition(2);
    let bag = db::read_text_with(glob(&dir, "*.log"), &options);
    assert_eq!(bag.npartitions().unwrap(), 3);
    assert_eq!(bag.partition(1).compute().unwrap(), ["2a", "2b", "3a", "3b"]);
    let with_path = db::read_text_with_path(glob(&dir, "*.log"), &options).compute().unwrap();
    assert!(with_path[9].1.ends_with("4.log") && with_path[9].0 == "4b");
}

#[test]
fn lines_longer_than_the_buffer() {
    let dir = tempfile::tempdir().unwrap();
    let long = "é".repeat(700_000);
    std::fs::write(dir.path().join("a.txt"), format!("{long}\nshort\n{long}")).unwrap();
    let bag = db::read_text(dir.path().join("a.txt"));
    assert_eq!(bag.compute().unwrap(), [long.as_str(), "short", long.as_str()]);
    assert_eq!(bag.filter(|line| line.len() < 10).count().compute().unwrap(), 1);
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let bag = db::range(10_000, 23).map(|x| x % 17).frequencies().topk(5, |p| (p.1, p.0));
    let one = bag.compute_with(&RunOptions::default().threads(1)).unwrap();
    let many = bag.compute_with(&RunOptions::default().threads(4)).unwrap();
    let calling = bag.compute_with(&RunOptions::default().synchronous()).unwrap();
    assert!(one == many && one == calling);
}

#[test]
fn a_failed_write_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let bag = db::range(10, 1).map(|x| if x < 9 { Ok(x) } else { Err(swath_error::Error::data("nine")) });
    let error = bag.to_text_files(glob(&dir, "out.txt")).unwrap_err();
    assert!(error.to_string().contains("nine"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
