//! `.npy` files there and back.

use swath_array::{self as da, DType, s};
use swath_error::ErrorKind;

#[test]
fn arrays_survive_files_in_any_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let x = da::arange(60).reshape([3, 4, 5]).chunks([2, 3, 2]);
    (&x * 2).t().to_npy(&path).unwrap();
    let y = da::from_npy_dyn(&path);
    assert_eq!((y.dtype().unwrap(), y.shape().unwrap()), (DType::I64, vec![5, 4, 3]));
    let y = y.typed::<i64>().chunks([2, 2, 2]);
    assert_eq!(y.t().compute().unwrap(), (&x + &x).compute().unwrap());
    assert_eq!(y.slice(s![-1, ..;2, 1..]).compute().unwrap()[[1, 1]], 2 * (2 * 20 + 2 * 5 + 4));
    let centred = (y.astype::<f64>() - y.mean(..)).sum(..).item().unwrap();
    assert!(centred.abs() < 1e-9);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn nothing_is_left_of_a_file_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let x = da::ones([10, 10]).chunks([5, 5]);
    let bad = x.map_blocks(|_, _| ndarray::ArrayD::from_elem(vec![1], 1.0));
    assert!(bad.to_npy(&path).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(da::from_npy_dyn(&path).compute().unwrap_err().kind(), ErrorKind::NotFound);
}
