//! Results in the caller's memory, and in sinks of the user's own.

use std::sync::{Arc, Mutex};

use ndarray::{Array2, ArrayD, Dimension as _, s as nd};
use proptest::prelude::*;
use swath_array::{self as da, Array, ArraySink, Chunk, DType, s};
use swath_error::{Error, ErrorKind, Result};

fn numbers() -> Array<f64> {
    da::arange_f64(0.0, 600.0, 1.0).reshape([20, 30]).chunks([7, 11])
}

#[test]
fn results_in_memory_of_ones_own() {
    let x = numbers();
    let mut out = Array2::<f64>::zeros((20, 30));
    for y in [
        x.sin(),
        &x - x.mean(da::keepdims(1)),
        x.t().t().clone(),
        x.slice(s![..;-1, ..]),
        da::zeros([20, 30]),
    ] {
        y.compute_into(&mut out).unwrap();
        assert_eq!(out.clone().into_dyn(), y.compute().unwrap());
    }
    // Memory in another order, every other row of something larger, and a view of any number of axes.
    let mut columns = Array2::<f64>::zeros((30, 20)).reversed_axes();
    x.compute_into(&mut columns).unwrap();
    assert_eq!(columns.into_dyn(), x.compute().unwrap());
    let mut wide = Array2::<f64>::from_elem((40, 30), -1.0);
    x.compute_into(&mut wide.slice_mut(nd![..;2, ..])).unwrap();
    assert_eq!(wide.slice(nd![..;2, ..]).into_dyn(), x.compute().unwrap());
    assert!(wide.slice(nd![1..;2, ..]).iter().all(|v| *v == -1.0));
    let mut sum = ArrayD::<f64>::zeros(vec![]);
    x.sum(..).compute_into(&mut sum).unwrap();
    assert_eq!(sum.first(), Some(&179_700.0));
    let mut none = Array2::<f64>::zeros((0, 30));
    x.slice(s![..0, ..]).compute_into(&mut none).unwrap();
}

#[test]
fn lengths_that_show_later_must_fit() {
    let x = numbers().reshape([600]);
    let large = x.mask(x.ge(590.0));
    let mut out = ndarray::Array1::zeros(10);
    large.compute_into(&mut out).unwrap();
    assert_eq!(out[9], 599.0);
    let short = large.compute_into(&mut ndarray::Array1::zeros(9)).unwrap_err();
    assert_eq!(short.kind(), ErrorKind::ShapeMismatch);
    let known = x.compute_into(&mut ndarray::Array1::zeros(601)).unwrap_err();
    assert_eq!(known.kind(), ErrorKind::ShapeMismatch);
    assert!(known.to_string().contains("[600]") && known.to_string().contains("[601]"), "{known}");
}

#[test]
fn what_fails_leaves_the_memory_to_its_owner() {
    let mut out = vec![0.0; 1000];
    for round in 0..20 {
        let x = da::arange(1000).chunks(10).map_blocks(move |values, _| {
            assert!(values.iter().all(|v| *v != 50 * round), "no such luck");
            values.mapv(|v| v as f64)
        });
        let mut view = ndarray::ArrayViewMut1::from(&mut out[..]);
        assert!(x.compute_into(&mut view).unwrap_err().to_string().contains("no such luck"));
        // Tasks that were running are done or have been turned away.
        out.fill(-1.0);
        std::thread::yield_now();
        assert!(out.iter().all(|v| *v == -1.0));
    }
}

/// A sink in memory, which counts what is written and says whether it was finished.
#[derive(Debug)]
struct Memory {
    shape: Vec<usize>,
    values: Mutex<ArrayD<f32>>,
    finished: Mutex<usize>,
}

impl Memory {
    fn of(shape: &[usize]) -> Arc<Self> {
        let values = Mutex::new(ArrayD::from_elem(shape, f32::NAN));
        Arc::new(Self { shape: shape.to_vec(), values, finished: Mutex::new(0) })
    }

    fn values(&self) -> ArrayD<f32> {
        self.values.lock().unwrap().clone()
    }
}

impl ArraySink for Memory {
    fn dtype(&self) -> DType {
        DType::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
        let from = chunk.view::<f32>()?;
        if from.iter().any(|v| *v == 13.0) {
            return Err(Error::argument("13 is not stored"));
        }
        let mut values = self.values.lock().unwrap();
        for (index, value) in from.indexed_iter() {
            let at: Vec<usize> = index.slice().iter().zip(offset).map(|(i, o)| i + o).collect();
            assert!(values[at.as_slice()].is_nan(), "written twice");
            values[at.as_slice()] = *value;
        }
        Ok(())
    }

    fn finish(&self) -> Result<()> {
        *self.finished.lock().unwrap() += 1;
        Ok(())
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }
}

#[test]
fn arrays_in_one_run_of_which_one_is_a_part() {
    let x = numbers() + 100.0;
    let (whole, part) = (Memory::of(&[20, 30]), Memory::of(&[25, 40]));
    da::store([(x.clone().into_dyn(), whole.clone())]).unwrap();
    let want = x.compute().unwrap().mapv(|v| v as f32);
    assert_eq!((whole.values(), *whole.finished.lock().unwrap()), (want.clone(), 1));
    x.store_at(part.clone(), &[5, 10]).unwrap();
    assert_eq!(*part.finished.lock().unwrap(), 0, "there may be more parts");
    let all = part.values();
    assert_eq!(all.slice(nd![5.., 10..]), want.view().into_dimensionality::<ndarray::Ix2>().unwrap());
    assert_eq!(all.iter().filter(|v| v.is_nan()).count(), 25 * 40 - 600);
    let sinks: [Box<dyn ArraySink>; 2] = [Box::new(Memory::of(&[20, 30])), Box::new(Memory::of(&[30, 20]))];
    da::store([x.clone().into_dyn(), x.t().into_dyn()].into_iter().zip(sinks)).unwrap();
}

#[test]
fn sinks_that_do_not_fit_or_fail() {
    let x = numbers();
    let small = Memory::of(&[20, 29]);
    for refused in [
        x.store(small.clone()),
        x.store_at(small.clone(), &[0, 0]),
        x.store_at(Memory::of(&[20, 30]), &[0, 1]),
        x.store_at(Memory::of(&[20, 30]), &[0]),
        x.store_at(Memory::of(&[20, 30]), &[usize::MAX, 0]),
        x.reshape([600]).store(Memory::of(&[20, 30])),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
        assert!(error.to_string().contains("memory of shape [20, "), "{error}");
    }
    assert!(small.values().iter().all(|v| v.is_nan()));
    let unlucky = Memory::of(&[20, 30]);
    assert!(x.store(unlucky.clone()).unwrap_err().to_string().contains("13 is not stored"));
    assert_eq!((*unlucky.finished.lock().unwrap(), Arc::strong_count(&unlucky)), (0, 1));
}

#[test]
fn arrays_of_what_is_at_hand() {
    fn total(values: impl Into<Array<i64>>) -> i64 {
        da::asarray(values).sum(..).item().unwrap()
    }
    let x = da::arange(10);
    assert_eq!(total(vec![1, 2, 3]), 6);
    assert_eq!(total(ndarray::arr2(&[[1, 2], [3, 4]])), 10);
    assert_eq!(total(&x) + total(x), 90);
    assert_eq!(da::asarray(7i64).ndim().unwrap() as i64 + total(7), 7);
}

proptest! {
    #[test]
    fn any_shape_and_chunks(shape in prop::collection::vec(0usize..7, 0..4), chunks in prop::collection::vec(1usize..5, 4)) {
        let chunks: Vec<usize> = chunks.into_iter().take(shape.len()).collect();
        let n: usize = shape.iter().product();
        let x = da::arange(n as i64).reshape(shape.clone()).chunks(chunks);
        let y = &x * &x + 1;
        let mut out = ArrayD::<i64>::from_elem(shape.clone(), -1);
        y.compute_into(&mut out).unwrap();
        prop_assert_eq!(&out, &y.compute().unwrap());
        out.fill(-1);
        x.compute_into(&mut out).unwrap();
        prop_assert_eq!(out, x.compute().unwrap());
    }
}
