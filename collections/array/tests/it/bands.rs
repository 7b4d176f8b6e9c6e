//! Sources that give bands: who asks for them, and how many threads at a time.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::ThreadId;
use std::time::Duration;

use ndarray::{ArrayD, Axis};
use swath_array::{self as da, Array, ArraySource, Bands, Chunk, DType, Key, Region};
use swath_error::{Error, Result};
use swath_execute::{RunOptions, compute_all};

/// How a source was read.
#[derive(Debug, Default)]
struct Asked {
    /// Regions read as a whole, and in bands.
    whole: usize,
    banded: usize,
    threads: HashSet<ThreadId>,
}

/// `1000 * i + j`; bands wait until so many threads have come for one.
#[derive(Clone, Debug)]
struct Rows {
    shape: [usize; 2],
    key: Key,
    asked: Arc<(Mutex<Asked>, Condvar)>,
    wait_for: usize,
}

impl Rows {
    fn new(shape: [usize; 2], wait_for: usize) -> Self {
        Self { shape, key: Key::unique("rows"), asked: Arc::default(), wait_for }
    }

    fn array(&self, chunks: [usize; 2]) -> Array<f64> {
        da::from_source(self.clone()).typed().chunks(chunks)
    }

    /// Regions read as a whole and in bands since the last time.
    fn asked(&self) -> (usize, usize) {
        let mut asked = self.asked.0.lock().unwrap();
        (std::mem::take(&mut asked.whole), std::mem::take(&mut asked.banded))
    }

    fn values(region: &Region) -> Vec<f64> {
        let row = |i: usize| region[1].clone().map(move |j| (1000 * i + j) as f64);
        region[0].clone().flat_map(row).collect()
    }

    fn want(&self) -> ArrayD<f64> {
        let all = [0..self.shape[0], 0..self.shape[1]];
        ArrayD::from_shape_vec(self.shape.as_slice(), Self::values(&all)).unwrap()
    }

    /// Waits for the other threads; an error when they do not come.
    fn meet(&self) -> Result<()> {
        let (asked, came) = &*self.asked;
        let mut asked = asked.lock().unwrap();
        asked.threads.insert(std::thread::current().id());
        came.notify_all();
        let wait =
            came.wait_timeout_while(asked, Duration::from_secs(50), |a| a.threads.len() < self.wait_for);
        if wait.unwrap().1.timed_out() { Err(Error::internal("a thread was missing")) } else { Ok(()) }
    }
}

impl ArraySource for Rows {
    fn dtype(&self) -> DType {
        DType::F64
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        self.asked.0.lock().unwrap().whole += 1;
        Chunk::from_vec(Self::values(region), &[region[0].len(), region[1].len()])
    }

    fn reads_bands(&self) -> bool {
        true
    }

    fn bands(&self, region: &Region) -> Result<Option<Bands<'_>>> {
        self.asked.0.lock().unwrap().banded += 1;
        let read = |part: &Region, out: &mut [u8]| {
            self.meet()?;
            for (value, to) in Self::values(part).iter().zip(out.chunks_exact_mut(8)) {
                to.copy_from_slice(&value.to_ne_bytes());
            }
            Ok(())
        };
        Ok(Some(Bands::new(DType::F64, region, Box::new(read))))
    }

    fn key(&self) -> Key {
        self.key
    }

    fn describe(&self) -> String {
        "rows".to_owned()
    }
}

#[test]
fn what_is_read_by_one_comes_in_bands_and_what_is_shared_as_a_whole() {
    let source = Rows::new([300, 500], 1);
    let (x, want) = (source.array([150, 250]), source.want());
    let asked = |whole: usize, banded: usize| assert_eq!(source.asked(), (whole, banded));
    assert_eq!(x.compute().unwrap(), want);
    asked(0, 4);
    assert_eq!((&x * 2.0).compute().unwrap(), &want * 2.0);
    asked(0, 4);
    assert_eq!((&x * 2.0).sum(1).compute().unwrap(), (&want * 2.0).sum_axis(Axis(1)));
    asked(0, 4);
    assert_eq!((&x - x.min(da::keepdims(..))).sum(0).compute().unwrap(), want.sum_axis(Axis(0)));
    asked(0, 8);
    assert_eq!((x.sum(1) + x.max(1)).compute().unwrap()[3], 500.0 * 3249.5 + 3499.0);
    asked(4, 0);
    assert_eq!(compute_all((&x.sum(..), &x.max(..))).unwrap().1[[]], 299_499.0);
    asked(4, 0);
    assert_eq!(x.t().compute().unwrap(), want.t());
    asked(4, 0);
    let kept = x.persist().unwrap();
    assert_eq!(kept.sum(0).compute().unwrap(), want.sum_axis(Axis(0)));
    asked(4, 0);
}

#[test]
fn threads_come_together_for_one_block() {
    for columns in [1000, 11_000] {
        let rows = 3_000_000_usize.div_ceil(columns);
        let options = RunOptions::default().threads(2);
        let one = |job: &dyn Fn(&Array<f64>) -> Array<f64>| {
            let source = Rows::new([rows, columns], 2);
            job(&source.array([rows, columns])).compute_with(&options).unwrap();
            assert_eq!(source.asked().0, 0);
        };
        one(&|x| x * 2.0);
        one(&|x| x.sum(0));
        one(&|x| x.sum(1));
        one(&|x| x.std(..));
    }
}
