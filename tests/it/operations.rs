//! The operations the stock binary can run by name: a crate that drops out of the link loses its own.

#[test]
fn the_list_of_operations_is_the_expected_one() {
    // Names the crates, so that they are linked into this test as they are into the command.
    let _ = swath::RunOptions::current();
    let operations = swath_block::registered_operations().unwrap();
    let expected = include_str!("operations.txt");
    let expected: Vec<&str> = expected.lines().filter(|l| !l.is_empty()).collect();
    assert_eq!(operations, expected, "tests/it/operations.txt must list every registered operation, sorted");
}
