//! Matrix products against naive loops.

use ndarray::Array2;
use swath_block::Chunk;
use swath_kernels::{matmul, matmul_add, transpose};

fn integers(rows: usize, cols: usize, seed: usize) -> Array2<i64> {
    Array2::from_shape_fn((rows, cols), |(i, j)| ((i * 7 + j * 3 + seed) % 11) as i64 - 5)
}

fn naive(a: &Array2<i64>, b: &Array2<i64>) -> Array2<i64> {
    Array2::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| {
        (0..a.ncols()).map(|k| a[[i, k]] * b[[k, j]]).sum()
    })
}

#[test]
fn every_type_and_layout() {
    for (m, k, n) in [(1, 1, 1), (3, 5, 2), (17, 33, 9), (64, 70, 65), (2, 0, 3)] {
        let (a, b) = (integers(m, k, 1), integers(k, n, 2));
        let want = naive(&a, &b);
        let ints = matmul(&Chunk::from_array(a.clone().into_dyn()), &Chunk::from_array(b.clone().into_dyn()))
            .unwrap();
        assert_eq!(ints.view::<i64>().unwrap(), want.clone().into_dyn());
        let (af, bf) = (a.mapv(|v| v as f64), b.mapv(|v| v as f64));
        // Small integers multiply exactly in floats, so the answers must be equal; the left operand is also given transposed.
        let stored = Chunk::from_array(af.t().as_standard_layout().into_owned().into_dyn());
        let left = transpose(&stored, &[1, 0]).unwrap();
        let right = Chunk::from_array(bf.into_dyn());
        let want = want.mapv(|v| v as f64).into_dyn();
        let once = matmul(&left, &right).unwrap();
        assert_eq!(once.view::<f64>().unwrap(), want);
        let twice = matmul_add(once, &left, &right).unwrap();
        assert_eq!(twice.view::<f64>().unwrap(), want * 2.0);
    }
}

#[test]
fn vectors_batches_and_mistakes() {
    let m = Chunk::from_vec((0..12).map(f64::from).collect(), &[2, 3, 2]).unwrap();
    let v = Chunk::from_vec(vec![1.0, 10.0], &[2]).unwrap();
    let product = matmul(&m, &v).unwrap();
    assert_eq!(product.shape(), [2, 3]);
    assert_eq!(product.as_slice::<f64>().unwrap(), Some(&[10.0, 32.0, 54.0, 76.0, 98.0, 120.0][..]));
    let dot = matmul(&v, &v).unwrap();
    assert_eq!((dot.shape(), dot.as_slice::<f64>().unwrap()), (&[][..], Some(&[101.0][..])));
    assert!(matmul(&v, &m).unwrap_err().message().contains("cannot be multiplied"));
    assert!(matmul(&m, &Chunk::from_vec(vec![1i8; 2], &[2]).unwrap()).is_err());
    let truth = Chunk::from_vec(vec![true, false, true, true], &[2, 2]).unwrap();
    assert_eq!(
        matmul(&truth, &truth).unwrap().as_slice::<bool>().unwrap(),
        Some(&[true, false, true, true][..])
    );
    let i = num_complex::Complex64::new(0.0, 1.0);
    let z = Chunk::from_vec(vec![i, i], &[2]).unwrap();
    assert_eq!(
        matmul(&z, &z).unwrap().as_slice::<num_complex::Complex64>().unwrap(),
        Some(&[(-2.0).into()][..])
    );
}
