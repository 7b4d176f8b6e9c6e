//! Overlapping chunks against NumPy's answers over several chunkings; windows; functions along labelled axes.

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn, array};
use serde_json::Value;
use swath_array::overlap::{self, Boundary, Overlap};
use swath_array::{self as da, Array, BlockInfo};
use swath_error::ErrorKind;

const CASES: &str = include_str!("../oracle/overlap.json");

fn list(v: &Value) -> Vec<usize> {
    v.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

fn input(shape: &[usize]) -> Array<i64> {
    let n: usize = shape.iter().product();
    let shape: Vec<isize> = shape.iter().map(|n| *n as isize).collect();
    da::array((0..n as i64).map(|i| (i * 7 + 3) % 11).collect()).reshape(shape)
}

fn boundary(v: &Value) -> Boundary {
    match v.as_str() {
        Some("none") => Boundary::None,
        Some("periodic") => Boundary::Periodic,
        Some("reflect") => Boundary::Reflect,
        Some("nearest") => Boundary::Nearest,
        Some(other) => panic!("{other}"),
        None => Boundary::constant(v.as_i64().unwrap()),
    }
}

/// The sums over windows within a chunk; what lies beyond it counts as nothing.
fn window_sums(chunk: &ArrayViewD<'_, i64>, depth: &[(usize, usize)]) -> ArrayD<i64> {
    ArrayD::from_shape_fn(IxDyn(chunk.shape()), |at| {
        let mut near = chunk.view();
        for (axis, (before, after)) in depth.iter().enumerate() {
            let (low, high) =
                (at[axis].saturating_sub(*before), (at[axis] + after + 1).min(chunk.shape()[axis]));
            near.slice_axis_inplace(Axis(axis), ndarray::Slice::from(low..high));
        }
        near.sum()
    })
}

#[test]
fn neighbourhoods_are_numpys_whatever_the_chunks() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 90);
    for case in &cases {
        let shape = list(&case["shape"]);
        let depth: Vec<(usize, usize)> =
            case["depth"].as_array().unwrap().iter().map(list).map(|d| (d[0], d[1])).collect();
        let boundaries: Vec<Boundary> = case["boundary"].as_array().unwrap().iter().map(boundary).collect();
        let want: Vec<i64> = case["sums"].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
        for size in [100, 3, 2, 1] {
            let how = Overlap::new(depth.clone()).boundaries(boundaries.clone());
            let (x, depth) = (input(&shape).chunks(size), depth.clone());
            let sums = x.map_overlap(how, move |chunk, _| window_sums(&chunk, &depth));
            assert_eq!(sums.chunk_sizes().unwrap(), x.chunk_sizes().unwrap());
            let got: Vec<i64> = sums.compute().unwrap().iter().copied().collect();
            assert_eq!(got, want, "{case} chunks {size}");
        }
    }
}

#[test]
fn overlapping_and_back() {
    let x = input(&[7, 5]).chunks([3, 2]);
    for how in [Overlap::new([1, 0]), Overlap::new([(2, 1), (0, 1)]).boundary(Boundary::Nearest)] {
        let wide = overlap::overlap(&x, how.clone());
        assert!(wide.size().unwrap() > x.size().unwrap());
        assert_eq!(overlap::trim_internal(&wide, how).compute().unwrap(), x.compute().unwrap());
    }
    let wide =
        overlap::overlap(&da::arange(4).chunks(2), Overlap::new(1).boundary(Boundary::constant(-1i64)));
    assert_eq!(wide.compute().unwrap().as_slice(), Some(&[-1, 0, 1, 2, 1, 2, 3, -1][..]));
}

#[test]
fn several_arrays_and_other_shapes() {
    let (a, b) = (da::arange(6).chunks(2), da::arange(6).chunks(3) * 10);
    let sums = da::map_overlap(&[a.clone(), b], Overlap::new(1).boundary(Boundary::Periodic), |chunks, _| {
        &chunks[0] + &chunks[1]
    });
    assert_eq!(sums.compute().unwrap().as_slice(), Some(&[0, 11, 22, 33, 44, 55][..]));
    // Each chunk as the sum of what it sees.
    let how = Overlap::new(1).chunks(vec![vec![1; 3]]);
    let seen = a.map_overlap(how, |chunk, _| ndarray::arr1(&[chunk.sum()]).into_dyn());
    assert_eq!(seen.compute().unwrap().as_slice(), Some(&[3, 10, 12][..]));
    let untrimmed = a.map_overlap(Overlap::new(1).trim(false), |chunk, _| chunk.to_owned());
    assert_eq!(untrimmed.chunk_sizes().unwrap(), [[3, 4, 3]]);
}

#[test]
fn mistakes() {
    let x = da::arange(6).chunks(2);
    let same = |chunk: ArrayViewD<'_, i64>, _: &BlockInfo| chunk.to_owned();
    let kind = |x: Array<i64>| x.error().map(swath_error::Error::kind);
    let argument = Some(ErrorKind::InvalidArgument);
    assert_eq!(kind(x.map_overlap([1, 1], same)), argument);
    assert_eq!(kind(x.map_overlap(Overlap::new(7).boundary(Boundary::Reflect), same)), argument);
    let far = Overlap::new(usize::MAX).boundary(Boundary::constant(0));
    assert_eq!(kind(x.map_overlap(far, same)), argument);
    assert_eq!(kind(x.map_overlap(Overlap::new(3).allow_small_chunks(false), same)), argument);
    assert_eq!(kind(da::sliding_window_view(&x, 7, 0)), argument);
    assert_eq!(kind(da::sliding_window_view(&x, 0, 0)), argument);
    assert_eq!(kind(da::sliding_window_view(&x, [2, 2], 0)), argument);
    let error = x.map_overlap(1, |chunk, _| chunk.slice(ndarray::s![1..]).to_owned().into_dyn()).compute();
    assert_eq!(error.map(|_| ()).unwrap_err().kind(), ErrorKind::ShapeMismatch);
}

#[test]
fn windows_are_numpys() {
    // numpy.lib.stride_tricks.sliding_window_view(x, (2, 3), (1, 0))
    let x = input(&[6, 5]);
    let whole = x.compute().unwrap();
    for size in [10, 4, 3, 2, 1] {
        let w = da::sliding_window_view(&x.chunks(size), [2, 3], [1, 0]);
        assert_eq!(w.shape().unwrap(), [4, 4, 2, 3]);
        let got = w.compute().unwrap();
        for (at, v) in got.indexed_iter() {
            assert_eq!(*v, whole[[at[0] + at[3], at[1] + at[2]]], "{at:?}");
        }
        assert_eq!(
            (w.sum([2, 3]) * 2).compute().unwrap()[[1, 2]],
            got.slice(ndarray::s![1, 2, .., ..]).sum() * 2
        );
    }
    assert_eq!(
        da::sliding_window_view(&da::arange(5), 5, ..).compute().unwrap(),
        array![[0, 1, 2, 3, 4]].into_dyn()
    );
    let twice = da::sliding_window_view(&da::arange(6).chunks(4), [2, 3], [0, 0]);
    assert_eq!(twice.shape().unwrap(), [3, 2, 3]);
    assert_eq!(twice.compute().unwrap()[[2, 1, 2]], 5);
    let none = da::sliding_window_view(&da::zeros([0, 3]), 1, 0);
    assert_eq!(none.error().map(swath_error::Error::kind), Some(ErrorKind::InvalidArgument));
}

#[test]
fn labelled_functions() {
    let (a, b) = (input(&[4, 6]), input(&[6, 5]));
    let want = a.matmul(&b).compute().unwrap();
    for (rows, inner, columns) in [(4, 6, 5), (2, 4, 3), (1, 1, 1)] {
        let (a, b) = (a.chunks([rows, inner]), b.chunks([inner, columns]));
        let flat = |v: &ArrayViewD<'_, i64>| v.to_owned().into_dimensionality::<ndarray::Ix2>().unwrap();
        let joined = da::blockwise("ij,jk->ik", &[&a, &b])
            .call(move |chunks, _| flat(&chunks[0]).dot(&flat(&chunks[1])).into_dyn());
        assert_eq!(joined.compute().unwrap(), want);
        let listed = da::blockwise("ij, jk -> ik", &[&a, &b]).call_lists(move |lists, _| {
            let pairs = lists[0].iter().zip(&lists[1]);
            pairs.map(|(a, b)| flat(a).dot(&flat(b)).into_dyn()).reduce(|a, b| a + b).unwrap()
        });
        assert_eq!(listed.compute().unwrap(), want);
    }
    let x = da::arange(6).chunks(4);
    let twice = da::blockwise("i->i", &[&x])
        .adjust_chunks('i', |n| 2 * n)
        .call(|chunks, _| ndarray::concatenate(Axis(0), &[chunks[0].view(), chunks[0].view()]).unwrap());
    assert_eq!(twice.chunk_sizes().unwrap(), [[8, 4]]);
    assert_eq!(twice.compute().unwrap().as_slice(), Some(&[0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 4, 5][..]));
    let powers = da::blockwise("i->pi", &[&x])
        .new_axis('p', [1, 1])
        .call(|chunks, info| chunks[0].mapv(|v| v.pow(info.block[0] as u32)).insert_axis(Axis(0)));
    assert_eq!(powers.compute().unwrap(), array![[1, 1, 1, 1, 1, 1], [0, 1, 2, 3, 4, 5]].into_dyn());
    // Axes of length 1 broadcast.
    let column = da::arange(3).reshape([3, 1]).chunks([2, 1]);
    let table = da::blockwise("ij,j->ij", &[&column, &x]).call(|chunks, _| &chunks[0] * &chunks[1]);
    assert_eq!(table.compute().unwrap().row_sums(), [0, 15, 30]);
}

trait RowSums {
    fn row_sums(&self) -> Vec<i64>;
}

impl RowSums for ArrayD<i64> {
    fn row_sums(&self) -> Vec<i64> {
        self.sum_axis(Axis(1)).into_iter().collect()
    }
}

#[test]
fn labels_that_do_not_fit() {
    let x = da::arange(6).chunks(2);
    let first = |chunks: &[ArrayViewD<'_, i64>], _: &BlockInfo| chunks[0].to_owned();
    let kind = |labels: &str| {
        let made: Array<i64> = da::blockwise(labels, &[&x]).call(first);
        made.error().map(swath_error::Error::kind)
    };
    for labels in ["i", "i,j->i", "i->ii", "i->k", "1->1"] {
        assert_eq!(kind(labels), Some(ErrorKind::InvalidArgument), "{labels}");
    }
    assert_eq!(kind("ij->ij"), Some(ErrorKind::ShapeMismatch));
    let y = da::arange(5);
    let made: Array<i64> = da::blockwise("i,i->i", &[&x, &y]).call(first);
    assert_eq!(made.error().map(swath_error::Error::kind), Some(ErrorKind::ShapeMismatch));
}

#[test]
fn lines_along_an_axis() {
    let x = input(&[3, 4, 5]).chunks(2);
    let whole = x.compute().unwrap();
    let sums = x.apply_along_axis(1, (), |line| ndarray::arr0(line.sum()).into_dyn());
    assert_eq!(sums.compute().unwrap(), whole.sum_axis(Axis(1)));
    for axis in [0isize, 1, -1] {
        let n = whole.shape()[axis.rem_euclid(3) as usize];
        let reversed = x.apply_along_axis(axis, n, |line| {
            line.iter().rev().copied().collect::<ndarray::Array1<_>>().into_dyn()
        });
        assert_eq!(reversed.compute().unwrap(), x.flip(axis).compute().unwrap());
    }
    // numpy.apply_along_axis puts the function's axes in the place of the line.
    let pairs = x.apply_along_axis(1, [2, 3], |line| ArrayD::from_elem(IxDyn(&[2, 3]), line[0]));
    assert_eq!(pairs.shape().unwrap(), [3, 2, 3, 5]);
    assert_eq!(pairs.compute().unwrap()[[2, 1, 1, 3]], whole[[2, 0, 3]]);
    let wrong = x.apply_along_axis(1, 2, |line| line.to_owned().into_dyn()).compute();
    assert_eq!(wrong.map(|_| ()).unwrap_err().kind(), ErrorKind::ShapeMismatch);
}

#[test]
fn core_dimensions() {
    let (a, b) = (input(&[2, 3, 4]), input(&[3, 4]));
    let want = (&a * &b).sum(-1).compute().unwrap();
    for size in [10, 2, 1] {
        let (a, b) = (a.chunks(size), b.chunks(size));
        let dots = da::apply_gufunc("(i),(i)->()", &[&a, &b], &[], |chunks| {
            let product = &chunks[0] * &chunks[1];
            vec![product.sum_axis(Axis(product.ndim() - 1))]
        });
        assert_eq!(dots[0].compute().unwrap(), want);
        let both = da::apply_gufunc("(row,col)->(col),(extra)", &[&a], &[("extra", 2)], |chunks| {
            let first = chunks[0].index_axis(Axis(chunks[0].ndim() - 2), 0).to_owned();
            let shape: Vec<usize> =
                chunks[0].shape()[..chunks[0].ndim() - 2].iter().copied().chain([2]).collect();
            vec![first, ArrayD::from_elem(IxDyn(&shape), 7)]
        });
        assert_eq!(both[0].compute().unwrap(), a.slice(da::s![.., 0, ..]).compute().unwrap());
        assert_eq!(both[1].compute().unwrap(), ArrayD::from_elem(IxDyn(&[2, 2]), 7));
    }
    for (signature, arrays) in [("(i->()", 1), ("i->i", 1), ("(i)", 1), ("(i)->(j)", 1), ("(i),(i)->()", 1)] {
        let made: Vec<Array<i64>> = da::apply_gufunc(signature, &vec![&a; arrays], &[], |_| Vec::new());
        assert_eq!(
            made[0].error().map(swath_error::Error::kind),
            Some(ErrorKind::InvalidArgument),
            "{signature}"
        );
    }
}
