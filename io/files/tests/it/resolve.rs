//! What a path, glob, folder or URL names.

use swath_error::ErrorKind;
use swath_files::{File, Resolve, resolve};

fn names(files: &[File]) -> Vec<String> {
    files.iter().map(File::file_name).collect()
}

fn folder(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x\n").unwrap();
    }
    dir
}

#[test]
fn a_glob_is_sorted_and_a_list_keeps_its_order() {
    let dir = folder(&["2015-10.csv", "2015-2.csv", "2014-1.csv", "2015-1.csv.bak"]);
    let at = |name: &str| format!("{}/{name}", dir.path().display());
    assert_eq!(
        names(&resolve(at("2015-*.csv"), &Resolve::default()).unwrap()),
        ["2015-2.csv", "2015-10.csv"]
    );
    let list = resolve(vec![at("2015-10.csv"), at("2014-*.csv")], &Resolve::default()).unwrap();
    assert_eq!(names(&list), ["2015-10.csv", "2014-1.csv"]);
}

#[test]
fn a_folder_gives_its_files_and_their_hive_columns() {
    let dir = folder(&[
        "year=2015/month=02/part.0.parquet",
        "year=2015/month=01/part.0.parquet",
        "_metadata",
        ".hidden.parquet",
        "notes.txt",
    ]);
    let files = resolve(dir.path(), &Resolve::extensions(&["parquet"])).unwrap();
    assert_eq!(files.len(), 2);
    let expected =
        [("year".to_string(), Some("2015".to_string())), ("month".to_string(), Some("01".to_string()))];
    assert_eq!(files[0].partitions, expected);
    let glob = format!("{}/*/month=02/*.parquet", dir.path().display());
    assert_eq!(resolve(glob, &Resolve::default()).unwrap()[0].partitions.len(), 2);
}

#[test]
fn compressed_files_of_a_folder_are_taken_by_their_inner_suffix() {
    let dir = folder(&["a.csv.gz", "b.json.gz", "c.csv"]);
    let files = resolve(dir.path(), &Resolve::extensions(&["csv"])).unwrap();
    assert_eq!(names(&files), ["a.csv.gz", "c.csv"]);
}

#[test]
fn nothing_found_says_what_was_searched_where() {
    let dir = folder(&["2015-01.csv"]);
    let at = |name: &str| format!("{}/{name}", dir.path().display());
    let error = resolve(at("2016-*.csv"), &Resolve::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("2016-*.csv"), "{error}");
    assert!(error.help().unwrap().contains("searched in"), "{error}");

    let error = resolve(at("2015-10.csv"), &Resolve::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.help().unwrap().contains("2015-01.csv"), "{error}");

    let error = resolve(dir.path(), &Resolve::extensions(&["parquet"])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("parquet"), "{error}");
}

#[test]
fn file_urls_are_paths() {
    let dir = folder(&["a b.csv", "c.csv"]);
    let url = url::Url::from_file_path(dir.path().join("a b.csv")).unwrap();
    assert_eq!(names(&resolve(url.as_str(), &Resolve::default()).unwrap()), ["a b.csv"]);
    let glob = format!("file://{}/*.csv", dir.path().display());
    assert_eq!(resolve(glob, &Resolve::default()).unwrap().len(), 2);
    assert_eq!(resolve("file://host/x", &Resolve::default()).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[cfg(not(feature = "cloud"))]
#[test]
fn a_store_url_names_the_feature() {
    let error = resolve("s3://bucket/x.csv", &Resolve::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.help().unwrap().contains("`cloud`"), "{error}");
}
