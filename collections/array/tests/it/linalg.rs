//! Linear algebra against NumPy's answers over several chunkings, and its mistakes.

use ndarray::{ArrayD, IxDyn};
use num_complex::Complex64;
use serde_json::Value;
use swath_array::linalg::{self, Compressed, Norm, PowerIteration};
use swath_array::{self as da, Array, Element};
use swath_error::ErrorKind;

const CASES: &str = include_str!("../oracle/linalg.json");

/// The input the script draws.
pub fn values(seed: usize, count: usize) -> Vec<f64> {
    let value = |i: usize| ((i * i * 31 + i * 7919 + seed * 104_729) % 1009) as f64 / 1009.0 - 0.5;
    (0..count).map(value).collect()
}

pub fn matrix(seed: usize, rows: usize, columns: usize) -> Array<f64> {
    da::array(values(seed, rows * columns)).reshape([rows, columns])
}

fn close(got: &ArrayD<f64>, want: &Value, what: &str) {
    let want: Vec<f64> = want.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (g, w)) in got.iter().zip(&want).enumerate() {
        assert!((g - w).abs() <= 1e-9 * w.abs().max(1.0), "{what}: value {i} is {g}, NumPy {w}");
    }
}

fn as_float<T: Element>(x: &Array<T>) -> ArrayD<f64> {
    x.as_dyn().astype(da::DType::F64).typed::<f64>().compute().unwrap()
}

fn largest(x: Array<f64>) -> f64 {
    x.abs().max(..).item().unwrap()
}

fn numbers(case: &Value) -> (usize, usize, usize) {
    let shape: Vec<usize> =
        case["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
    (case["seed"].as_u64().unwrap() as usize, shape[0], shape[1])
}

#[test]
fn numpys_answers_whatever_the_chunks() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 60);
    for case in &cases {
        let (seed, m, n) = numbers(case);
        for chunks in [[1000, 1000], [4, 1000], [3, 2], [1000, 3], [1, 1]] {
            let cut = |x: Array<f64>| x.chunks(chunks);
            check(case, &cut(matrix(seed, m, n)), &cut(matrix(seed + 50, m, 3)), &format!("{chunks:?}"));
        }
    }
}

fn check(case: &Value, a: &Array<f64>, b: &Array<f64>, chunks: &str) {
    let function = case["function"].as_str().unwrap();
    let what = format!("{function} {} chunks {chunks}", case["shape"]);
    let n = a.shape().unwrap()[0];
    match function {
        "qr" => {
            let (q, r) = linalg::qr(a);
            close(&r.abs().compute().unwrap(), &case["r"], &what);
            assert!(largest(q.matmul(&r) - a) < 1e-12, "{what}");
            let k = q.shape().unwrap()[1];
            assert!(largest(q.t().matmul(&q) - da::eye(k)) < 1e-12, "{what}");
        }
        "svd" => {
            let (u, s, vh) = linalg::svd(a);
            close(&u.compute().unwrap(), &case["u"], &what);
            close(&s.compute().unwrap(), &case["s"], &what);
            close(&vh.compute().unwrap(), &case["vh"], &what);
            close(&linalg::svdvals(a).compute().unwrap(), &case["s"], &what);
        }
        "pinv" => close(&linalg::pinv(a).compute().unwrap(), &case["x"], &what),
        "lu" => {
            let (p, l, u) = linalg::lu(a);
            close(&p.compute().unwrap(), &case["p"], &what);
            close(&l.compute().unwrap(), &case["l"], &what);
            close(&u.compute().unwrap(), &case["u"], &what);
        }
        "lstsq" => {
            // The script has two columns on the right.
            let (seed, m, _) = numbers(case);
            let found = linalg::lstsq(a, &matrix(seed + 50, m, 2).chunks([2, 1]));
            close(&found.x.compute().unwrap(), &case["x"], &what);
            close(&as_float(&found.rank), &case["rank"], &what);
            close(&found.s.compute().unwrap(), &case["s"], &what);
            close(&found.residuals.compute().unwrap(), &case["residuals"], &what);
        }
        "matrix_norm" => {
            let inf = f64::INFINITY;
            let orders = [1.0, -1.0, 2.0, -2.0, inf, -inf].map(Norm::Order);
            let orders = orders.into_iter().chain([Norm::Frobenius, Norm::Nuclear]);
            let norms: Vec<f64> = orders.map(|o| linalg::matrix_norm(a, o).item().unwrap()).collect();
            close(&ArrayD::from_shape_vec(IxDyn(&[8]), norms).unwrap(), &case["x"], &what);
        }
        "vector_norm" => {
            let axis = case["axis"][0].as_f64().unwrap() as i32;
            let orders = [0.0, 1.0, 2.0, 3.0, -1.0, f64::INFINITY, f64::NEG_INFINITY];
            let norms: Vec<Array<f64>> = orders.iter().map(|o| linalg::vector_norm(a, *o, axis)).collect();
            close(&da::concatenate(&norms, 0).compute().unwrap(), &case["x"], &what);
        }
        "cholesky" => {
            let spd = a.matmul(&a.t()) + da::eye(n) * n as f64;
            close(&linalg::cholesky(&spd).compute().unwrap(), &case["l"], &what);
            close(&linalg::cholesky_upper(&spd).t().compute().unwrap(), &case["l"], &what);
        }
        "solve" => {
            close(&linalg::solve(a, b).compute().unwrap(), &case["x"], &what);
            close(&linalg::solve(a, &b.slice(da::s![.., 0])).compute().unwrap(), &case["vector"], &what);
        }
        "inv" => close(&linalg::inv(a).compute().unwrap(), &case["x"], &what),
        "det" => {
            close(&linalg::det(a).compute().unwrap(), &case["x"], &what);
            let (sign, log) = linalg::slogdet(a);
            close(&sign.compute().unwrap(), &case["sign"], &what);
            close(&log.compute().unwrap(), &case["log"], &what);
        }
        "rank" => {
            close(&as_float(&linalg::matrix_rank(a)), &case["x"], &what);
            close(&linalg::cond(a).compute().unwrap(), &case["cond"], &what);
        }
        "solve_triangular" => {
            let lower = case["lower"][0].as_f64() == Some(1.0);
            let t = a + da::eye(n) * 2.0;
            close(&linalg::solve_triangular(&t, b, lower).compute().unwrap(), &case["x"], &what);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn compressed_decompositions_find_the_low_rank() {
    let (left, right) = (matrix(1, 80, 4), matrix(2, 4, 60));
    let a = left.matmul(&right).chunks([30, 25]);
    let exact = linalg::svdvals(&a).slice(0..4).compute().unwrap();
    for iteration in [PowerIteration::Power, PowerIteration::Qr] {
        for power_iterations in [0, 2] {
            let options = Compressed { iteration, power_iterations, seed: 3, ..Compressed::default() };
            let (u, s, vh) = linalg::svd_compressed_with(&a, 4, &options);
            assert_eq!((u.shape().unwrap(), vh.shape().unwrap()), (vec![80, 4], vec![4, 60]));
            let found = s.compute().unwrap();
            assert!(found.iter().zip(&exact).all(|(x, y)| (x - y).abs() < 1e-10 * y), "{found} {exact}");
            assert!(largest((&u * &s).matmul(&vh) - &a) < 1e-10);
            assert!(vh.sum(1).min(..).item().unwrap() > -1e-12);
        }
    }
    let again = || linalg::svd_compressed(&a, 2).0.compute().unwrap();
    assert_eq!(again(), again());
}

#[test]
fn other_types() {
    let a = da::array(vec![2i32, 1, 1, 3]).reshape([2, 2]);
    assert!((linalg::det(&a).item().unwrap() - 5.0).abs() < 1e-12);
    let single = matrix(4, 9, 3).astype::<f32>().chunks([4, 3]);
    let (q, r) = linalg::qr(&single);
    assert!((q.matmul(&r) - &single).abs().max(..).item().unwrap() < 1e-6);
    let i = Complex64::new(0.0, 1.0);
    let z = |seed: usize, m: usize, n: usize| {
        matrix(seed, m, n).astype::<Complex64>() + matrix(seed + 1, m, n).astype::<Complex64>() * i
    };
    let conj = |x: &Array<Complex64>| x.t().conj();
    let size = |x: Array<Complex64>| x.abs().max(..).item().unwrap();
    let a = z(5, 12, 4).chunks([5, 2]);
    let (u, s, vh) = linalg::svd(&a);
    assert!(size((&u * s.astype::<Complex64>()).matmul(&vh) - &a) < 1e-12);
    let square = z(8, 7, 7).chunks(3);
    let b = z(9, 7, 2);
    assert!(size(square.matmul(&linalg::solve(&square, &b)) - &b) < 1e-12);
    let spd = square.matmul(&conj(&square)) + da::eye(7).astype::<Complex64>();
    let l = linalg::cholesky(&spd);
    assert!(size(l.matmul(&conj(&l)) - &spd) < 1e-12);
}

#[test]
fn mistakes_say_what_is_wrong() {
    let tall = matrix(1, 6, 4).chunks(2);
    let vector = da::arange(6).astype::<f64>();
    let kind = |e: Option<&swath_error::Error>| e.map(swath_error::Error::kind);
    let shape = Some(ErrorKind::ShapeMismatch);
    assert_eq!(kind(linalg::qr(&vector).0.error()), shape);
    assert_eq!(kind(linalg::svd(&vector).1.error()), shape);
    assert_eq!(kind(linalg::cholesky(&tall).error()), shape);
    assert_eq!(kind(linalg::inv(&tall).error()), shape);
    assert_eq!(kind(linalg::det(&tall).error()), shape);
    assert_eq!(kind(linalg::solve(&matrix(1, 4, 4), &vector).error()), shape);
    assert_eq!(kind(linalg::solve_triangular(&matrix(1, 4, 4), &vector, true).error()), shape);
    assert_eq!(kind(linalg::lstsq(&tall, &da::ones([5])).x.error()), shape);
    assert_eq!(kind(linalg::svd_compressed(&tall, 0).0.error()), Some(ErrorKind::InvalidArgument));
    assert_eq!(kind(linalg::matrix_norm(&tall, 3).error()), Some(ErrorKind::InvalidArgument));

    let singular = da::ones([5, 5]).chunks(2);
    for error in [
        linalg::inv(&singular).compute().unwrap_err(),
        linalg::solve(&singular, &da::ones([5])).compute().unwrap_err(),
        linalg::solve_triangular(&da::zeros([4, 4]).chunks(2), &da::ones([4]), true).compute().unwrap_err(),
    ] {
        assert!(
            error.kind() == ErrorKind::InvalidData && error.to_string().contains("Singular matrix"),
            "{error}"
        );
    }
    assert_eq!(linalg::det(&singular).item().unwrap(), 0.0);
    let (sign, log) = linalg::slogdet(&singular);
    assert_eq!((sign.item().unwrap(), log.item().unwrap()), (0.0, f64::NEG_INFINITY));
    let error = linalg::cholesky(&(da::eye(5) * -1.0).chunks(2)).compute().unwrap_err();
    assert!(error.to_string().contains("not positive definite"), "{error}");
    let error = linalg::svd(&(matrix(1, 6, 2) * f64::NAN)).1.compute().unwrap_err();
    assert!(error.to_string().contains("did not converge"), "{error}");
}

#[test]
fn empty_and_single() {
    let (q, r) = linalg::qr(&da::zeros([0, 3]));
    assert_eq!((q.compute().unwrap().shape(), r.compute().unwrap().shape()), (&[0, 0][..], &[0, 3][..]));
    let s = linalg::svd(&da::zeros([4, 0])).1;
    assert_eq!(s.compute().unwrap().len(), 0);
    assert_eq!(linalg::det(&da::zeros([0, 0])).item().unwrap(), 1.0);
    assert_eq!(linalg::inv(&da::array(vec![4.0]).reshape([1, 1])).item().unwrap(), 0.25);
}

#[test]
fn tall_matrices_stay_in_rows() {
    // No task of a tall factorisation sees more than a chunk of rows or a few triangles.
    let a = da::ones([100_000, 10]).chunks([1000, -1]);
    let (q, _) = linalg::qr(&a);
    assert_eq!(q.chunk_sizes().unwrap()[0], vec![1000; 100]);
    assert!(linalg::svdvals(&a).explain().unwrap().contains("qr"));
}

#[test]
fn matrices_without_elements_and_the_smallest_pivots() {
    for shape in [[0, 0], [3, 0], [0, 3]] {
        let (p, l, u) = linalg::lu(&da::zeros(shape));
        let k = shape[0].min(shape[1]);
        assert_eq!(p.compute().unwrap().shape(), [shape[0], shape[0]]);
        assert_eq!(l.compute().unwrap().shape(), [shape[0], k]);
        assert_eq!(u.compute().unwrap().shape(), [k, shape[1]]);
    }
    let x = linalg::solve(&da::zeros([0, 0]), &da::zeros([0, 2]));
    assert_eq!(x.compute().unwrap().shape(), [0, 2]);
    assert_eq!(linalg::inv(&da::zeros([0, 0])).compute().unwrap().shape(), [0, 0]);
    // 1 / 1e-310 is infinite.
    let a = da::array(vec![1e-310, 1.0, 0.0, 1.0]).reshape([2, 2]);
    assert_eq!(linalg::det(&a).item().unwrap(), 1e-310);
}

#[test]
fn elements_whose_squares_leave_the_floats() {
    let size = |x: Array<f64>| largest(x.abs());
    for scale in [1e300, 1e-300, 1e-150, 1e160] {
        for shape in [[40, 6], [6, 40], [9, 9]] {
            let near = matrix(3, shape[0], shape[1]);
            let a = (&near * scale).chunks([7, -1]);
            let s = linalg::svdvals(&near);
            let relative = |x: Array<f64>| size(x / scale);
            assert!(relative(linalg::svdvals(&a) - &s * scale) < 1e-13, "{scale} {shape:?}");
            let (u, found, vh) = linalg::svd(&a);
            assert!(relative(&found - &s * scale) < 1e-13, "{scale} {shape:?}");
            assert!(size(&u * (found / scale) - (&a / scale).matmul(&vh.t())) < 1e-12, "{scale} {shape:?}");
            let (q, r) = linalg::qr(&a);
            assert!(size(q.matmul(&(r / scale)) - &near) < 1e-13, "{scale} {shape:?}");
            assert!(size(q.t().matmul(&q) - da::eye(shape[0].min(shape[1]))) < 1e-13);
        }
    }
    let single = (matrix(4, 30, 4) * 1e-30).astype::<f32>().chunks([8, -1]);
    let exact = linalg::svdvals(&single.astype::<f64>()).compute().unwrap();
    let found = linalg::svdvals(&single).compute().unwrap();
    assert!(found.iter().zip(&exact).all(|(x, y)| (f64::from(*x) - y).abs() < 1e-5 * y), "{found} {exact}");
}

#[test]
fn diagonals_without_a_reciprocal() {
    for tiny in [1e-310, 5e-324] {
        let a = da::array(vec![tiny, 0.0, 0.5, 2.0]).reshape([2, 2]);
        let b = da::array(vec![tiny * 3.0, 5.5]);
        let want = ndarray::array![3.0, 2.0].into_dyn();
        assert_eq!(linalg::solve_triangular(&a, &b, true).compute().unwrap(), want);
        assert_eq!(linalg::solve(&a, &b).compute().unwrap(), want);
        // The first is 0 over what has no reciprocal.
        let right = da::array(vec![tiny * 3.0 + 1.0, 4.0]);
        let upper = linalg::solve_triangular(&a.t(), &right, false).compute().unwrap();
        assert_eq!(upper, ndarray::array![0.0, 2.0].into_dyn(), "{tiny}");
    }
}

#[test]
fn norms_of_nothing_and_conditions_of_zeros() {
    use linalg::{Norm, matrix_norm, vector_norm};
    for shape in [[0, 3], [3, 0], [0, 0]] {
        let x = da::zeros(shape);
        for ord in [Norm::Frobenius, Norm::Nuclear, 1.into(), 2.into(), f64::INFINITY.into()] {
            assert_eq!(matrix_norm(&x, ord).item().unwrap(), 0.0, "{ord:?} {shape:?}");
        }
    }
    assert_eq!(matrix_norm(&da::zeros([0, 3]), -1).item().unwrap(), 0.0);
    assert!(matrix_norm(&da::zeros([0, 3]), -2).item().is_err());
    assert_eq!(vector_norm(&da::zeros([0]), f64::INFINITY, 0).item().unwrap(), 0.0);
    assert!(vector_norm(&da::zeros([0]), f64::NEG_INFINITY, 0).item().is_err());
    assert_eq!(linalg::cond(&da::zeros([3, 3])).item().unwrap(), f64::INFINITY);
    assert!(linalg::cond(&da::zeros([0, 0])).item().is_err());
}

#[test]
fn singular_in_single_precision() {
    let a = da::arange(12).astype::<f32>().reshape([4, 3]).chunks([2, -1]);
    let again = a.matmul(&linalg::pinv(&a)).matmul(&a);
    assert!((again - &a).abs().max(..).item().unwrap() < 1e-4);
    // numpy.linalg.pinv(numpy.arange(12.0).reshape(4, 3))[0, 0]
    assert!((linalg::pinv(&a).compute().unwrap()[[0, 0]] + 0.433_333_33).abs() < 1e-4);
    assert_eq!(linalg::matrix_rank(&a).item().unwrap(), 2);
}

#[test]
fn systems_at_both_ends_of_the_floats() {
    let i = Complex64::new(1.0, 1.0);
    let a = da::eye(2).astype::<Complex64>() * (i * 7e307);
    let x = linalg::solve(&a, &(da::ones([2]) * 7e307).astype::<Complex64>()).compute().unwrap();
    assert!(x.iter().all(|x| (x - Complex64::new(0.5, -0.5)).norm() < 1e-15), "{x}");
    let s = 7e307;
    let (_, l, _) = linalg::lu(&da::array(vec![i * s, s.into(), s.into(), i * s]).reshape([2, 2]));
    let below = l.compute().unwrap()[[1, 0]];
    assert!((below - Complex64::new(0.5, -0.5)).norm() < 1e-15, "{below}");
    for scale in [1e-308, 1e-310] {
        let a = da::array(vec![0.5, 0.25, 0.125, 0.75]).reshape([2, 2]) * scale;
        let x = linalg::lstsq(&a, &(da::ones([2]) * scale)).x.compute().unwrap();
        // Few bits are left of the numbers themselves.
        assert!((x[0] - 16.0 / 11.0).abs() < 1e-11 && (x[1] - 12.0 / 11.0).abs() < 1e-11, "{scale}: {x}");
    }
}
