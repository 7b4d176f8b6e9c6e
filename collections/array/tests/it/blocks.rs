//! Chunks reshaped on their own: Dask's answers, and what cannot be; see `tests/oracle/make_blocks.py`.

use std::sync::Arc;

use serde_json::Value;
use swath_array::{self as da, Array};
use swath_error::ErrorKind;
use swath_execute::with_executor;

use crate::cases::ints;
use crate::sent::Sent;

fn lists(v: &Value) -> Vec<Vec<usize>> {
    let sizes = |v: &Value| ints(v).into_iter().map(|n| n as usize).collect();
    v.as_array().unwrap().iter().map(sizes).collect()
}

fn reshaped(case: &Value) -> Array<i64> {
    let shape = ints(&case["shape"]);
    let size: isize = shape.iter().product();
    let x = da::arange(size as i64).reshape(shape).chunks(lists(&case["cut"]));
    let to = ints(&case["to"]);
    if case["chunks"].is_null() {
        x.reshape_blockwise(to)
    } else {
        x.reshape_blockwise_with(to, lists(&case["chunks"]))
    }
}

#[test]
fn chunks_reshaped_on_their_own_are_dasks() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../oracle/blocks.json")).unwrap();
    assert!(cases.len() >= 12);
    for case in &cases {
        let y = reshaped(case);
        assert_eq!(y.chunk_sizes().unwrap(), lists(&case["out_chunks"]), "{case}");
        let want: Vec<i64> = ints(&case["values"]).into_iter().map(|n| n as i64).collect();
        assert_eq!(y.compute().unwrap().into_raw_vec_and_offset().0, want, "{case}");
        let sent = with_executor(Arc::new(Sent), || y.compute()).unwrap();
        assert_eq!(sent, y.compute().unwrap(), "{case}");
    }
}

#[test]
fn no_chunk_is_exchanged_and_the_way_back_is_nothing() {
    let x = da::random::default_rng(3).random([6, 10, 4]).chunks([2, 3, 4]);
    let flat = x.reshape_blockwise([-1]);
    assert_eq!(flat.npartitions().unwrap(), x.npartitions().unwrap());
    let rechunks = |y: &Array<f64>| y.explain().unwrap().matches("rechunk").count();
    assert_eq!(rechunks(&flat), rechunks(&x));
    let back = flat.reshape_blockwise_with([6, 10, 4], x.layout().unwrap());
    assert_eq!(back.compute().unwrap(), x.compute().unwrap());
    // What is computed from the result is computed from the right places.
    let rows = x.reshape_blockwise([60, 4]);
    assert_eq!(rows.sum(0).compute().unwrap(), rows.persist().unwrap().sum(0).compute().unwrap());
    let whole = rows.compute().unwrap();
    let part = rows.slice(da::s![7..31, 1..3]).compute().unwrap();
    assert_eq!(part, whole.slice(ndarray::s![7..31, 1..3]).into_dyn());
    assert_eq!(rows.rechunk([11, 2]).compute().unwrap(), whole);
}

#[test]
fn lengths_of_one_and_none() {
    let x = da::arange(12).reshape([3, 4]).chunks(2);
    assert_eq!(x.reshape_blockwise([3, 1, 4]).compute().unwrap(), x.reshape([3, 1, 4]).compute().unwrap());
    let narrow = da::arange(6).reshape([1, 6, 1]).chunks((1, 4, 1));
    assert_eq!(narrow.reshape_blockwise([6]).chunk_sizes().unwrap(), [[4, 2]]);
    let empty = da::zeros([0, 4, 3]).chunks((1, 2, 2));
    assert_eq!(empty.reshape_blockwise([0, 12]).compute().unwrap().shape(), [0, 12]);
    assert_eq!(da::arange(6).reshape_blockwise([2, 3]).compute().unwrap()[[1, 0]], 3);
    assert_eq!(da::ones(()).reshape_blockwise([1, 1]).shape().unwrap(), [1, 1]);
}

#[test]
fn chunks_that_cannot_be_reshaped_are_refused() {
    let x = da::arange(24).reshape([4, 6]).chunks([2, 3]);
    let kind = |y: Array<i64>| y.compute().unwrap_err().kind();
    assert_eq!(kind(x.reshape_blockwise([5, 5])), ErrorKind::ShapeMismatch);
    assert_eq!(kind(x.reshape_blockwise([6, 4])), ErrorKind::InvalidArgument);
    assert_eq!(kind(x.reshape_blockwise([2, 2, 6])), ErrorKind::InvalidArgument);
    assert_eq!(kind(x.reshape_blockwise_with([24], [6])), ErrorKind::InvalidArgument);
    let uneven = vec![vec![1, 1], vec![2], vec![2, 4]];
    assert_eq!(kind(x.reshape_blockwise_with([2, 2, 6], uneven)), ErrorKind::ShapeMismatch);
    assert_eq!(kind(x.reshape_blockwise_with([2, 2, 6], [1, 1, 3])), ErrorKind::ShapeMismatch);
    let some = x.ravel();
    let some = some.mask(some.gt(3));
    assert_eq!(kind(some.reshape_blockwise([2, 10])), ErrorKind::Unsupported);
}
