//! Random arrays: the same whatever the chunks, choices and orders.

use swath_array::random::default_rng;
use swath_array::{self as da, Array, s};
use swath_error::ErrorKind;

#[test]
fn values_do_not_depend_on_the_chunks() {
    fn check<T: da::Element>(make: impl Fn() -> Array<T>) {
        let whole = make().compute().unwrap();
        for chunks in [[10, 20], [3, 7], [1, 1]] {
            assert_eq!(make().chunks(chunks).compute().unwrap(), whole);
        }
        let part = make().slice(s![4..7, 2..19;3]).compute().unwrap();
        assert_eq!(part, whole.slice(ndarray::s![4..7, 2..19;3]).into_dyn());
    }
    let shape = [10, 20];
    check(|| default_rng(1).random(shape));
    check(|| default_rng(1).normal(0.0, 1.0, shape));
    check(|| default_rng(1).integers(0, 100, shape));
    check(|| default_rng(1).gamma(0.5, 2.0, shape));
    check(|| default_rng(1).poisson(30.0, shape));
    check(|| default_rng(1).binomial(100, 0.4, shape));
    check(|| default_rng(1).vonmises(0.0, 2.0, shape));
    check(|| default_rng(1).choice(&[1u8, 5, 7], shape));
    check(|| default_rng(1).choice_weighted(&[1.5f32, 2.5], &[0.2, 0.8], shape));
}

#[test]
fn every_call_is_another_array() {
    let rng = default_rng(5);
    let (a, b) = (rng.random([100]), rng.random([100]));
    assert_ne!(a.compute().unwrap(), b.compute().unwrap());
    assert_ne!(a.compute().unwrap(), default_rng(6).random([100]).compute().unwrap());
    assert_eq!(a.compute().unwrap(), default_rng(5).random([100]).compute().unwrap());
}

#[test]
fn choices() {
    let rng = default_rng(2);
    let x = rng.choice_weighted(&["no", "yes"].map(|w| w.len() as i64), &[0.25, 0.75], [40_000]).chunks(7000);
    let yes = x.eq_(3).count_nonzero(..).item().unwrap();
    assert!((29_500..30_500).contains(&yes), "{yes}");
    let some =
        rng.choice_without_replacement(&(0..50).collect::<Vec<i64>>(), 50).chunks(8).compute().unwrap();
    let mut sorted = some.iter().copied().collect::<Vec<i64>>();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..50).collect::<Vec<i64>>());
    assert_ne!(some.iter().copied().collect::<Vec<i64>>(), sorted);
    let kind = |x: Array<i64>| x.error().map(swath_error::Error::kind);
    let argument = Some(ErrorKind::InvalidArgument);
    assert_eq!(kind(rng.choice(&[], [3])), argument);
    assert_eq!(kind(rng.choice_weighted(&[1, 2], &[0.5, 0.6], [3])), argument);
    assert_eq!(kind(rng.choice_weighted(&[1, 2], &[1.0], [3])), argument);
    assert_eq!(kind(rng.choice_without_replacement(&[1, 2], 3)), argument);
    assert_eq!(rng.choice_without_replacement::<i64>(&[], 0).compute().unwrap().len(), 0);
    assert_eq!(kind(rng.poisson(-1.0, [3])), argument);
}

#[test]
fn orders() {
    for n in [0, 1, 100, 70_000] {
        let order = default_rng(3).permutation(n);
        let whole = order.compute().unwrap();
        assert_eq!(order.chunks(n / 3 + 1).compute().unwrap(), whole);
        let mut sorted = whole.iter().copied().collect::<Vec<i64>>();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..n as i64), "{n}");
    }
    let rows = da::arange(30).reshape([10, 3]).chunks([4, 2]);
    let mixed = default_rng(3).shuffled(&rows);
    assert_eq!(mixed.sum(0).compute().unwrap(), rows.sum(0).compute().unwrap());
    assert_ne!(mixed.compute().unwrap(), rows.compute().unwrap());
    // Rows stay together.
    assert_eq!((mixed.slice(s![.., 1]) - mixed.slice(s![.., 0])).max(..).item().unwrap(), 1);
}

#[test]
fn extreme_parameters() {
    // What was a difference of close numbers gave values of 0 and below.
    for (mean, scale) in [(1e8, 1.0), (1e15, 1.0)] {
        let x = default_rng(3).wald(mean, scale, [20_000]);
        assert!(x.min(..).item().unwrap() > 0.0, "{mean} {scale}");
        assert!(x.max(..).item().unwrap().is_finite(), "{mean} {scale}");
    }
    // These did not come to an end.
    for a in [1025.0, f64::INFINITY] {
        assert_eq!(default_rng(1).zipf(a, [100]).max(..).item().unwrap(), 1);
    }
    for a in [1.0f64.next_up(), 1.0 + 1e-9, 1.001] {
        let x = default_rng(1).zipf(a, [1000]);
        assert!(x.min(..).item().unwrap() >= 1, "{a}");
        assert!(x.max(..).item().unwrap() > 1_000_000_000, "{a}");
    }
}

#[test]
fn means_and_deviations_of_the_largest_counts() {
    let count = 20_000;
    let check = |x: Array<i64>, mean: f64, deviation: f64| {
        let x = x.astype::<f64>();
        // Five standard errors; that of a deviation is 1 / sqrt(2 n) of it.
        let off = (x.mean(..).item().unwrap() - mean).abs();
        assert!(off < 5.0 * deviation / f64::from(count).sqrt(), "mean {mean}: off by {off}");
        let ratio = x.std(..).item().unwrap() / deviation;
        assert!(
            (ratio - 1.0).abs() < 5.0 / (2.0 * f64::from(count)).sqrt(),
            "mean {mean}: deviation {ratio}"
        );
    };
    let shape = [count as usize];
    for n in [10_000_000i64, 1 << 40, 1 << 60] {
        for p in [0.5, 0.03, 0.9] {
            let mean = n as f64 * p;
            check(default_rng(1).binomial(n, p, shape), mean, (mean * (1.0 - p)).sqrt());
        }
    }
    for (n, p) in [(1e14, 1e-9), (1e15, 1e-10), (1e12, 1.0 - 1e-9), (1e18, 1e-13), (9.2e18, 1e-13)] {
        let mean = n * p;
        check(default_rng(3).binomial(n as i64, p, shape), mean, (mean * (1.0 - p)).sqrt());
    }
    for lam in [1e5, 1e7, 1e12, 1e17] {
        check(default_rng(2).poisson(lam, shape), lam, f64::sqrt(lam));
    }
    let error = default_rng(1).negative_binomial(1e20, 0.5, [2]).compute().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}
