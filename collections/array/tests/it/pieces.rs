//! Blocks that several threads work on give what they give to one, whatever the threads.

use ndarray::{Array2, ArrayD, Axis};
use swath_array::{self as da, Array};
use swath_execute::RunOptions;

/// More than the two million elements from which a block is cut, in an awkward shape.
const SHAPE: (usize, usize) = (2411, 877);

/// Whole numbers, so that sums are exact in any order.
fn numbers(by: usize) -> ArrayD<f64> {
    Array2::from_shape_fn(SHAPE, |(i, j)| ((i * 7919 + j * 104_729) % by) as f64 - 300.0).into_dyn()
}

/// One block, computed by one thread, by three, and by those there are; all give the same bits.
fn computed(x: &Array<f64>) -> ArrayD<f64> {
    assert_eq!(x.npartitions().unwrap(), 1);
    let got = x.compute().unwrap();
    for options in [
        RunOptions::default().threads(1),
        RunOptions::default().threads(3),
        RunOptions::default().synchronous(),
    ] {
        let other = x.compute_with(&options).unwrap();
        assert!(got.iter().zip(&other).all(|(a, b)| a.to_bits() == b.to_bits()));
        assert_eq!(got.shape(), other.shape());
    }
    got
}

#[test]
fn formulas() {
    let (x, y) = (numbers(1009), numbers(883));
    let [a, b] = [&x, &y].map(|x| da::from_ndarray(x.clone()).chunks(-1));
    assert_eq!(computed(&(&a * 2.0 - &b)), &x * 2.0 - &y);
    // Inputs that broadcast, and one that is read against its order.
    let column = da::from_ndarray(y.slice(ndarray::s![.., ..1]).to_owned().into_dyn()).chunks(-1);
    let row = da::from_ndarray(y.slice(ndarray::s![0, ..]).to_owned().into_dyn()).chunks(-1);
    let want = &x + &y.slice(ndarray::s![.., ..1]) - y.slice(ndarray::s![0, ..]);
    assert_eq!(computed(&(&a + column - row)), want);
    let back = da::from_ndarray(y.t().to_owned().into_dyn()).chunks(-1);
    assert_eq!(computed(&(&a + back.t())), &x + &y);
    assert_eq!(computed(&(back.t() + &a)), &x + &y);
    assert_eq!(computed(&(a.t() * 3.0)), (&x * 3.0).t());
    // One element everywhere stays one.
    let same = da::full(SHAPE, 4.0).chunks(-1) + 1.0;
    assert_eq!(computed(&same), ArrayD::from_elem(x.shape(), 5.0));
    // Several blocks, each of them cut, into one array.
    let doubled = [&x, &y].map(|x| da::from_ndarray(x.clone()).chunks(-1) * 2.0);
    let both = da::concatenate(&doubled, 1) + 1.0;
    assert_eq!(both.npartitions().unwrap(), 2);
    assert_eq!(both.compute().unwrap().slice_axis(Axis(1), (877..).into()), &y * 2.0 + 1.0);
}

#[test]
fn reductions() {
    let x = numbers(1009);
    let a = da::from_ndarray(x.clone()).chunks(-1);
    assert_eq!(computed(&a.sum(0)), x.sum_axis(Axis(0)));
    assert_eq!(computed(&(&a * 2.0).sum(1)), x.sum_axis(Axis(1)) * 2.0);
    assert_eq!(computed(&a.t().sum(1)), x.sum_axis(Axis(0)));
    assert_eq!(computed(&a.sum(..))[[]], x.sum());
    assert_eq!(
        computed(&a.max(da::keepdims(1))),
        x.map_axis(Axis(1), |v| v.fold(f64::MIN, |a, b| a.max(*b))).insert_axis(Axis(1))
    );
    let near = |got: ArrayD<f64>, want: ArrayD<f64>| {
        assert!(got.shape() == want.shape() && (got - want).iter().all(|d| d.abs() < 1e-9));
    };
    near(computed(&a.std(0)), x.std_axis(Axis(0), 0.0));
    near(computed(&a.var(1)), x.var_axis(Axis(1), 0.0));
    near(
        computed(&(&a - a.mean(da::keepdims(1))).mean(0)),
        (&x - &x.mean_axis(Axis(1)).unwrap().insert_axis(Axis(1))).mean_axis(Axis(0)).unwrap(),
    );
    // Positions count in the whole array.
    let (mut best, mut last) = (x.clone(), x);
    best[[2000, 400]] = 1e6;
    last[[2400, 876]] = -1e6;
    let place = |x: &ArrayD<f64>| da::from_ndarray(x.clone()).chunks(-1);
    assert_eq!(place(&best).argmax(..).item().unwrap(), 2000 * 877 + 400);
    assert_eq!(place(&best).argmax(0).compute().unwrap()[400], 2000);
    assert_eq!(place(&last).argmin(1).compute().unwrap()[2400], 876);
    assert_eq!(place(&last).argmin(..).item().unwrap(), 2400 * 877 + 876);
    // Few rows are not worth pieces of their own.
    let flat = da::arange(3_000_000).astype::<f64>().reshape([3, 1_000_000]).chunks(-1);
    assert_eq!(computed(&flat.sum(0))[[5]], 3_000_015.0);
    let line = da::from_ndarray(ndarray::Array1::from_elem(2_500_001, 0.1).into_dyn()).chunks(-1);
    assert!((computed(&line.sum(..))[[]] - 250_000.1).abs() < 1e-6);
}

#[test]
fn errors_of_pieces_are_those_of_the_block() {
    let exponents =
        ndarray::Array1::from_iter((0..3_000_000i64).map(|i| if i == 2_900_000 { -1 } else { 3 }));
    let exponents = da::from_ndarray(exponents.into_dyn()).chunks(-1);
    let error = da::full([3_000_000], 2i64).chunks(-1).pow(&exponents).compute().unwrap_err().to_string();
    assert!(error.contains("negative"), "{error}");
}
