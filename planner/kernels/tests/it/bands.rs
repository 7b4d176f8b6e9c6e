//! Inputs that come in bands give what whole ones give.

use std::cell::RefCell;

use ndarray::ArrayD;
use proptest::prelude::*;
use swath_block::{Chunk, DType, OutputArray};
use swath_kernels::{
    BinaryOp, Feed, Origin, Program, ProgramBuilder, ReduceOp, SliceIndex, contiguous, finalize, partial_fed,
    partial_fused, slice, transpose,
};

/// The rows of a chunk a band at a time; how many each band had is noted.
fn bands<'a>(whole: &'a Chunk, seen: &'a RefCell<Vec<usize>>) -> Feed<'a> {
    let axis = whole.shape().iter().position(|n| *n > 1).unwrap_or(0);
    let mut at = 0;
    let next = move |rows: usize| {
        seen.borrow_mut().push(rows);
        let mut index: Vec<SliceIndex> = whole.shape().iter().map(|n| SliceIndex::range(0, *n)).collect();
        index.get_mut(axis).into_iter().for_each(|i| *i = SliceIndex::range(at, at + rows));
        at += rows;
        contiguous(&slice(whole, &index)?)
    };
    Feed::Bands { dtype: whole.dtype(), shape: whole.shape().to_vec(), least: 1, next: Box::new(next) }
}

/// `x - 3 * y`
fn difference() -> Program {
    let mut b = ProgramBuilder::new();
    let (x, y) = (b.input(DType::F64), b.input(DType::F64));
    let three = b.constant(3i64.into(), true);
    let tripled = b.binary(BinaryOp::Multiply, y, three).unwrap();
    let value = b.binary(BinaryOp::Subtract, x, tripled).unwrap();
    b.finish(value).unwrap()
}

/// Whole numbers, so that sums are exact in any order.
fn numbers(shape: &[usize], salt: usize) -> Chunk {
    let n = shape.iter().product();
    let values = (0..n).map(|i| ((i * 7919 + salt * 31) % 1009) as f64 - 400.0).collect();
    Chunk::from_vec(values, shape).unwrap()
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        (1usize..400, 1usize..400).prop_map(|(a, b)| vec![a, b]),
        (1usize..200_000).prop_map(|n| vec![n]),
        (1usize..60, 1usize..60, 1usize..60).prop_map(|(a, b, c)| vec![a, b, c]),
        (1usize..300, 1usize..300).prop_map(|(a, b)| vec![1, a, 1, b]),
        Just(vec![]),
        Just(vec![0, 5]),
        Just(vec![5, 0]),
        Just(vec![2, 40_000]),
    ]
}

/// The second input: whole, of length 1 along some axes, with fewer axes, or with its axes in another order.
fn second(shape: &[usize], how: usize) -> Chunk {
    match how {
        0 => numbers(shape, 1),
        1 => numbers(shape.get(1..).unwrap_or(&[]), 2),
        2 => {
            let back: Vec<usize> = shape.iter().rev().copied().collect();
            let order: Vec<usize> = (0..shape.len()).rev().collect();
            transpose(&numbers(&back, 3), &order).unwrap()
        }
        n => {
            let one = n % shape.len().max(1);
            let own: Vec<usize> =
                shape.iter().enumerate().map(|(i, n)| if i == one { 1 } else { *n }).collect();
            numbers(&own, 4)
        }
    }
}

const OPS: [ReduceOp; 10] = [
    ReduceOp::Sum,
    ReduceOp::Mean,
    ReduceOp::Var { ddof: 0 },
    ReduceOp::NanStd { ddof: 1 },
    ReduceOp::Min,
    ReduceOp::ArgMax,
    ReduceOp::NanArgMin,
    ReduceOp::CountNonzero,
    ReduceOp::Any,
    ReduceOp::NanSum,
];

fn close(a: &Chunk, b: &Chunk) -> bool {
    if a.dtype() != DType::F64 {
        return (a.shape(), a.as_bytes()) == (b.shape(), b.as_bytes());
    }
    let (a, b) = (a.view::<f64>().unwrap(), b.view::<f64>().unwrap());
    let near = |(a, b): (&f64, &f64)| {
        (a - b).abs() <= 1e-12 * (1.0 + a.abs()) || a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
    };
    a.shape() == b.shape() && a.iter().zip(&b).all(near)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn reductions(
        shape in shapes(), how in 0usize..6, also in any::<bool>(), op in 0usize..OPS.len(), axes in 0usize..16,
    ) {
        let op = OPS[op];
        let axes: Vec<usize> = (0..shape.len()).filter(|a| axes & (1 << a) != 0).collect();
        let extreme = op.is_arg() || matches!(op, ReduceOp::Min);
        prop_assume!(!(extreme && axes.iter().any(|a| shape[*a] == 0)));
        let (x, y) = (numbers(&shape, 0), second(&shape, how));
        let origin = Origin {
            offset: shape.iter().map(|n| 2 * n).collect(),
            shape: shape.iter().map(|n| 4 * n).collect(),
        };
        let program = difference();
        let whole = partial_fused(&program, &[x.clone(), y.clone()], &shape, op, &axes, Some(&origin)).unwrap();
        let seen = RefCell::default();
        let other = RefCell::default();
        let second = if also && y.shape() == shape { bands(&y, &other) } else { Feed::Whole(y.clone()) };
        let feeds = vec![bands(&x, &seen), second];
        let fed = partial_fed(&program, feeds, &shape, op, &axes, Some(&origin)).unwrap();
        let finish = |parts| finalize(op, DType::F64, parts, &axes, false).unwrap();
        let (whole, fed) = (finish(whole), finish(fed));
        prop_assert!(close(&whole, &fed), "{op:?} {axes:?} {shape:?}: {whole:?} {fed:?}");
        // What is larger than a band comes in several, unless another order of the axes is better.
        let (rows, bytes) = (seen.borrow(), 8 * x.len());
        let longest = shape.iter().find(|n| **n > 1).copied().unwrap_or(1);
        prop_assert!(rows.iter().sum::<usize>() == longest || x.is_empty(), "{rows:?} {shape:?}");
        if how != 2 && bytes > 256 << 10 {
            prop_assert!(rows.len() > 1, "{shape:?}");
        }
    }

    #[test]
    fn programs(shape in shapes(), how in 0usize..6) {
        let (x, y) = (numbers(&shape, 0), second(&shape, how));
        let program = difference();
        let whole = program.eval(vec![x.clone(), y.clone()], &shape).unwrap();
        let whole: ArrayD<f64> = whole.view().unwrap().to_owned();
        let seen = RefCell::default();
        let feeds = || vec![bands(&x, &seen), Feed::Whole(y.clone())];
        let fed = program.eval_fed(feeds(), &shape).unwrap();
        prop_assert_eq!(fed.view::<f64>().unwrap(), whole.view());
        let out = OutputArray::<f64>::new(shape.iter().map(|n| vec![*n]).collect()).unwrap();
        out.fill(0, |writer| program.eval_into(feeds(), &shape, writer)).unwrap();
        prop_assert_eq!(out.finish().unwrap(), whole);
    }
}

#[test]
fn rows_come_as_many_at_a_time_as_their_source_wants() {
    let whole = numbers(&[1000, 100], 0);
    // 256 KiB are 327 rows.
    for (least, want) in
        [(1, vec![327, 327, 327, 19]), (100, vec![300, 300, 300, 100]), (600, vec![600, 400])]
    {
        let seen = RefCell::default();
        let mut feed = bands(&whole, &seen);
        if let Feed::Bands { least: own, .. } = &mut feed {
            *own = least;
        }
        let identity = Program::identity(DType::F64);
        partial_fed(&identity, vec![feed], &[1000, 100], ReduceOp::Sum, &[0], None).unwrap();
        assert_eq!(seen.into_inner(), want);
    }
}

#[test]
fn what_bands_fail_with_is_the_answer() {
    let program = Program::identity(DType::F64);
    let feed = |shape: &[usize], rows: usize| Feed::Bands {
        dtype: DType::F64,
        shape: shape.to_vec(),
        least: 1,
        next: Box::new(move |n| {
            if n == rows {
                Err(swath_error::Error::data("the file is cut short"))
            } else {
                Ok(numbers(&[n, 9], 0))
            }
        }),
    };
    let sum = |feed, shape: &[usize]| partial_fed(&program, vec![feed], shape, ReduceOp::Sum, &[0], None);
    assert!(sum(feed(&[3, 9], 3), &[3, 9]).unwrap_err().to_string().contains("cut short"));
    // Bands of another shape than they were said to have.
    assert!(sum(feed(&[3, 8], 0), &[3, 8]).is_err());
    assert!(sum(feed(&[3, 9], 0), &[4, 9]).is_err());
}
