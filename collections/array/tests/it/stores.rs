//! HDF5 files, Zarr stores, stacks and raw files there and back.

use std::path::Path;

use swath_array::{self as da, Array, DType, Hdf5Options, ZarrOptions, s};
use swath_error::ErrorKind;
use swath_execute::compute_all;
use swath_hdf5::Hdf5Source;
use swath_zarr::ZarrSource;

fn numbers() -> Array<i64> {
    da::arange(20 * 30).reshape([20, 30]).chunks([7, 11])
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn hdf5_in_any_storage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let x = numbers();
    let want = x.compute().unwrap();
    for options in [
        Hdf5Options::default(),
        Hdf5Options::default().chunks([3, 4]),
        Hdf5Options::default().chunks([3, 4]).gzip(4).shuffle(),
        Hdf5Options::default().gzip(1).fletcher32(),
    ] {
        x.to_hdf5_with(&path, "group/x", &options.clone().overwrite()).unwrap();
        let y = da::from_hdf5_dyn(&path, "group/x");
        assert_eq!((y.dtype().unwrap(), y.shape().unwrap()), (DType::I64, vec![20, 30]));
        let y = y.typed::<i64>();
        assert_eq!(y.compute().unwrap(), want, "{options:?}");
        assert_eq!(y.chunks([6, 7]).t().compute().unwrap(), want.t(), "{options:?}");
        assert_eq!(y.slice(s![-1, ..;2]).sum(..).item().unwrap(), (570..600).step_by(2).sum::<i64>());
    }
    assert_eq!(x.to_hdf5(&path, "group/y").unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(entries(folder.path()), 1);
}

#[test]
fn several_arrays_in_one_run_and_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let x = numbers().astype::<f64>();
    let y = &x - x.mean(da::axes(1).keepdims());
    da::to_hdf5(&path, &[("x", x.as_dyn()), ("made/y", y.as_dyn())], &Hdf5Options::default()).unwrap();
    let file = da::open(&path).unwrap();
    let names: Vec<_> = file.arrays().iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["made/y", "x"]);
    assert!(file.get("made/y").typed::<f64>().sum(..).item().unwrap().abs() < 1e-9);
    let error = file.get("made/z").compute().unwrap_err();
    assert!(error.to_string().contains("did you mean 'made/y'"), "{error}");
    let clash =
        da::to_hdf5(&path, &[("x", x.as_dyn()), ("x/y", y.as_dyn())], &Hdf5Options::default().overwrite());
    assert_eq!(clash.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn zarr_in_any_storage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zarr");
    let x = numbers();
    let want = x.compute().unwrap();
    for options in [
        ZarrOptions::default(),
        ZarrOptions::default().chunks([3, 4]).uncompressed(),
        ZarrOptions::default().chunks([3, 4]).shards([6, 12]).gzip(4),
        ZarrOptions::default().shards([6, 12]),
        ZarrOptions::default().version_2().chunks([50, 4]),
    ] {
        x.to_zarr_with(&path, &options.clone().overwrite()).unwrap();
        let y = da::from_zarr::<i64>(&path);
        assert_eq!(y.compute().unwrap(), want, "{options:?}");
        assert_eq!(y.chunks([6, 7]).t().compute().unwrap(), want.t(), "{options:?}");
    }
    assert_eq!(x.to_zarr(&path).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(entries(folder.path()), 1);
    assert_eq!(da::open(&path).unwrap().get("").shape().unwrap(), [20, 30]);
    assert_eq!(da::open(folder.path()).unwrap().get("x.zarr").shape().unwrap(), [20, 30]);
}

#[test]
fn a_slice_reads_the_chunks_it_touches() {
    let folder = tempfile::tempdir().unwrap();
    let (h5, zarr) = (folder.path().join("x.h5"), folder.path().join("x.zarr"));
    let x = da::arange(100 * 100).astype::<f64>().reshape([100, 100]);
    x.to_hdf5_with(&h5, "x", &Hdf5Options::default().chunks([10, 10]).gzip(1)).unwrap();
    x.to_zarr_with(&zarr, &ZarrOptions::default().chunks([10, 10])).unwrap();
    let want = x.slice(s![50..52, ..;10]).compute().unwrap();
    let head = x.mean(1).slice(s![..10]).compute().unwrap();

    let source = Hdf5Source::open(&h5, "x").unwrap();
    let y = da::from_source(source.clone()).typed::<f64>();
    assert_eq!(y.slice(s![50..52, ..;10]).compute().unwrap(), want);
    assert_eq!(source.reads().chunks, 10);
    assert_eq!(y.mean(1).slice(s![..10]).compute().unwrap(), head);
    assert_eq!(source.reads().chunks, 10 + 10);

    let source = ZarrSource::open(&zarr).unwrap();
    let y = da::from_source(source.clone()).typed::<f64>();
    assert_eq!(y.slice(s![50..52, ..;10]).compute().unwrap(), want);
    assert_eq!(source.reads().chunks, 10);
    assert_eq!(y.mean(1).slice(s![..10]).compute().unwrap(), head);
    assert_eq!(source.reads().chunks, 10 + 10);
}

#[test]
fn what_one_task_reads_alone_it_reads_in_bands() {
    let folder = tempfile::tempdir().unwrap();
    let (h5, npy) = (folder.path().join("x.h5"), folder.path().join("x.npy"));
    // Two by two chunks of three bands each. Whole numbers: sums are the same in any order.
    let x = da::arange(700 * 500).astype::<f64>().reshape([700, 500]).chunks([350, 250]);
    x.to_hdf5_with(&h5, "x", &Hdf5Options::default().chunks([350, 250])).unwrap();
    x.to_npy(&npy).unwrap();
    let source = Hdf5Source::open(&h5, "x").unwrap();
    let mut before = 0;
    let mut chunks_read = || source.reads().chunks - std::mem::replace(&mut before, source.reads().chunks);
    for y in [da::from_source(source.clone()).typed::<f64>(), da::from_npy(&npy).chunks([350, 250])] {
        let from_hdf5 = y.explain().unwrap().contains("x.h5");
        let mut seen = |want: u64| assert!(!from_hdf5 || chunks_read() == want);
        assert_eq!(y.sum(0).compute().unwrap(), x.sum(0).compute().unwrap());
        seen(4);
        assert_eq!(y.compute().unwrap(), x.compute().unwrap());
        seen(4);
        assert_eq!((&y * 2.0 + 1.0).compute().unwrap(), (&x * 2.0 + 1.0).compute().unwrap());
        seen(4);
        assert_eq!(y.t().sum(0).compute().unwrap(), x.sum(1).compute().unwrap());
        seen(4);
        let part = s![100..600, 20..480];
        assert_eq!(y.slice(part.clone()).max(1).compute().unwrap(), x.slice(part).max(1).compute().unwrap());
        seen(4);
        let strange = s![..;3, ..;-2];
        assert_eq!(
            y.slice(strange.clone()).sum(1).compute().unwrap(),
            x.slice(strange).sum(1).compute().unwrap()
        );
        seen(4);
        // The mean first, then the array again.
        let off = |x: &da::Array<f64>| (x - x.mean(da::keepdims(1))).min(0).compute().unwrap();
        assert_eq!(off(&y), off(&x));
        seen(8);
        // Two that need it at the same time share what is read.
        let both = compute_all((&y.sum(..), &y.max(..))).unwrap();
        assert_eq!(both.1[[]], 349_999.0);
        seen(4);
        assert_eq!((y.sum(1) + y.max(1)).compute().unwrap(), (x.sum(1) + x.max(1)).compute().unwrap());
        seen(4);
    }
}

#[test]
fn stacks_and_raw_files() {
    let folder = tempfile::tempdir().unwrap();
    let x = numbers();
    let want = x.compute().unwrap();
    for axis in [0, 1, -1] {
        let path = folder.path().join(format!("stack{axis}"));
        x.to_npy_stack(&path, axis).unwrap();
        let y = da::from_npy_stack::<i64>(&path);
        let axis = axis.rem_euclid(2) as usize;
        assert_eq!(y.chunk_sizes().unwrap()[axis], x.chunk_sizes().unwrap()[axis]);
        assert_eq!(y.compute().unwrap(), want);
        assert_eq!(y.chunks([9, 9]).t().compute().unwrap(), want.t());
        assert_eq!(x.to_npy_stack(&path, 0).unwrap_err().kind(), ErrorKind::InvalidArgument);
        if let Some(python) = std::env::var_os("SWATH_PYTHON") {
            let script = "import sys, dask.array as da, numpy as np; x = da.from_npy_stack(sys.argv[1]); \
                          assert (x.compute() == np.arange(600).reshape(20, 30)).all()";
            let status = std::process::Command::new(python).args(["-c", script]).arg(&path).status().unwrap();
            assert!(status.success());
        }
    }
    assert_eq!(x.to_npy_stack(folder.path().join("y"), 2).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let path = folder.path().join("x.bin");
    x.to_binary(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 20 * 30 * 8);
    assert_eq!(da::from_binary::<i64>(&path, [20, 30]).compute().unwrap(), want);
    let later = da::RawOptions::default().offset(8 * 30).big_endian();
    let swapped = da::from_binary_with::<i64>(&path, [19, 30], &later).compute().unwrap();
    assert_eq!(swapped[[0, 0]], 30i64.swap_bytes());
    let short = da::from_binary::<i64>(&path, [21, 30]).compute().unwrap_err();
    assert_eq!(short.kind(), ErrorKind::InvalidData);
}

#[test]
fn nothing_is_left_of_what_fails() {
    let folder = tempfile::tempdir().unwrap();
    let bad = numbers().map_blocks(|_, _| ndarray::ArrayD::from_elem(vec![1], 1i64));
    let path = folder.path().join("x");
    assert!(bad.to_hdf5(&path, "x").is_err());
    assert!(bad.to_hdf5_with(&path, "x", &Hdf5Options::default().gzip(1)).is_err());
    assert!(bad.to_zarr(&path).is_err());
    assert!(bad.to_npy_stack(&path, 0).is_err());
    assert!(bad.to_binary(&path).is_err());
    assert_eq!(entries(folder.path()), 0);
    for error in [
        da::from_hdf5_dyn(&path, "x").compute().unwrap_err(),
        da::from_zarr_dyn(&path).compute().unwrap_err(),
        da::from_npy_stack_dyn(&path).compute().unwrap_err(),
        da::open(&path).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    std::fs::write(&path, "not an array").unwrap();
    assert_eq!(da::open(&path).unwrap_err().kind(), ErrorKind::InvalidData);
}
