//! What is refused, and how the message names it.

use swath_array::stats::{self, Frequencies};
use swath_array::{
    self as da, BincountOptions, Bins, CovOptions, DiffEnds, HistogramOptions, IndexMode, Side, s,
};
use swath_error::{Error, ErrorKind};

fn refused(error: Option<&Error>, kind: ErrorKind, part: &str) {
    let error = error.unwrap();
    assert!(error.kind() == kind && error.message().contains(part), "{error:?} lacks {part}");
}

#[test]
fn sizes_that_are_not_known() {
    let x = da::arange(9).chunks(4);
    let some = x.mask(x.gt(3));
    for error in [
        some.slice(s![1..]).error(),
        some.reshape([2, 2]).error(),
        some.topk(2, 0).error(),
        some.sort(0).error(),
        some.median(0).error(),
        some.flatnonzero().error(),
        some.set(0, 1).error(),
        some.vindex(s![[0, 1]]).error(),
    ] {
        refused(error, ErrorKind::Unsupported, "chunk sizes");
        assert!(error.unwrap().help().unwrap().contains("compute_chunk_sizes()"));
    }
    refused((&some + &x).error(), ErrorKind::Unsupported, "chunk sizes");
}

#[test]
fn shapes_and_types_that_do_not_fit() {
    let x = da::arange(12).reshape([3, 4]);
    let m = da::array(vec![true, false]);
    refused(x.mask(&m).error(), ErrorKind::ShapeMismatch, "boolean index did not match");
    refused(x.mask(&x).error(), ErrorKind::TypeMismatch, "a mask is boolean");
    refused(x.vindex(s![[0, 1], [0, 1, 2]]).error(), ErrorKind::ShapeMismatch, "differ in number");
    refused(x.vindex(s![[0, 9]]).error(), ErrorKind::InvalidArgument, "index 9 is out of bounds for axis 0");
    refused(x.set(s![0..2], da::arange(3)).error(), ErrorKind::ShapeMismatch, "broadcast");
    refused(x.set(s![7], 0).error(), ErrorKind::InvalidArgument, "out of bounds");
    refused(x.set_where(x.gt(1), da::arange(5)).error(), ErrorKind::ShapeMismatch, "broadcast");
    refused(x.quantile(1.5, 0).error(), ErrorKind::InvalidArgument, "0 to 1");
    refused(x.topk(0, 0).error(), ErrorKind::InvalidArgument, "k must not be 0");
    refused(x.cumsum(2).error(), ErrorKind::InvalidArgument, "axis 2 is out of bounds");
    refused(x.searchsorted(1, Side::Left).error(), ErrorKind::ShapeMismatch, "one axis");
    refused(x.sum(da::axes(0).split_every(1)).error(), ErrorKind::InvalidArgument, "split_every");
    refused(x.moment(-1, 0).error(), ErrorKind::InvalidArgument, "order of a moment");
    refused(x.trace(0, 1, 1).error(), ErrorKind::InvalidArgument, "cannot be the same");
    refused(x.gradient(vec![1.0, 2.0], 0).error(), ErrorKind::ShapeMismatch, "2 coordinates");
    refused(
        x.average(.., da::array(vec![1.0; 4])).error(),
        ErrorKind::ShapeMismatch,
        "axis must be specified",
    );
    refused(da::bincount(&x, &BincountOptions::default()).error(), ErrorKind::ShapeMismatch, "too deep");
    refused(
        x.as_dyn().cov(&CovOptions::default().weights(&m)).error(),
        ErrorKind::ShapeMismatch,
        "observations",
    );
    let falling = Bins::Edges(vec![3.0, 1.0]);
    let (counts, edges) = da::histogram(&x, falling, &HistogramOptions::default());
    refused(counts.error(), ErrorKind::InvalidArgument, "increase monotonically");
    refused(edges.error(), ErrorKind::InvalidArgument, "increase monotonically");
    let z = x.astype::<num_complex::Complex64>();
    for error in [z.topk(1, 0).error(), z.as_dyn().median(0).error(), z.cummax(0).error()] {
        refused(error, ErrorKind::TypeMismatch, "complex");
    }
    let coarse: da::Array<i64> = x.coarsen(da::ReduceOp::Sum, &[(0, 2)], false);
    refused(coarse.error(), ErrorKind::ShapeMismatch, "no multiple of 2");
    refused(x.blocks(s![3]).error(), ErrorKind::InvalidArgument, "out of bounds");
}

#[test]
fn positions_and_ends_that_do_not_fit() {
    let x = da::arange(12).reshape([3, 4]);
    let ends = |values| DiffEnds::default().append(values);
    let found = x.diff_with(1, 0, &ends(da::arange(4).into_dyn()));
    refused(found.error(), ErrorKind::ShapeMismatch, "dimensions must match");
    let found = x.diff_with(1, 1, &ends(da::zeros_as::<i64>([4, 1]).into_dyn()));
    refused(found.error(), ErrorKind::ShapeMismatch, "must match");
    let found = x.diff_with(1, 1, &DiffEnds::default().prepend(0.5));
    refused(found.error(), ErrorKind::TypeMismatch, "are float64");
    let found = x.astype::<u8>().diff_with(1, 1, &DiffEnds::default().prepend(300));
    refused(found.error(), ErrorKind::InvalidArgument, "out of bounds");
    let found = da::ravel_multi_index(&[da::arange(3)], [3, 4], IndexMode::Raise);
    refused(found.error(), ErrorKind::InvalidArgument, "positions along 1 axes");
    let found = da::ravel_multi_index(&[da::zeros([2])], [3], IndexMode::Clip);
    refused(found.error(), ErrorKind::TypeMismatch, "int indices");
    let found = da::ravel_multi_index(&[&x, &x].map(Clone::clone), [1usize << 40, 1 << 40], IndexMode::Clip);
    refused(found.error(), ErrorKind::InvalidArgument, "maximum possible size");
    let found = da::unravel_index(&da::zeros([2]), [3, 4]);
    assert_eq!(found.len(), 2);
    refused(found[1].error(), ErrorKind::TypeMismatch, "int indices");
    let found = da::choose(&da::zeros([2]), &[da::arange(2)], IndexMode::Wrap);
    refused(found.error(), ErrorKind::TypeMismatch, "int indices");
    let found = da::choose(&x, &[] as &[da::Array<i64>], IndexMode::Wrap);
    refused(found.error(), ErrorKind::InvalidArgument, "at least one array");
    let (rows, columns) = da::tril_indices_from(&da::arange(3), 0);
    refused(rows.error(), ErrorKind::InvalidArgument, "must be 2-d");
    refused(columns.error(), ErrorKind::InvalidArgument, "must be 2-d");
    let (rows, _) = da::triu_indices(1 << 40, 0, None);
    refused(rows.error(), ErrorKind::InvalidArgument, "Maximum allowed size");
}

#[test]
fn statistics_of_what_they_are_not_for() {
    let x = da::arange(12).reshape([3, 4]).chunks(2);
    let z = x.astype::<num_complex::Complex64>();
    refused(stats::skew(&z, 0, true).error(), ErrorKind::TypeMismatch, "complex128");
    refused(stats::skewtest(&x, 0).statistic.error(), ErrorKind::InvalidArgument, "less than 8");
    refused(stats::normaltest(&x, 1).pvalue.error(), ErrorKind::InvalidArgument, "less than 8");
    refused(stats::kurtosistest(&x, 1).pvalue.error(), ErrorKind::InvalidArgument, "less than 5");
    refused(
        stats::f_oneway(std::slice::from_ref(&x), 0).pvalue.error(),
        ErrorKind::InvalidArgument,
        "two groups",
    );
    refused(
        stats::kurtosis(&x, 2, true, true).error(),
        ErrorKind::InvalidArgument,
        "axis 2 is out of bounds",
    );
    let short = x.slice(..2);
    refused(stats::ttest_rel(&x, &short, 0).pvalue.error(), ErrorKind::ShapeMismatch, "cannot be paired");
    let expected = Frequencies::default().expected(da::arange(3));
    refused(stats::chisquare(&x, 0, &expected).pvalue.error(), ErrorKind::ShapeMismatch, "broadcast");
    let some = da::arange(9).chunks(4);
    let some = some.mask(some.gt(3));
    refused(stats::skew(&some, 0, true).error(), ErrorKind::Unsupported, "chunk sizes");
    // The line of the call is in the error.
    assert!(stats::skew(&x, 7, true).error().unwrap().to_string().contains("refusals.rs"));
}

#[test]
fn what_shows_only_when_it_is_met() {
    let x = da::arange(4).chunks(2);
    let outside = da::choose(&x, &[da::arange(4), da::arange(4)], IndexMode::Raise);
    let error = outside.compute();
    refused(error.as_ref().err(), ErrorKind::InvalidArgument, "invalid entry in choice array: 2");
    let outside = da::ravel_multi_index(&[&x - 1], [4], IndexMode::Raise).compute();
    refused(outside.as_ref().err(), ErrorKind::InvalidArgument, "invalid entry in coordinates array: -1");
    let outside = da::unravel_index(&x, [1, 3]).remove(0).compute();
    refused(outside.as_ref().err(), ErrorKind::InvalidArgument, "3 is not in 0..3");
    let nowhere = da::ravel_multi_index(&[x.clone(), x.clone()], [4, 0], IndexMode::Wrap).compute();
    refused(nowhere.as_ref().err(), ErrorKind::InvalidArgument, "is not in 0..0");
    let at = da::array(vec![0i64, 9]);
    refused(
        x.take_at(&at, 0).compute().as_ref().err(),
        ErrorKind::InvalidArgument,
        "index 9 is out of bounds",
    );
    // As i64 they would be -1.
    let beyond = da::array(vec![u64::MAX]);
    for picked in [x.take_at(&beyond, 0), x.take_along_axis(&beyond, 0)] {
        refused(picked.compute().as_ref().err(), ErrorKind::InvalidArgument, "is out of bounds");
    }
    let counted = da::bincount(&beyond, &BincountOptions::default()).compute();
    refused(counted.as_ref().err(), ErrorKind::InvalidArgument, "do not fit into memory");
    let negative = da::bincount(&(&x - 2), &BincountOptions::default());
    refused(negative.compute().as_ref().err(), ErrorKind::InvalidArgument, "negative");
    let short = da::bincount(&x, &BincountOptions::default().length(2));
    refused(short.compute().as_ref().err(), ErrorKind::InvalidArgument, "does not fit into 2 counts");
    let bins = da::array(vec![1i64, 3, 2]);
    refused(
        da::digitize(&x, bins, false).compute().as_ref().err(),
        ErrorKind::InvalidArgument,
        "monotonically",
    );
    let nan = da::array(vec![1.0, f64::NAN]);
    let (counts, _) = da::histogram(&nan, 3, &HistogramOptions::default());
    refused(counts.compute().as_ref().err(), ErrorKind::InvalidArgument, "not finite");
    let none = da::zeros([3]).mask(da::zeros([3]).gt(1.0));
    let missing = da::percentile_approx(&none, 50.0);
    refused(missing.compute().as_ref().err(), ErrorKind::InvalidArgument, "no elements");
}

#[test]
fn results_that_no_memory_holds_when_they_are_started() {
    // No result of 2^48 bytes has room; asking for it must not end the process.
    let started = da::zeros([1usize << 45]).start().wait();
    assert_eq!(started.unwrap_err().kind(), ErrorKind::OutOfMemory);
}
