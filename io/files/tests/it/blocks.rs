//! Every line is in exactly one block, whatever the block size.

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn blocks_partition_the_lines(
        lines in prop::collection::vec("[a-c]{0,12}", 0..20),
        ends_with_newline: bool,
        carriage: bool,
        step in 1_u64..40,
    ) {
        let newline = if carriage { "\r\n" } else { "\n" };
        let mut text = lines.join(newline);
        if ends_with_newline {
            text.push_str(newline);
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines.txt");
        std::fs::write(&path, &text).unwrap();
        let blocks = swath_files::blocks(&super::file(&path), Some(step), None);

        let bytes: Vec<u8> = blocks.iter().flat_map(|b| b.read().unwrap()).collect();
        prop_assert_eq!(String::from_utf8(bytes).unwrap(), text.clone());

        let mut read = Vec::new();
        for block in &blocks {
            let mut reader = block.open().unwrap();
            let offset = reader.offset();
            let at_end = offset == text.len() as u64;
            prop_assert!(offset == 0 || at_end || text.as_bytes()[offset as usize - 1] == b'\n');
            let mut line = Vec::new();
            while reader.read_line(&mut line).unwrap() {
                read.push(String::from_utf8(line.clone()).unwrap());
            }
        }
        let expected: Vec<String> = text.lines().map(str::to_string).collect();
        prop_assert_eq!(read, expected);
    }
}

#[test]
fn a_line_longer_than_a_block_belongs_to_the_block_it_starts_in() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long.txt");
    let text = format!("{}\nend\n", "x".repeat(10_000));
    std::fs::write(&path, &text).unwrap();
    let blocks = swath_files::blocks(&super::file(&path), Some(4_000), None);
    let sizes: Vec<usize> = blocks.iter().map(|b| b.read().unwrap().len()).collect();
    assert_eq!(sizes, [10_001, 0, 4]);
}

#[test]
fn an_empty_file_has_no_block() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("empty.txt");
    std::fs::write(&path, "").unwrap();
    assert!(swath_files::blocks(&super::file(&path), Some(10), None).is_empty());
}

#[test]
fn progress_counts_stored_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.txt");
    std::fs::write(&path, "one\ntwo\n").unwrap();
    let block = swath_files::blocks(&super::file(&path), None, None).remove(0);
    let mut reader = block.open().unwrap();
    let mut line = Vec::new();
    while reader.read_line(&mut line).unwrap() {}
    assert_eq!(reader.take_bytes_read(), 8);
    assert_eq!(reader.take_bytes_read(), 0);
}
