//! What a reader of the folder sees while files are written aside. One test binary and one test for the process-wide
//! registry, since [`swath_aside::remove_all`] removes everybody's temporaries.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_aside::{AsideDir, AsideFile};
use swath_error::ErrorKind;

static HOOK_CALLS: AtomicUsize = AtomicUsize::new(0);
swath_aside::on_first_use!(|| {
    HOOK_CALLS.fetch_add(1, Ordering::Relaxed);
});

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn nothing_is_seen_before_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);

    std::fs::write(at("a.txt"), "old").unwrap();
    let mut file = AsideFile::create(at("a.txt")).unwrap();
    file.write_all(b"new").unwrap();
    assert_eq!(std::fs::read(at("a.txt")).unwrap(), b"old");
    assert!(file.path().file_name().unwrap().to_str().unwrap().starts_with(".a.txt."));
    file.commit().unwrap();
    assert_eq!(std::fs::read(at("a.txt")).unwrap(), b"new");

    drop(AsideFile::create(at("dropped")).unwrap());
    assert_eq!(names(folder.path()), ["a.txt"]);
    assert_eq!(HOOK_CALLS.load(Ordering::Relaxed), 1);

    let parts = AsideDir::create(at("out/")).unwrap();
    parts.part("p=1/x").unwrap().write_all(b"1").unwrap();
    assert_eq!(parts.part("../x").unwrap_err().kind(), ErrorKind::InvalidArgument);
    parts.commit().unwrap();
    let again = AsideDir::create(at("out")).unwrap();
    again.part("p=1/y").unwrap();
    again.commit().unwrap();
    assert_eq!(names(&at("out/p=1")), ["x", "y"]);

    assert_eq!(AsideFile::create(at("out")).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(AsideFile::create(at("none/x")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(AsideDir::create(at("a.txt")).unwrap_err().kind(), ErrorKind::InvalidArgument);

    let file = AsideFile::create(at("b")).unwrap();
    let parts = AsideDir::create(at("c")).unwrap();
    parts.part("x").unwrap();
    assert_eq!(swath_aside::live(), 2);
    swath_aside::remove_all();
    assert_eq!(names(folder.path()), ["a.txt", "out"]);
    assert_eq!(file.commit().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(parts.part("y/z").unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(parts.commit().unwrap_err().kind(), ErrorKind::Cancelled);

    let file = AsideFile::create(at("b")).unwrap();
    swath_aside::shutdown();
    assert_eq!(names(folder.path()), ["a.txt", "out"]);
    assert_eq!(file.commit().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(AsideFile::create(at("b")).unwrap_err().kind(), ErrorKind::Cancelled);
}
