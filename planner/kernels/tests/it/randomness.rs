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
