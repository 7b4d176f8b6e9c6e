//! Wrong calls and bad input: an error that names the place and says what to do.

use swath_bag::{self as db, TextOptions, json};
use swath_error::ErrorKind;
use swath_execute::Collection;

#[test]
fn bad_json_names_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.json");
    let text: String = (0..100).map(|i| if i == 71 { "{\"a\": }\n" } else { "{\"a\": 1}\n" }).collect();
    std::fs::write(&path, text).unwrap();
    for options in [TextOptions::default(), TextOptions::default().blocksize(200)] {
        let error = db::read_text_with(&path, &options).map(json::loads).pluck("a").compute().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(
            error.to_string().contains("bad.json:72: '{\"a\": }' is not valid JSON at column 7"),
            "{error}"
        );
    }
    let error = db::read_text(&path).filter(|l| l.len() >= 8).map(json::loads).pluck("b").count();
    let error = error.compute().unwrap_err().to_string();
    assert!(
        error.contains("no key \"b\"") && error.contains("pluck_or") && error.contains("bad.json:1:"),
        "{error}"
    );
}

#[test]
fn files_that_are_missing_damaged_or_not_text() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let error = db::read_text(at("*.txt")).compute().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("errors.rs"), "{error}");
    std::fs::write(at("x.gz"), b"not gzip at all").unwrap();
    let error = db::read_text(at("x.gz")).count().compute().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("x.gz"), "{error}");
    std::fs::write(at("latin.txt"), b"fine\ncaf\xe9\n").unwrap();
    let error = db::read_text(at("latin.txt")).count().compute().unwrap_err();
    assert!(error.to_string().contains("latin.txt:2: the line is not UTF-8"), "{error}");
    std::fs::write(at("empty.gz"), b"").unwrap();
    assert_eq!(db::read_text(at("empty.gz")).count().compute().unwrap(), 0);
    let blocks = db::read_text_with(at("empty.gz"), &TextOptions::default().blocksize(10));
    assert_eq!(blocks.compute().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_wrong_call_surfaces_with_its_line() {
    let zipped = db::range(4, 2).zip(&db::range(4, 4)).map(|(a, b)| a + b).sum();
    let error = zipped.compute().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("errors.rs"), "{error}");
    for bag in [db::range(-1, 2), db::range(3, 1).repartition(0), db::range(3, 1).partition(1)] {
        assert_eq!(bag.npartitions().unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert!(db::range(3, 1).random_sample(1.5, None).compute().is_err());
    assert!(db::concat(Vec::<db::Bag<i64>>::new()).compute().is_err());
    assert!(db::range(3, 3).to_text_files("no-star.txt").is_err());
    assert!(
        db::range(3, 3).zip_exact(&db::from_partitions(vec![vec![1], vec![], vec![2]])).compute().is_err()
    );
}

#[test]
fn a_users_error_ends_the_run_with_its_text() {
    let bag = db::from_sequence(["1", "x", "3"].map(String::from));
    let error = bag.map(|s| s.parse::<i64>()).sum().compute().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TaskFailed);
    assert!(error.to_string().contains("invalid digit"), "{error}");
    let panics = bag.map(|s| if s == "x" { panic!("an x!") } else { s }).compute().unwrap_err();
    assert!(panics.to_string().contains("an x!"), "{panics}");
}

#[test]
fn sums_that_do_not_fit() {
    let error = db::from_sequence([i64::MAX, 1]).sum().compute().unwrap_err();
    assert!(error.to_string().contains("9223372036854775808"), "{error}");
    assert_eq!(db::from_sequence([u64::MAX]).sum().compute().unwrap(), u64::MAX);
    assert_eq!(db::from_sequence([true, false, true]).sum().compute().unwrap(), 2);
}
