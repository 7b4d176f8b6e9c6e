//! Random chunks: the same whatever the chunking, and distributed as they say.

use swath_block::{Chunk, DType, Element};
use swath_kernels::{Distribution, Origin, SliceIndex, random, slice};

fn whole<T: Element>(distribution: Distribution, dtype: DType, shape: &[usize]) -> (Chunk, Vec<T>) {
    let origin = Origin { offset: vec![0; shape.len()], shape: shape.to_vec() };
    let chunk = random(distribution, dtype, 11, &origin, shape).unwrap();
    let values = chunk.as_slice::<T>().unwrap().unwrap().to_vec();
    (chunk, values)
}

#[test]
fn chunks_agree_with_the_whole() {
    for distribution in [
        Distribution::Uniform { low: -1.0, high: 2.0 },
        Distribution::Normal { mean: 0.0, std: 1.0 },
        Distribution::Exponential { scale: 2.0 },
        Distribution::Integers { low: -5, high: 1_000_003 },
    ] {
        let dtype =
            if matches!(distribution, Distribution::Integers { .. }) { DType::I64 } else { DType::F64 };
        let origin = |offset: [usize; 2]| Origin { offset: offset.to_vec(), shape: vec![37, 3001] };
        let all = random(distribution, dtype, 5, &origin([0, 0]), &[37, 3001]).unwrap();
        for (offset, shape) in [([3, 5], [4, 7]), ([36, 3000], [1, 1]), ([10, 1], [20, 2999])] {
            let part = random(distribution, dtype, 5, &origin(offset), &shape).unwrap();
            let index = [0, 1].map(|a| SliceIndex::range(offset[a], offset[a] + shape[a]));
            let want = slice(&all, &index).unwrap();
            if dtype == DType::I64 {
                assert_eq!(part.view::<i64>().unwrap(), want.view::<i64>().unwrap());
            } else {
                assert_eq!(part.view::<f64>().unwrap(), want.view::<f64>().unwrap());
            }
        }
    }
}

fn moments(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    (mean, x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n)
}

#[test]
fn moments_are_right() {
    let shape = [1000, 1000];
    let (_, x) = whole::<f64>(Distribution::Uniform { low: 2.0, high: 4.0 }, DType::F64, &shape);
    let (mean, var) = moments(&x);
    assert!((mean - 3.0).abs() < 3e-3 && (var - 1.0 / 3.0).abs() < 2e-3, "{mean} {var}");
    assert!(x.iter().all(|v| (2.0..4.0).contains(v)));
    let (_, x) = whole::<f64>(Distribution::Normal { mean: -1.0, std: 2.0 }, DType::F64, &shape);
    let (mean, var) = moments(&x);
    assert!((mean + 1.0).abs() < 1e-2 && (var - 4.0).abs() < 3e-2, "{mean} {var}");
    let inside = x.iter().filter(|v| (**v + 1.0).abs() < 2.0).count() as f64 / x.len() as f64;
    assert!((inside - 0.682_689).abs() < 2e-3, "{inside}");
    let pairs = x.chunks(2).map(|p| (p[0] + 1.0) * (p[1] + 1.0)).sum::<f64>() / 5e5;
    assert!(pairs.abs() < 3e-2, "neighbours are correlated: {pairs}");
    let (_, x) = whole::<f64>(Distribution::Exponential { scale: 0.5 }, DType::F64, &shape);
    let (mean, var) = moments(&x);
    assert!((mean - 0.5).abs() < 3e-3 && (var - 0.25).abs() < 5e-3, "{mean} {var}");
}

#[test]
fn integers_are_even_and_in_range() {
    let (_, x) = whole::<i64>(Distribution::Integers { low: -3, high: 4 }, DType::I64, &[700_000]);
    for value in -3..4 {
        let n = x.iter().filter(|v| **v == value).count();
        assert!((n as i64 - 100_000).abs() < 1500, "{value}: {n}");
    }
    let (_, x) = whole::<i64>(Distribution::Integers { low: i64::MIN, high: i64::MAX }, DType::I64, &[1000]);
    assert!(x.iter().any(|v| *v < -(1 << 62)) && x.iter().any(|v| *v > 1 << 62));
    let origin = Origin { offset: vec![0], shape: vec![1] };
    assert!(random(Distribution::Integers { low: 1, high: 1 }, DType::I64, 0, &origin, &[1]).is_err());
    assert!(random(Distribution::Normal { mean: 0.0, std: -1.0 }, DType::F64, 0, &origin, &[1]).is_err());
    assert!(random(Distribution::Normal { mean: 0.0, std: 1.0 }, DType::I8, 0, &origin, &[1]).is_err());
}

/// Distributions with their means and variances.
fn known() -> Vec<(Distribution, f64, f64)> {
    use Distribution as D;
    let pi = std::f64::consts::PI;
    let euler = 0.577_215_664_901_532_9;
    let log_series = |p: f64| {
        let c = -1.0 / (1.0 - p).ln();
        let mean = c * p / (1.0 - p);
        (mean, c * p * (1.0 - c * p) / ((1.0 - p) * (1.0 - p)))
    };
    vec![
        (D::LogNormal { mean: 0.5, sigma: 0.4 }, 0.58f64.exp(), (0.16f64.exp() - 1.0) * 1.16f64.exp()),
        (D::Gamma { shape: 2.5, scale: 3.0 }, 7.5, 22.5),
        (D::Gamma { shape: 0.3, scale: 1.0 }, 0.3, 0.3),
        (D::Beta { a: 2.0, b: 3.0 }, 0.4, 0.04),
        (D::Beta { a: 0.5, b: 0.25 }, 2.0 / 3.0, (0.5 * 0.25) / (0.5625 * 1.75)),
        (D::ChiSquare { df: 5.0 }, 5.0, 10.0),
        (D::NoncentralChiSquare { df: 3.0, nonc: 2.0 }, 5.0, 14.0),
        (D::NoncentralChiSquare { df: 0.5, nonc: 2.0 }, 2.5, 9.0),
        (D::F { dfnum: 4.0, dfden: 20.0 }, 20.0 / 18.0, 2.0 * 400.0 * 22.0 / (4.0 * 324.0 * 16.0)),
        (
            D::NoncentralF { dfnum: 4.0, dfden: 20.0, nonc: 2.0 },
            20.0 * 6.0 / (4.0 * 18.0),
            2.0 * (36.0 + 8.0 * 18.0) / (324.0 * 16.0) * 25.0,
        ),
        (D::StandardT { df: 10.0 }, 0.0, 1.25),
        (D::Laplace { loc: 1.0, scale: 2.0 }, 1.0, 8.0),
        (D::Logistic { loc: 1.0, scale: 2.0 }, 1.0, 4.0 * pi * pi / 3.0),
        (D::Gumbel { loc: 1.0, scale: 2.0 }, 1.0 + 2.0 * euler, 4.0 * pi * pi / 6.0),
        (D::Pareto { a: 5.0 }, 0.25, 5.0 / (16.0 * 3.0)),
        (D::Power { a: 3.0 }, 0.75, 3.0 / (16.0 * 5.0)),
        (D::Rayleigh { scale: 2.0 }, 2.0 * (pi / 2.0).sqrt(), 4.0 * (2.0 - pi / 2.0)),
        (D::Weibull { a: 2.0 }, pi.sqrt() / 2.0, 1.0 - pi / 4.0),
        (D::Triangular { left: -1.0, mode: 0.0, right: 3.0 }, 2.0 / 3.0, (1.0 + 9.0 + 3.0) / 18.0),
        (D::Wald { mean: 2.0, scale: 3.0 }, 2.0, 8.0 / 3.0),
        (D::Poisson { lam: 3.5 }, 3.5, 3.5),
        (D::Poisson { lam: 150.0 }, 150.0, 150.0),
        (D::Binomial { n: 10, p: 0.3 }, 3.0, 2.1),
        (D::Binomial { n: 1000, p: 0.7 }, 700.0, 210.0),
        (D::NegativeBinomial { n: 3.5, p: 0.4 }, 5.25, 13.125),
        (D::Geometric { p: 0.2 }, 5.0, 20.0),
        (D::Hypergeometric { ngood: 7, nbad: 5, nsample: 4 }, 7.0 / 3.0, 4.0 * 35.0 * 8.0 / (144.0 * 11.0)),
        (D::Hypergeometric { ngood: 60, nbad: 140, nsample: 50 }, 15.0, 50.0 * 0.21 * 150.0 / 199.0),
        (D::Hypergeometric { ngood: 140, nbad: 60, nsample: 150 }, 105.0, 150.0 * 0.21 * 50.0 / 199.0),
        (D::LogSeries { p: 0.6 }, log_series(0.6).0, log_series(0.6).1),
    ]
}

#[test]
fn means_and_variances_of_every_distribution() {
    const N: usize = 200_000;
    for (distribution, mean, var) in known() {
        let x = if distribution.is_whole() {
            whole::<i64>(distribution, DType::I64, &[N]).1.into_iter().map(|v| v as f64).collect()
        } else {
            whole::<f64>(distribution, DType::F64, &[N]).1
        };
        let (m, v) = moments(&x);
        let fourth = x.iter().map(|x| (x - m).powi(4)).sum::<f64>() / N as f64;
        let (of_mean, of_var) = ((var / N as f64).sqrt(), ((fourth - v * v) / N as f64).sqrt());
        assert!((m - mean).abs() < 4.5 * of_mean, "{distribution:?}: mean {m}, not {mean}");
        assert!((v - var).abs() < 4.5 * of_var, "{distribution:?}: variance {v}, not {var}");
    }
}

#[test]
fn shares_of_distributions_without_moments() {
    const N: usize = 200_000;
    let share = |x: &[f64], below: f64| x.iter().filter(|v| **v < below).count() as f64 / N as f64;
    let x = whole::<f64>(Distribution::StandardCauchy {}, DType::F64, &[N]).1;
    assert!((share(&x, 0.0) - 0.5).abs() < 5e-3 && (share(&x, 1.0) - 0.75).abs() < 5e-3);
    let x = whole::<i64>(Distribution::Zipf { a: 2.0 }, DType::I64, &[N]).1;
    for k in 1..5 {
        let want = 6.0 / (std::f64::consts::PI * k as f64).powi(2);
        let got = x.iter().filter(|v| **v == k).count() as f64 / N as f64;
        assert!((got - want).abs() < 5e-3, "zipf {k}: {got}, not {want}");
    }
    for (kappa, circular) in [(0.0, 0.0), (1e-6, 5e-7), (2.0, 0.697_775), (50.0, 0.989_948)] {
        let x = whole::<f64>(Distribution::VonMises { mu: 1.0, kappa }, DType::F64, &[N]).1;
        assert!(x.iter().all(|v| v.abs() <= std::f64::consts::PI));
        let mean = x.iter().map(|v| (v - 1.0).cos()).sum::<f64>() / N as f64;
        assert!((mean - circular).abs() < 8e-3, "vonmises {kappa}: {mean}");
    }
}

#[test]
fn elements_do_not_depend_on_their_chunk() {
    let origin = |at: usize| Origin { offset: vec![at], shape: vec![100] };
    for (distribution, _, _) in known() {
        let dtype = if distribution.is_whole() { DType::I64 } else { DType::F64 };
        let all = random(distribution, dtype, 3, &origin(0), &[100]).unwrap();
        let part = random(distribution, dtype, 3, &origin(41), &[9]).unwrap();
        let want = slice(&all, &[SliceIndex::range(41, 50)]).unwrap();
        assert_eq!(format!("{:?}", part.as_bytes()), format!("{:?}", want.as_bytes()), "{distribution:?}");
        assert_eq!(random(distribution, DType::F32, 3, &origin(0), &[2]).unwrap().dtype(), DType::F32);
    }
}

#[test]
fn parameters_out_of_range() {
    use Distribution as D;
    let origin = Origin { offset: vec![0], shape: vec![1] };
    for distribution in [
        D::Gamma { shape: -1.0, scale: 1.0 },
        D::Beta { a: 0.0, b: 1.0 },
        D::Triangular { left: 1.0, mode: 0.0, right: 2.0 },
        D::Poisson { lam: -1.0 },
        D::Poisson { lam: f64::NAN },
        D::Binomial { n: 3, p: 1.5 },
        D::Geometric { p: 0.0 },
        D::Hypergeometric { ngood: 1, nbad: 1, nsample: 3 },
        D::LogSeries { p: 1.0 },
        D::Zipf { a: 1.0 },
    ] {
        let error = random(distribution, DType::F64, 0, &origin, &[0]).unwrap_err();
        assert_eq!(error.kind(), swath_error::ErrorKind::InvalidArgument, "{distribution:?}");
    }
}
