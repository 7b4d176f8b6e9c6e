//! Arrays.

use ndarray::{ArrayD, ArrayViewD};
use swath::ErrorKind;
use swath::da::BlockInfo;
use swath::prelude::*;

use super::both;
use crate::loopback::over_loopback;

#[swath::task]
fn ranks(chunk: ArrayViewD<'_, i64>, info: &BlockInfo) -> ArrayD<i64> {
    chunk.mapv(|v| v * 100 + info.block[0] as i64)
}

#[test]
fn every_kind_of_operation() {
    let x = da::arange(60).reshape([6, 10]).rechunk([4, 3]);
    assert_eq!(both(&(&x * 2 + 1)).0, both(&(&x * 2 + 1)).1);
    for y in [
        x.t(),
        x.rechunk([5, 5]),
        x.reshape([3, 20]),
        x.slice(da::s![1..5, 2..9]),
        x.take(&[3, 0, 3], 0),
        da::concatenate(&[x.clone(), x.clone()], 0),
    ] {
        let (here, there) = both(&y);
        assert_eq!(here, there);
    }
    let floats = x.astype::<f64>();
    let (here, there) = both(&floats.mean(0));
    assert_eq!(here, there);
    let (here, there) = both(&floats.std(..));
    assert_eq!(here, there);
    let (here, there) = both(&floats.matmul(&floats.t()));
    assert_eq!(here, there);
    let (here, there) = both(&da::random::default_rng(7).normal(0.0, 1.0, [20, 20]).chunks([7, 7]));
    assert_eq!(here, there);
}

#[test]
fn functions_per_chunk_and_arrays_in_memory() {
    let x = da::arange(6).chunks(2);
    let (here, there) = both(&x.map_blocks(ranks));
    assert_eq!(here, there);
    let memory = ndarray::Array2::from_shape_fn((50, 40), |(i, j)| (i * j) as f64);
    let y = da::from_ndarray(memory).rechunk([20, 40]);
    let z = &y - y.mean(da::keepdims(0));
    let (here, there) = both(&z);
    assert_eq!(here, there);
    let kept = z.persist().unwrap();
    let (here, there) = both(&kept.sum(..));
    assert_eq!(here, there);
}

#[test]
fn files_travel_as_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.npy"), folder.path().join("b.npy"));
    da::arange(100).reshape([10, 10]).to_npy(&from).unwrap();
    let x = da::from_npy::<i64>(&from).chunks([3, 4]);
    let (here, there) = both(&x.sum(1));
    assert_eq!(here, there);
    over_loopback(|| (&x + 1).to_npy(&to)).unwrap();
    assert_eq!(da::from_npy::<i64>(&to).compute().unwrap(), (&x + 1).compute().unwrap());
    std::fs::remove_file(&from).unwrap();
    let e = over_loopback(|| x.sum(1).compute()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound);
    assert!(e.to_string().contains("a.npy"), "{e}");
}

#[test]
fn stores_travel_as_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let x = da::arange(600).reshape([20, 30]).rechunk([7, 11]);
    let compressed = da::Hdf5Options::default().chunks([4, 5]).gzip(1);
    over_loopback(|| x.to_hdf5_with(at("x.h5"), "group/x", &compressed)).unwrap();
    over_loopback(|| x.to_zarr(at("x.zarr"))).unwrap();
    over_loopback(|| x.to_npy_stack(at("stack"), 0)).unwrap();
    let want = x.compute().unwrap();
    for y in [
        da::from_hdf5_dyn(at("x.h5"), "group/x"),
        da::from_zarr_dyn(at("x.zarr")),
        da::from_npy_stack_dyn(at("stack")),
    ] {
        let (here, there) = both(&y.typed::<i64>());
        assert_eq!((&here, &there), (&want, &want));
    }
}
