//! Delayed calls.

use std::collections::BTreeMap;

use ndarray::{Array2, array};
use swath::prelude::*;
use swath::{ErrorKind, gather, partitions, value};

use super::both;
use crate::loopback::over_loopback;

#[swath::task]
fn inc(x: i64) -> i64 {
    x + 1
}

#[swath::task]
fn divmod(a: i64, b: i64) -> swath::Result<(i64, i64)> {
    if b == 0 {
        return Err(swath::Error::argument("division by zero"));
    }
    Ok((a / b, a % b))
}

#[swath::task]
fn upto(n: u64) -> Vec<u64> {
    (0..n).collect()
}

#[swath::task]
fn total(values: BTreeMap<String, i64>, more: Option<i64>, pair: (i64, i64)) -> i64 {
    values.values().sum::<i64>() + more.unwrap_or(0) + pair.0 * pair.1
}

#[swath::task]
fn doubled(a: Array2<f64>) -> Array2<f64> {
    a * 2.0
}

#[swath::task]
fn rows(table: &swath::Table) -> usize {
    table.num_rows()
}

#[swath::task]
fn words(all: &[String]) -> String {
    all.join(" ")
}

#[test]
fn calls_operators_containers_and_parts() {
    let a = delayed(inc).call((1,));
    let b = delayed(inc).call((&a,));
    assert_eq!(both(&(&a + &b * 10 - 3)), (29, 29));
    assert_eq!(both(&-(&a)), (-2, -2));
    assert_eq!(both(&a.lt(&b)), (true, true));
    let (quotient, rest) = delayed(divmod).try_call((17, 5)).unpack();
    assert_eq!(both(&(quotient * 5 + rest)), (17, 17));
    let thirds = delayed(upto).call((3,)).split(3);
    assert_eq!(both(&gather(thirds)), (vec![0, 1, 2], vec![0, 1, 2]));
    let by_name = BTreeMap::from([("a".to_owned(), &a), ("b".to_owned(), &b)]);
    let sum = delayed(total).call((by_name, Some(&a), (&b, &b)));
    assert_eq!(both(&sum), (16, 16));
    assert_eq!(both(&gather(vec![&a, &b])), (vec![2, 3], vec![2, 3]));
    assert_eq!(both(&a.map(inc_of)), (3, 3));
    let waited = swath::wait_on([a.clone(), b.clone()]);
    assert_eq!(both(&gather(waited)), (vec![2, 3], vec![2, 3]));
    assert_eq!(both(&swath::checkpoint(vec![&a, &b])), ((), ()));
}

#[swath::task]
#[allow(clippy::trivially_copy_pass_by_ref)]
fn inc_of(x: &i64) -> i64 {
    x + 1
}

#[test]
fn arrays_tables_values_and_collections() {
    let a = value(vec!["x".to_owned(), "y".to_owned()]);
    assert_eq!(both(&delayed(words).call((&a,))).1, "x y");
    let m = delayed(doubled).call((delayed(eye).call((2,)),));
    assert_eq!(both(&m), (array![[2.0, 0.0], [0.0, 2.0]], array![[2.0, 0.0], [0.0, 2.0]]));
    let frame = dd::from_columns([("x", vec![1, 2, 3])]);
    assert_eq!(both(&delayed(rows).call((&frame.filter(col("x").gt(1)),))), (2, 2));
    let text = db::from_sequence(["b", "a"].map(String::from));
    assert_eq!(both(&delayed(words).call((&text,))).1, "b a");
    let parts: Vec<Delayed<swath::Table>> = partitions(&frame).unwrap();
    assert_eq!(both(&delayed(rows).call((&parts[0],))), (3, 3));
}

#[swath::task]
fn eye(n: usize) -> Array2<f64> {
    Array2::eye(n)
}

#[test]
fn what_cannot_travel_says_why_before_anything_runs() {
    fn plain(x: i64) -> i64 {
        x
    }
    let e = over_loopback(|| delayed(|x: i64| x).call((1,)).compute()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported);
    assert!(
        e.to_string().contains("what_cannot_travel") && e.help().unwrap().contains("#[swath::task]"),
        "{e}"
    );
    let e = over_loopback(|| delayed(plain).call((1,)).compute()).unwrap_err();
    assert!(e.to_string().contains("plain") && e.help().unwrap().contains("#[swath::task]"), "{e}");
    let e = over_loopback(|| delayed(divmod).try_call((1, 0)).compute()).unwrap_err();
    assert!(e.to_string().contains("division by zero"), "{e}");
    let x = da::arange(4);
    let e = over_loopback(|| x.map_blocks(|c, _| c.to_owned()).compute()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported);
    let e = over_loopback(|| db::range(3, 1).map(|n| n + 1).compute()).unwrap_err();
    assert!(e.kind() == ErrorKind::Unsupported && e.help().unwrap().contains("#[swath::task]"), "{e}");
}
