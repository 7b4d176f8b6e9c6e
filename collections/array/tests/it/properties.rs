//! Chunkings never change values.

use ndarray::{ArrayD, Axis, IxDyn};
use proptest::prelude::*;
use swath_array::{self as da, Array, Index, Indices};

pub(crate) fn numbers(shape: &[usize]) -> ArrayD<i64> {
    let n = shape.iter().product::<usize>() as i64;
    ArrayD::from_shape_vec(IxDyn(shape), (0..n).map(|i| (i * 37 + 11) % 101).collect()).unwrap()
}

/// Lengths that add up to `n`.
pub(crate) fn cuts(n: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..=n.max(1), 1..4).prop_map(move |sizes| {
        let mut left = n;
        let mut out = Vec::new();
        for size in sizes {
            let size = size.min(left);
            if size > 0 {
                out.push(size);
                left -= size;
            }
        }
        if left > 0 || out.is_empty() {
            out.push(left);
        }
        out
    })
}

pub(crate) fn shape_and_cuts() -> impl Strategy<Value = (Vec<usize>, Vec<Vec<usize>>, Vec<Vec<usize>>)> {
    prop::collection::vec(1usize..7, 1..4).prop_flat_map(|shape| {
        let one: Vec<_> = shape.iter().map(|n| cuts(*n)).collect();
        let two: Vec<_> = shape.iter().map(|n| cuts(*n)).collect();
        (Just(shape), one, two)
    })
}

pub(crate) fn source(shape: &[usize], chunks: &[Vec<usize>]) -> Array<i64> {
    // Persisted, so that new chunks cannot simply be read.
    da::from_ndarray(numbers(shape)).chunks(chunks.to_vec()).persist().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rechunked_arrays_are_equal((shape, from, to) in shape_and_cuts()) {
        let x = source(&shape, &from).rechunk(to.clone());
        prop_assert_eq!(x.chunk_sizes().unwrap(), to);
        prop_assert_eq!(x.compute().unwrap(), numbers(&shape));
    }

    #[test]
    fn reshaped_arrays_are_equal((shape, from, _) in shape_and_cuts(), seed in 0usize..1000) {
        let n: usize = shape.iter().product();
        let mut wanted = Vec::new();
        let (mut left, mut seed) = (n, seed);
        while left > 1 {
            let divisors: Vec<usize> = (2..=left).filter(|d| left % d == 0).collect();
            let d = divisors[seed % divisors.len()];
            seed /= 3;
            wanted.push(d);
            left /= d;
        }
        let x = source(&shape, &from).reshape(wanted.clone());
        let want = numbers(&shape).into_shape_with_order(IxDyn(&wanted)).unwrap();
        prop_assert_eq!(x.compute().unwrap(), want);
    }

    #[test]
    fn slices_are_numpys(
        (shape, from, to) in shape_and_cuts(),
        bounds in prop::collection::vec((prop::option::of(-8isize..8), prop::option::of(-8isize..8), 1isize..4), 3),
    ) {
        let items: Vec<Index> = shape
            .iter()
            .zip(&bounds)
            .map(|(_, (start, stop, step))| Index::Slice { start: *start, stop: *stop, step: *step })
            .collect();
        let mut want = numbers(&shape);
        for (axis, (start, stop, step)) in bounds.iter().take(shape.len()).enumerate() {
            let n = shape[axis] as isize;
            let clamp = |i: isize| (if i < 0 { i + n } else { i }).clamp(0, n);
            let (a, b) = (start.map_or(0, clamp), stop.map_or(n, clamp));
            let picked: Vec<usize> = (a..b.max(a)).step_by(*step as usize).map(|i| i as usize).collect();
            want = want.select(Axis(axis), &picked);
        }
        let x = source(&shape, &from);
        prop_assert_eq!(x.slice(Indices(items.clone())).compute().unwrap(), want.clone());
        // Through arithmetic and other chunks, where slices are pushed.
        let pushed = ((x.rechunk(to) + 1).t() - 1).t().slice(Indices(items));
        prop_assert_eq!(pushed.compute().unwrap(), want);
    }

    #[test]
    fn reductions_do_not_depend_on_chunks((shape, from, _) in shape_and_cuts(), axis in 0usize..3) {
        let axis = axis % shape.len();
        let x = source(&shape, &from);
        prop_assert_eq!(x.sum(axis).compute().unwrap(), numbers(&shape).sum_axis(Axis(axis)));
        let largest = numbers(&shape).map_axis(Axis(axis), |l| {
            let top = l.iter().max().unwrap();
            l.iter().position(|v| v == top).unwrap() as i64
        });
        prop_assert_eq!(x.argmax(axis).compute().unwrap(), largest);
        let flat = numbers(&shape);
        let top = flat.iter().position(|v| v == flat.iter().max().unwrap()).unwrap() as i64;
        prop_assert_eq!(x.argmax(..).item().unwrap(), top);
    }
}
