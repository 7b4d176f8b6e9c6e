//! Searching, counting, selecting and running sums: what comes out does not depend on how the array is cut.

use ndarray::{ArrayD, Axis};
use proptest::prelude::*;
use swath_array::{
    self as da, Array, BincountOptions, Bins, HistogramOptions, Index, Indices, Quantiles, Side, s,
};

use crate::properties::{numbers, shape_and_cuts, source};

/// Every function over the array, computed.
fn everything(x: &Array<i64>, axis: usize) -> Vec<ArrayD<f64>> {
    let along = axis as isize;
    let f = |a: Array<i64>| a.astype::<f64>();
    let threshold = x.gt(40);
    let line: Array<bool> =
        threshold.moveaxis(along, 0).reshape([x.shape().unwrap()[axis] as isize, -1]).any(1);
    let (counts, edges) = da::histogram(x, 5, &HistogramOptions::default());
    let found = x.unique();
    let flat = x.ravel();
    let mut all = vec![
        f(x.cumsum(along)),
        f(x.cummax(along)),
        f(x.diff(1, along)),
        f(x.sort(along)),
        f(x.argsort(along)),
        f(x.topk(3, along)),
        f(x.argtopk(-2, along)),
        x.median(axis),
        x.quantile(Quantiles::from([0.1, 0.8]), ..),
        x.moment(3, axis),
        f(x.mask(&threshold)),
        f(x.compress(line, along)),
        f(x.flatnonzero()),
        f(x.argwhere()),
        f(found.values()),
        f(found.index()),
        f(found.inverse()),
        f(found.counts()),
        x.isin(da::array(vec![11i64, 48, 85, 3]).chunks(3)).astype(),
        f(flat.sort(0).rechunk(3).searchsorted(x, Side::Right)),
        f(da::digitize(x, da::array(vec![90i64, 50, 20]), true)),
        f(da::bincount(&flat, &BincountOptions::default().minlength(120))),
        counts,
        edges,
        f(x.repeat(2, along)),
        f(x.take_along_axis(x.argsort(along), along)),
        f(x.take_at(da::array(vec![0i64, -1, 0]), along)),
        f(x.trace_or_sum()),
        da::histogram(&flat, Bins::Edges(vec![0.0, 10.0, 50.0]), &HistogramOptions::default().density()).0,
    ];
    if x.shape().unwrap()[axis] > 1 {
        all.push(x.gradient(0.5, along));
    }
    all.iter().enumerate().map(|(i, a)| a.compute().unwrap_or_else(|e| panic!("function {i}: {e}"))).collect()
}

/// Equal but for the order in which floats are added.
fn close(a: &ArrayD<f64>, b: &ArrayD<f64>) -> bool {
    let near = |(a, b): (&f64, &f64)| {
        a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * b.abs().max(1e-3)
    };
    a.shape() == b.shape() && a.iter().zip(b).all(near)
}

/// The trace where there are two axes.
trait TraceOrSum {
    fn trace_or_sum(&self) -> Array<i64>;
}

impl TraceOrSum for Array<i64> {
    fn trace_or_sum(&self) -> Array<i64> {
        if self.ndim().unwrap() > 1 { self.trace(0, 0, 1) } else { self.sum(..) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn functions_do_not_depend_on_chunks((shape, from, _) in shape_and_cuts(), axis in 0usize..3) {
        let axis = axis % shape.len();
        let whole: Vec<Vec<usize>> = shape.iter().map(|n| vec![*n]).collect();
        let want = everything(&source(&shape, &whole), axis);
        let got = everything(&source(&shape, &from), axis);
        for (i, (got, want)) in got.iter().zip(&want).enumerate() {
            prop_assert!(close(got, want), "function {} over {:?}: {:?} and not {:?}", i, &from, got, want);
        }
    }

    #[test]
    fn points_and_assignments_are_ndarrays((shape, from, to) in shape_and_cuts(), seed in 0usize..1000) {
        let x = source(&shape, &from);
        let plain = numbers(&shape);
        // Points along all axes.
        let at: Vec<Vec<isize>> =
            shape.iter().enumerate().map(|(a, n)| (0..9).map(|i| ((seed + i * (a + 3)) % n) as isize).collect()).collect();
        let want: Vec<i64> =
            (0..9).map(|i| plain[at.iter().map(|l| l[i] as usize).collect::<Vec<_>>().as_slice()]).collect();
        let items = at.iter().map(|l| Index::List(l.clone())).collect();
        prop_assert_eq!(x.vindex(Indices(items)).compute().unwrap().into_raw_vec_and_offset().0, want);
        // A list along the first axis set to numbers cut elsewhere, of which the last of equal positions counts.
        let list = &at[0];
        let mut value_shape = shape.clone();
        value_shape[0] = list.len();
        let values = -&da::from_ndarray(numbers(&value_shape)).chunks(2);
        let mut want = plain.clone();
        for (i, p) in list.iter().enumerate() {
            let row = numbers(&value_shape).index_axis(Axis(0), i).mapv(|v| -v);
            want.index_axis_mut(Axis(0), *p as usize).assign(&row);
        }
        prop_assert_eq!(x.set(Indices(vec![Index::List(list.clone())]), values).compute().unwrap(), want);
        // A slice set to a number, seen through other chunks.
        let step = (seed % 3 + 1) as isize;
        let mut want = plain.clone();
        want.slice_axis_inplace(Axis(0), ndarray::Slice::new(0, None, step));
        let slice = Indices(vec![Index::Slice { start: None, stop: None, step }]);
        let set = x.rechunk(to).set(slice.clone(), -5);
        prop_assert_eq!(set.slice(slice).compute().unwrap(), want.mapv(|_| -5));
        prop_assert_eq!((set.sum(..).item().unwrap() - plain.sum()) + want.sum(), -5 * want.len() as i64);
    }

    #[test]
    fn blocks_are_those_of_the_grid((shape, from, _) in shape_and_cuts()) {
        let x = source(&shape, &from);
        let n = from[0].len();
        let last: usize = from[0][n - 1];
        let want = numbers(&shape).slice_axis(Axis(0), ndarray::Slice::from(shape[0] - last..)).to_owned();
        prop_assert_eq!(x.blocks(s![-1]).compute().unwrap(), want);
        let order: Vec<isize> = (0..n as isize).rev().collect();
        prop_assert_eq!(x.blocks(Indices(vec![Index::List(order)])).sum(..).item().unwrap(), numbers(&shape).sum());
    }
}

#[test]
fn running_sums_over_many_chunks() {
    // More chunks than two levels of groups hold.
    let n = 1000i64;
    let x = da::arange(n).chunks(3);
    let sums = x.cumsum(0).compute().unwrap();
    assert!(sums.iter().zip(0..n).all(|(sum, i)| *sum == i * (i + 1) / 2));
    let wide = da::ones([600, 2]).chunks([1, 1]).cumsum(0);
    assert_eq!(wide.slice(s![-1]).compute().unwrap().into_raw_vec_and_offset().0, [600.0, 600.0]);
    let smallest = (-&x).cummin(0).compute().unwrap();
    assert!(smallest.iter().zip(0..n).all(|(v, i)| *v == -i));
}

#[test]
fn unknown_lengths_go_on() {
    let x = da::arange(20).chunks(6);
    let odd = x.mask((&x % 2).eq_(1));
    assert_eq!((&odd * 2 + &odd).sum(..).item().unwrap(), 300);
    assert_eq!(odd.cumsum(0).compute().unwrap()[9], 100);
    assert_eq!(odd.mask(odd.gt(10)).compute().unwrap().into_raw_vec_and_offset().0, [11, 13, 15, 17, 19]);
    assert_eq!(odd.unique().values().compute().unwrap().len(), 10);
    let joined = da::concatenate(&[odd.clone(), x.clone()], 0);
    assert_eq!(joined.compute().unwrap().len(), 30);
    let known = odd.compute_chunk_sizes().unwrap();
    assert_eq!(known.chunk_sizes().unwrap(), [[3, 3, 3, 1]]);
    assert_eq!(known.slice(s![-2..]).compute().unwrap().into_raw_vec_and_offset().0, [17, 19]);
    // Nothing at all is selected.
    let none = x.mask(x.gt(100));
    assert_eq!(none.compute().unwrap().len(), 0);
    assert_eq!(none.sum(..).item().unwrap(), 0);
    assert_eq!(none.unique().values().compute().unwrap().len(), 0);
}

#[test]
fn empty_arrays_and_scalars() {
    let none = da::zeros([0, 3]);
    assert_eq!(none.cumsum(0).compute().unwrap().shape(), [0, 3]);
    assert_eq!(none.sort(0).compute().unwrap().shape(), [0, 3]);
    assert_eq!(none.topk(2, 0).compute().unwrap().shape(), [0, 3]);
    assert_eq!(none.flatnonzero().compute().unwrap().shape(), [0]);
    assert_eq!(none.unique().counts().compute().unwrap().shape(), [0]);
    assert_eq!(none.mask(none.gt(0.0)).compute().unwrap().shape(), [0]);
    assert_eq!(none.repeat(2, 0).compute().unwrap().shape(), [0, 3]);
    assert!(none.median(0).compute().unwrap().iter().all(|v| v.is_nan()));
    let (counts, edges) = da::histogram(&none, 2, &HistogramOptions::default());
    assert_eq!(counts.compute().unwrap().sum(), 0.0);
    assert_eq!(edges.compute().unwrap().as_slice(), Some(&[0.0, 0.5, 1.0][..]));
    let one = da::full((), 3.0);
    assert!(one.isin(da::array(vec![3.0])).item().unwrap());
    assert_eq!(da::digitize(&one, da::array(vec![1.0, 2.0, 4.0]), false).item().unwrap(), 2);
    assert_eq!(da::array(vec![1.0, 2.0, 4.0]).searchsorted(&one, Side::Left).item().unwrap(), 2);
    assert_eq!(da::histogram(&one, 1, &HistogramOptions::default()).0.compute().unwrap()[0], 1.0);
    assert_eq!(one.unique().values().compute().unwrap()[0], 3.0);
}

#[test]
fn approximate_percentiles_are_near() {
    let x = da::random::default_rng(7).normal(0.0, 1.0, [200_000]).chunks(9_000);
    let q = [1.0, 25.0, 50.0, 90.0, 99.5];
    let near = da::percentile_approx(&x, q).compute().unwrap();
    let exact = x.percentile(q, 0).compute().unwrap();
    for (near, exact) in near.iter().zip(&exact) {
        let rank = x.lt(*near).mean(..).item().unwrap() - x.lt(*exact).mean(..).item().unwrap();
        assert!(rank.abs() < 0.002, "{near} for {exact}: off by {rank} of the elements");
    }
}
