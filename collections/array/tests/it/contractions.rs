//! Sums of products against NumPy's answers over several chunkings and types.

use num_complex::Complex64;
use serde_json::Value;
use swath_array::{self as da, Array, Element, Numeric, TensorAxes};
use swath_error::ErrorKind;

const CASES: &str = include_str!("../oracle/contract.json");

fn list(v: &Value) -> Vec<isize> {
    v.as_array().unwrap().iter().map(|n| n.as_i64().unwrap() as isize).collect()
}

/// The array the script makes.
fn input(seed: usize, shape: &[isize]) -> Array<i64> {
    let n: usize = shape.iter().map(|n| *n as usize).product();
    let value = |i: usize| ((i * i * 3 + i * 5 + seed * 7) % 13) as i64 - 6;
    da::array((0..n).map(value).collect()).reshape(shape)
}

fn run<T: da::Promote<T, Out = T> + Numeric>(case: &Value, arrays: &[Array<T>]) -> Array<T> {
    let pair = || (&arrays[0], &arrays[1]);
    match case["function"].as_str().unwrap() {
        "einsum" => {
            let all: Vec<&Array<T>> = arrays.iter().collect();
            da::einsum(case["subscripts"].as_str().unwrap(), &all)
        }
        "tensordot" => {
            let axes = match case["axes"].as_u64() {
                Some(n) => TensorAxes::Count(n as usize),
                None => TensorAxes::Pairs(list(&case["axes"][0]), list(&case["axes"][1])),
            };
            da::tensordot(pair().0, pair().1, axes)
        }
        "dot" => da::dot(pair().0, pair().1),
        "inner" => da::inner(pair().0, pair().1),
        "outer" => da::outer(pair().0, pair().1),
        "vdot" => da::vdot(pair().0, pair().1),
        "kron" => da::kron(pair().0, pair().1),
        "matmul" => da::matmul(pair().0, pair().1),
        other => panic!("{other}"),
    }
}

fn check<T: da::Promote<T, Out = T> + Numeric>(from: impl Fn(i64) -> T) {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 55);
    for case in &cases {
        let shapes: Vec<Vec<isize>> = case["shapes"].as_array().unwrap().iter().map(list).collect();
        let want: Vec<T> =
            case["values"].as_array().unwrap().iter().map(|v| from(v.as_i64().unwrap())).collect();
        // The operands are cut alike, and each in its own way.
        for sizes in [[100, 100], [2, 2], [1, 3], [3, 1]] {
            let arrays: Vec<Array<T>> = shapes
                .iter()
                .enumerate()
                .map(|(i, shape)| input(i, shape).astype::<T>().chunks(sizes[i % 2]))
                .collect();
            let made = run(case, &arrays);
            let what = format!("{} {} {sizes:?}", case["function"], case["subscripts"]);
            let shape: Vec<isize> = made.shape().unwrap().iter().map(|n| *n as isize).collect();
            assert_eq!(shape, list(&case["result"]), "{what}");
            let got: Vec<T> = made.compute().unwrap().iter().copied().collect();
            assert_eq!(got, want, "{what}");
        }
    }
}

#[test]
fn numpys_answers_in_whole_numbers() {
    check(|v| v);
    check(|v| v as i8);
}

#[test]
fn numpys_answers_in_floats() {
    check(|v| v as f64);
    check(|v| Complex64::new(v as f64, 0.0));
}

#[test]
fn long_sums_are_chains() {
    // One chunk of the result: several chains; many chunks: one chain each.
    let x = input(1, &[400, 4]).astype::<f64>();
    let want = x.t().matmul(&x).compute().unwrap();
    for rows in [400, 50, 3, 1] {
        let x = x.chunks([rows, 4]);
        assert_eq!(x.t().matmul(&x).compute().unwrap(), want);
        let x = x.chunks([rows, 1]);
        assert_eq!(da::einsum("ki,kj->ij", &[&x, &x]).compute().unwrap(), want);
    }
    let wide = input(2, &[40, 40]).chunks([2, 1]);
    let whole = wide.chunks(-1);
    assert_eq!(wide.matmul(&wide).compute().unwrap(), whole.matmul(&whole).compute().unwrap());
}

#[test]
fn conjugates_types_and_truth() {
    let i = Complex64::new(0.0, 1.0);
    let z = da::array(vec![1.0 + i, 2.0 - i]);
    assert_eq!(da::vdot(&z, &z).item().unwrap(), Complex64::new(7.0, 0.0));
    let sum: Array<f64> = da::tensordot(&da::arange(3), &da::ones([3]), 1);
    assert_eq!(sum.item().unwrap(), 3.0);
    let t = da::array(vec![true, false, true, true]).reshape([2, 2]).chunks(1);
    let either = da::einsum("ij,jk->ik", &[&t, &t]);
    assert_eq!(either.compute().unwrap(), ndarray::array![[true, false], [true, true]].into_dyn());
    assert_eq!(da::einsum("ij->i", &[&t]).compute().unwrap(), ndarray::array![true, true].into_dyn());
    let (a, b) = (da::arange(2).into_dyn(), da::ones([2]).into_dyn());
    assert_eq!(da::DynArray::einsum("i,i", &[&a, &b]).typed::<f64>().item().unwrap(), 1.0);
}

fn kind<T: Element>(x: &Array<T>) -> Option<ErrorKind> {
    x.error().map(swath_error::Error::kind)
}

#[test]
fn mistakes() {
    let (a, b) = (input(0, &[2, 3]), input(1, &[4, 2]));
    let (shape, argument) = (Some(ErrorKind::ShapeMismatch), Some(ErrorKind::InvalidArgument));
    assert_eq!(kind(&da::einsum("ij,jk->ik", &[&a, &b])), shape);
    assert_eq!(kind(&da::einsum("ijk", &[&a])), shape);
    assert_eq!(kind(&da::einsum("ii", &[&a])), shape);
    assert_eq!(kind(&da::einsum("ij->k", &[&a])), argument);
    assert_eq!(kind(&da::einsum("...->", &[&a])), argument);
    assert_eq!(kind(&da::einsum("...j->j", &[&a])), argument);
    assert_eq!(kind(&da::einsum::<i64>("", &[])), argument);
    assert_eq!(kind(&da::tensordot(&a, &b, 1)), shape);
    assert_eq!(kind(&da::tensordot(&a, &b, 3)), shape);
    assert_eq!(kind(&da::tensordot(&a, &b, (0, 2))), argument);
    assert_eq!(kind(&da::tensordot(&a, &b, ([0, 0], [0, 1]))), argument);
    let uneven = |a_axes: Vec<isize>, b_axes: Vec<isize>| {
        da::tensordot(&a, &input(2, &[2, 3]), TensorAxes::Pairs(a_axes, b_axes))
    };
    assert_eq!(kind(&uneven(vec![0, 1], vec![0])), shape);
    assert_eq!(kind(&uneven(vec![0], vec![0, 1])), shape);
    assert_eq!(kind(&da::inner(&a, &b)), shape);
    assert_eq!(kind(&da::vdot(&a, &b)), shape);
    assert_eq!(kind(&da::matmul(&a, &b)), shape);
}
