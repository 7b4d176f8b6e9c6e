//! The total of a loop.

#[path = "../../../examples/delayed_loop.rs"]
pub mod example;

#[test]
fn delayed_loop_totals_what_a_plain_loop_does() {
    let plain: i64 = (0..8).map(|x| (x + 1) + 2 * x).sum();
    assert_eq!(example::lazy_total(8).compute().unwrap(), plain);
}
