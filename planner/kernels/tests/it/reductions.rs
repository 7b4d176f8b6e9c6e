//! Reductions against naive loops, over every set of axes, split into chunks in several ways.

use std::ops::Range;

use ndarray::{ArrayD, Axis, IxDyn};
use proptest::prelude::*;
use swath_block::{Chunk, DType, Element};
use swath_kernels::{
    BinaryOp, Origin, ProgramBuilder, ReduceOp, SliceIndex, combine, finalize, partial, partial_fused, slice,
    transpose,
};

/// Reduces the whole array chunk by chunk, every chunk `step` long along every axis.
fn reduce(op: ReduceOp, x: &Chunk, axes: &[usize], step: usize) -> swath_error::Result<Chunk> {
    let shape = x.shape().to_vec();
    let cuts: Vec<Vec<Range<usize>>> = shape
        .iter()
        .map(|n| (0..(*n).max(1)).step_by(step).map(|s| s..(s + step).min(*n)).collect())
        .collect();
    // Blocks with the same position along the kept axes are combined; the blocks of results are joined at the end.
    let kept: Vec<usize> = (0..shape.len()).filter(|a| !axes.contains(a)).collect();
    let kept_grid: Vec<usize> =
        (0..shape.len()).map(|a| if kept.contains(&a) { cuts[a].len() } else { 1 }).collect();
    let mut results = Vec::new();
    for kept_block in ndarray::indices(IxDyn(&kept_grid)) {
        let mut parts = Vec::new();
        let grid: Vec<usize> =
            (0..shape.len()).map(|a| if kept.contains(&a) { 1 } else { cuts[a].len() }).collect();
        for block in ndarray::indices(IxDyn(&grid)) {
            let region: Vec<Range<usize>> =
                (0..shape.len()).map(|a| cuts[a][kept_block[a] + block[a]].clone()).collect();
            let index: Vec<SliceIndex> = region.iter().map(|r| SliceIndex::range(r.start, r.end)).collect();
            let origin = Origin { offset: region.iter().map(|r| r.start).collect(), shape: shape.clone() };
            parts.push(partial(op, &slice(x, &index)?, axes, Some(&origin))?);
        }
        // A tree of pairs, as planners make it.
        while parts.len() > 1 {
            parts = parts.chunks(3).map(|c| combine(op, c.to_vec())).collect::<Result<_, _>>()?;
        }
        results.push(finalize(op, x.dtype(), parts.pop().unwrap(), axes, true)?);
    }
    let joined = swath_kernels::concat_grid(&kept_grid, &results)?;
    swath_kernels::squeeze(&joined, axes)
}

/// The lanes to be reduced, in row-major order of the kept axes.
fn lanes<T: Element>(x: &ArrayD<T>, axes: &[usize]) -> (Vec<usize>, Vec<Vec<T>>) {
    let kept: Vec<usize> = (0..x.ndim()).filter(|a| !axes.contains(a)).collect();
    let order: Vec<usize> = kept.iter().chain(axes).copied().collect();
    let shape: Vec<usize> = kept.iter().map(|a| x.len_of(Axis(*a))).collect();
    let n: usize = axes.iter().map(|a| x.len_of(Axis(*a))).product();
    let flat: Vec<T> = x.view().permuted_axes(order).iter().copied().collect();
    let cells: usize = shape.iter().product();
    (shape, (0..cells).map(|i| flat[i * n..(i + 1) * n].to_vec()).collect())
}

fn naive(op: ReduceOp, x: &[f64]) -> f64 {
    let present: Vec<f64> = x.iter().copied().filter(|v| !v.is_nan()).collect();
    let x = if op.skips_nan() { &present } else { x };
    let n = x.len() as f64;
    let sum = |v: &mut dyn Iterator<Item = f64>| v.fold(0.0, |a, b| a + b);
    let var = |ddof: i64| {
        let mean = sum(&mut x.iter().copied()) / n;
        sum(&mut x.iter().map(|v| (v - mean) * (v - mean))) / (n - ddof as f64).max(0.0)
    };
    let nan = x.iter().any(|v| v.is_nan());
    let best = |pick: fn(f64, f64) -> f64| {
        if nan || x.is_empty() { f64::NAN } else { x.iter().copied().reduce(pick).unwrap() }
    };
    match op {
        ReduceOp::Sum | ReduceOp::NanSum => sum(&mut x.iter().copied()),
        ReduceOp::Prod | ReduceOp::NanProd => x.iter().product(),
        ReduceOp::Min | ReduceOp::NanMin => best(f64::min),
        ReduceOp::Max | ReduceOp::NanMax => best(f64::max),
        ReduceOp::Mean | ReduceOp::NanMean => sum(&mut x.iter().copied()) / n,
        ReduceOp::Var { ddof } | ReduceOp::NanVar { ddof } => var(ddof),
        ReduceOp::Std { ddof } | ReduceOp::NanStd { ddof } => var(ddof).sqrt(),
        ReduceOp::CountNonzero => x.iter().filter(|v| **v != 0.0).count() as f64,
        ReduceOp::Any => f64::from(u8::from(x.iter().any(|v| *v != 0.0))),
        ReduceOp::All => f64::from(u8::from(x.iter().all(|v| *v != 0.0))),
        ReduceOp::ArgMin | ReduceOp::ArgMax => {
            let max = op == ReduceOp::ArgMax;
            let mut best = 0;
            for (i, v) in x.iter().enumerate() {
                let b = x[best];
                if !b.is_nan() && (v.is_nan() || if max { *v > b } else { *v < b }) {
                    best = i;
                }
            }
            best as f64
        }
        ReduceOp::NanArgMin | ReduceOp::NanArgMax => unreachable!("tested on their own"),
    }
}

const OPS: [ReduceOp; 19] = [
    ReduceOp::Sum,
    ReduceOp::NanSum,
    ReduceOp::Prod,
    ReduceOp::NanProd,
    ReduceOp::Min,
    ReduceOp::NanMin,
    ReduceOp::Max,
    ReduceOp::NanMax,
    ReduceOp::Mean,
    ReduceOp::NanMean,
    ReduceOp::Var { ddof: 0 },
    ReduceOp::NanVar { ddof: 1 },
    ReduceOp::Std { ddof: 1 },
    ReduceOp::NanStd { ddof: 0 },
    ReduceOp::CountNonzero,
    ReduceOp::Any,
    ReduceOp::All,
    ReduceOp::ArgMin,
    ReduceOp::ArgMax,
];

fn as_f64(c: &Chunk) -> Vec<f64> {
    let mut b = ProgramBuilder::new();
    let x = b.input(c.dtype());
    let y = b.cast(x, DType::F64);
    let out = b.finish(y).unwrap().eval(vec![c.clone()], c.shape()).unwrap();
    out.view::<f64>().unwrap().iter().copied().collect()
}

fn close(got: f64, want: f64) -> bool {
    got == want || (got.is_nan() && want.is_nan()) || (got - want).abs() <= 1e-11 * (1.0 + want.abs())
}

fn check(x: &ArrayD<f64>, chunk: &Chunk, axes: &[usize], step: usize) {
    let (shape, lanes) = lanes(x, axes);
    for op in OPS {
        let got = reduce(op, chunk, axes, step).unwrap();
        assert_eq!(got.shape(), shape, "{}", op.name());
        assert_eq!(got.dtype(), op.result_dtype(DType::F64).unwrap());
        for (got, lane) in as_f64(&got).into_iter().zip(&lanes) {
            let want = naive(op, lane);
            assert!(close(got, want), "{op:?} over {axes:?} of {:?} by {step}: {got}, not {want}", x.shape());
        }
    }
}

fn subsets(n: usize) -> Vec<Vec<usize>> {
    (0..1usize << n).map(|bits| (0..n).filter(|a| bits >> a & 1 == 1).collect()).collect()
}

/// Values with ties, zeros and, when asked for, NaN.
fn values(n: usize, nan: bool, seed: u64) -> Vec<f64> {
    let mut state = seed | 1;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let r = state >> 40;
            if nan && r.is_multiple_of(11) { f64::NAN } else { (r % 17) as f64 / 4.0 - 2.0 }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_axes_any_chunks(dims in prop::collection::vec(1usize..7, 1..4), step in 1usize..5, nan: bool, seed: u64,
                           flip: bool) {
        let n = dims.iter().product();
        let x = ArrayD::from_shape_vec(IxDyn(&dims), values(n, nan, seed)).unwrap();
        let mut chunk = Chunk::from_array(x.clone());
        if flip {
            // The same array stored column by column.
            let back: Vec<usize> = (0..dims.len()).rev().collect();
            let stored = swath_kernels::contiguous(&transpose(&chunk, &back).unwrap()).unwrap();
            chunk = transpose(&stored, &back).unwrap();
        }
        for axes in subsets(dims.len()) {
            check(&x, &chunk, &axes, step);
        }
    }
}

#[test]
fn long_rows_and_columns() {
    for shape in [vec![3, 5000], vec![5000, 3], vec![700, 700], vec![40, 3, 600]] {
        let n = shape.iter().product();
        let x = ArrayD::from_shape_vec(IxDyn(&shape), values(n, true, 7)).unwrap();
        for axes in subsets(shape.len()) {
            check(&x, &Chunk::from_array(x.clone()), &axes, 1 + shape.iter().max().unwrap() / 2);
        }
    }
}

#[test]
fn fused_equals_unfused() {
    let x = Chunk::from_vec(values(600 * 70, false, 3), &[600, 70]).unwrap();
    let mean =
        finalize(ReduceOp::Mean, DType::F64, partial(ReduceOp::Mean, &x, &[1], None).unwrap(), &[1], true)
            .unwrap();
    let mut b = ProgramBuilder::new();
    let (v, m) = (b.input(DType::F64), b.input(DType::F64));
    let centred = b.binary(BinaryOp::Subtract, v, m).unwrap();
    let program = b.finish(centred).unwrap();
    let plain = program.eval(vec![x.clone(), mean.clone()], &[600, 70]).unwrap();
    for op in OPS {
        for axes in subsets(2) {
            let fused =
                partial_fused(&program, &[x.clone(), mean.clone()], &[600, 70], op, &axes, None).unwrap();
            let unfused = partial(op, &plain, &axes, None).unwrap();
            for (a, b) in fused.iter().zip(&unfused) {
                let (a, b) = (as_f64(a), as_f64(b));
                assert!(a.iter().zip(&b).all(|(a, b)| close(*a, *b)), "{op:?} {axes:?}");
            }
        }
    }
}

#[test]
fn integers_wrap_and_widen() {
    let x = Chunk::from_vec(vec![100i8, 100, 100, -100], &[4]).unwrap();
    let sum = reduce(ReduceOp::Sum, &x, &[0], 2).unwrap();
    assert_eq!(sum.as_slice::<i64>().unwrap(), Some(&[200][..]));
    let big = Chunk::from_vec(vec![u64::MAX, 2], &[2]).unwrap();
    assert_eq!(reduce(ReduceOp::Sum, &big, &[0], 1).unwrap().as_slice::<u64>().unwrap(), Some(&[1][..]));
    let mean = reduce(ReduceOp::Mean, &x, &[0], 3).unwrap();
    assert_eq!(mean.as_slice::<f64>().unwrap(), Some(&[50.0][..]));
    let truth = Chunk::from_vec(vec![true, true, false], &[3]).unwrap();
    assert_eq!(reduce(ReduceOp::Sum, &truth, &[0], 2).unwrap().as_slice::<i64>().unwrap(), Some(&[2][..]));
}

#[test]
fn float32_accumulates_in_float64() {
    let x = Chunk::from_vec(vec![0.1f32; 1_000_000], &[1_000_000]).unwrap();
    let sum = reduce(ReduceOp::Sum, &x, &[0], 100_000).unwrap();
    assert_eq!(sum.as_slice::<f32>().unwrap(), Some(&[(f64::from(0.1f32) * 1e6) as f32][..]));
}

#[test]
fn variance_survives_a_large_mean() {
    let x: Vec<f64> = (0..100_000).map(|i| 1e9 + f64::from(i % 2)).collect();
    for axes in [vec![0], vec![1], vec![0, 1]] {
        let c = Chunk::from_vec(x.clone(), &[1000, 100]).unwrap();
        let t = transpose(&c, &[1, 0]).unwrap();
        for c in [c, t] {
            let var = reduce(ReduceOp::Var { ddof: 0 }, &c, &axes, 33).unwrap();
            let flat = as_f64(&var);
            // Columns are constant, rows alternate.
            assert!(flat.iter().all(|v| (v - 0.25).abs() < 1e-6 || v.abs() < 1e-6), "{flat:?}");
        }
    }
}

#[test]
fn nothing_has_no_extreme_but_has_a_sum() {
    let empty = Chunk::from_vec(Vec::<f64>::new(), &[0, 3]).unwrap();
    let parts = partial(ReduceOp::Min, &empty, &[0], None).unwrap();
    assert!(parts.is_empty());
    assert!(
        finalize(ReduceOp::Min, DType::F64, parts, &[0], false)
            .unwrap_err()
            .message()
            .contains("no elements")
    );
    let full = Chunk::from_vec(vec![1.0, 2.0, 3.0], &[1, 3]).unwrap();
    let parts = [empty.clone(), full].map(|c| partial(ReduceOp::Max, &c, &[0], None).unwrap());
    let max =
        finalize(ReduceOp::Max, DType::F64, combine(ReduceOp::Max, parts.to_vec()).unwrap(), &[0], false);
    assert_eq!(as_f64(&max.unwrap()), [1.0, 2.0, 3.0]);
    let sum = reduce(ReduceOp::Sum, &empty, &[0], 1).unwrap();
    assert_eq!(as_f64(&sum), [0.0, 0.0, 0.0]);
    let over_columns = reduce(ReduceOp::Max, &empty, &[1], 1).unwrap();
    assert_eq!(over_columns.shape(), [0]);
}

#[test]
fn skipping_arg_reductions() {
    let x = Chunk::from_vec(vec![f64::NAN, 3.0, 1.0, f64::NAN, 1.0, 3.0], &[2, 3]).unwrap();
    for step in [1, 2, 3] {
        let min = reduce(ReduceOp::NanArgMin, &x, &[1], step).unwrap();
        assert_eq!(min.view::<i64>().unwrap().iter().copied().collect::<Vec<_>>(), [2, 1]);
        let max = reduce(ReduceOp::NanArgMax, &x, &[0, 1], step).unwrap();
        assert_eq!(max.view::<i64>().unwrap().iter().copied().collect::<Vec<_>>(), [1]);
        assert!(reduce(ReduceOp::NanArgMax, &x, &[0], step).is_err());
        let first_nan = reduce(ReduceOp::ArgMax, &x, &[0, 1], step).unwrap();
        assert_eq!(first_nan.view::<i64>().unwrap().iter().copied().collect::<Vec<_>>(), [0]);
    }
}

#[test]
fn bad_axes_are_refused() {
    let x = Chunk::from_vec(vec![1.0; 6], &[2, 3]).unwrap();
    assert!(partial(ReduceOp::Sum, &x, &[2], None).is_err());
    assert!(partial(ReduceOp::Sum, &x, &[1, 1], None).is_err());
    let z = Chunk::full(&[3], swath_block::Scalar::C64(num_complex::Complex::default()));
    assert!(partial(ReduceOp::Max, &z, &[0], None).is_err());
}
