//! The number of the protocol.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../build/fingerprint.rs"]
mod fingerprint;

use std::path::Path;

const MESSAGES: &str =
    "//! Head.\n\n/// A task.\npub struct Done {\n    pub bytes: u64,\n    pub micros: u32,\n}\n";

/// The number of a folder whose `src/a.rs` holds this.
fn number(text: &str) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/a.rs"), text).unwrap();
    fingerprint::of(folder.path(), &["src", "nowhere"]).unwrap()
}

#[test]
fn it_says_what_messages_look_like() {
    let before = number(MESSAGES);
    let same = [
        MESSAGES.replace('\n', "\r\n"),
        MESSAGES.replace("A task.", "Another word for it."),
        format!("{MESSAGES}\n#[cfg(test)]\nmod tests {{\n    fn f() {{}}\n}}\n"),
    ];
    assert!(same.iter().all(|text| number(text) == before));
    let others = [
        MESSAGES.replace("u32", "u64"),
        MESSAGES.replace("bytes", "size"),
        "pub struct Done {\n    pub micros: u32,\n    pub bytes: u64,\n}\n".to_owned(),
        format!("{MESSAGES}pub struct More;\n"),
    ];
    for text in others {
        assert_ne!(number(&text), before, "{text}");
    }
}

#[test]
fn it_is_that_of_these_sources() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for source in fingerprint::SOURCES {
        assert!(here.join(source).exists(), "{source} is not there any more");
    }
    assert_eq!(fingerprint::of(here, fingerprint::SOURCES).unwrap(), swath_wire::PROTOCOL);
}
