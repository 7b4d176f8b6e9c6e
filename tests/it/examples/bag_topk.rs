//! Names by frequency.

#[path = "../../../examples/bag_topk.rs"]
pub mod example;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

use swath::datasets;
use swath::prelude::*;

#[test]
fn bag_topk_counts_what_a_plain_loop_does() {
    let folder = tempfile::tempdir().unwrap();
    let files = datasets::people_json(folder.path()).records(300).months(3).write().unwrap();
    let mut counts: HashMap<String, u64> = HashMap::new();
    for file in files {
        let lines = BufReader::new(flate2::read::MultiGzDecoder::new(File::open(file).unwrap())).lines();
        for line in lines {
            let record: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            *counts.entry(record["name"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    let pattern = format!("{}/2015-*.json.gz", folder.path().display());
    let top = example::top_names(&pattern, 5).compute().unwrap();
    let mut expected: Vec<u64> = counts.values().copied().collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    // Which of several equally frequent names comes last is left open.
    assert_eq!(top.iter().map(|p| p.1).collect::<Vec<_>>(), expected[..5]);
    assert!(top.iter().all(|(name, count)| counts[name] == *count));
}
