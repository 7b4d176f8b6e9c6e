//! Reductions by users' functions, here and sent.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};
use swath_array as da;
use swath_error::ErrorKind;
use swath_execute::with_executor;

use crate::sent::Sent;

/// The sum and the sum of squares along the first axis reduced, side by side; other axes are summed.
#[swath_tasks::task]
fn sums(x: ArrayViewD<'_, f64>, axes: &[usize]) -> ArrayD<f64> {
    let total = x.sum();
    let squares = x.mapv(|v| v * v).sum();
    let mut shape = vec![1; x.ndim()];
    shape[axes[0]] = 2;
    ArrayD::from_shape_vec(IxDyn(&shape), vec![total, squares]).unwrap()
}

/// Pairs added up.
#[swath_tasks::task]
fn add(x: ArrayViewD<'_, f64>, axes: &[usize]) -> ArrayD<f64> {
    let pairs: Vec<ArrayD<f64>> = x.axis_chunks_iter(Axis(axes[0]), 2).map(|p| p.to_owned()).collect();
    pairs.iter().fold(&pairs[0] * 0.0, |sum, p| sum + p)
}

/// The sum of squares less the square of the sum.
#[swath_tasks::task]
fn difference(x: ArrayViewD<'_, f64>, axes: &[usize]) -> ArrayD<f64> {
    let sum = x.index_axis(Axis(axes[0]), 0).to_owned();
    let squares = x.index_axis(Axis(axes[0]), 1).to_owned();
    (squares - &sum * &sum).insert_axis(Axis(axes[0]))
}

#[test]
fn any_reduction() {
    let x = da::arange(30).astype::<f64>().reshape([5, 6]).chunks([2, 2]);
    let (sum, squares) = (435.0, 8555.0);
    let want = squares - sum * sum;
    for axes in [da::axes(..), da::axes(..).split_every(2)] {
        assert_eq!(da::reduction(&x, axes, sums, add, difference).item().unwrap(), want);
    }
    let kept = da::reduction(&x, da::axes(..).keepdims(), sums, add, difference);
    assert_eq!(kept.shape().unwrap(), [1, 1]);
    with_executor(Arc::new(Sent), || {
        assert_eq!(kept.compute().unwrap()[[0, 0]], want);
        let closure =
            da::reduction(&x, .., |x, _| x.to_owned(), |x: ArrayViewD<'_, f64>, _| x.to_owned(), difference);
        let error = closure.compute().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    });
}

fn largest(x: ArrayViewD<'_, i64>, axes: &[usize]) -> ArrayD<i64> {
    let along = Axis(axes[0]);
    x.map_axis(along, |lane| *lane.iter().max().unwrap()).insert_axis(along)
}

#[test]
fn along_one_axis() {
    let x = da::arange(12).reshape([3, 4]).chunks([2, 3]);
    assert_eq!(
        da::reduction(&x, 0, largest, largest, largest).compute().unwrap(),
        x.max(0).compute().unwrap()
    );
    assert_eq!(
        da::reduction(&x, -1, largest, largest, largest).compute().unwrap(),
        x.max(-1).compute().unwrap()
    );
}
