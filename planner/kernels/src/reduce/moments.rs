//! Counts, means and sums of squared deviations, updated so that large means do not swallow small deviations.
//!
//! Within a run: two passes over cached data. Across runs: the merging formula of Chan and others (1983). Down
//! columns: Welford's update (1962).

use multiversion::multiversion;
use swath_block::{Chunk, Scalar};
use swath_error::Result;

use super::fold::{MeanSum, Present, Rule, Zero, fold_run, pairwise};
use super::number::{Mid, Number, Wide};
use super::reducer::{Layout, Reducer};

const LANES: usize = 32;

/// Accumulators of moments; `SKIP` leaves NaN out and then counts per cell.
pub(super) struct Moments<T: Number, const SKIP: bool> {
    count: Vec<i64>,
    mean: Vec<T::Mean>,
    squares: Vec<f64>,
}

impl<T: Number, const SKIP: bool> Moments<T, SKIP>
where
    T::Mean: Zero,
{
    pub(super) fn new(cells: usize) -> Self {
        Self {
            count: vec![0; if SKIP { cells } else { 0 }],
            mean: vec![T::Mean::ZERO; cells],
            squares: vec![0.0; cells],
        }
    }
}

impl<T: Number, const SKIP: bool> Reducer<T> for Moments<T, SKIP>
where
    T::Mean: Zero,
{
    fn run(&mut self, at: usize, x: &[T], first: usize, _step: usize) {
        let n = if SKIP { fold_run::<T, Present>(x) } else { x.len() as i64 };
        let (Some(mean), Some(squares)) = (self.mean.get_mut(at), self.squares.get_mut(at)) else { return };
        if n == 0 {
            return;
        }
        let before = if SKIP {
            self.count.get_mut(at).map_or(0, |c| std::mem::replace(c, *c + n))
        } else {
            first as i64
        };
        let own = fold_run::<T, MeanSum<SKIP>>(x).scale(1.0 / n as f64);
        let own_squares = squares_about::<T, SKIP>(x, own);
        let (n, before) = (n as f64, before as f64);
        let delta = own.sub(*mean);
        let share = n / (n + before);
        *mean = mean.add(delta.scale(share));
        *squares += own_squares;
        // The square of a large mean may be infinite.
        if before > 0.0 {
            *squares += delta.dot(delta) * before * share;
        }
    }

    fn rows(&mut self, at: usize, x: &[T], index: usize) {
        let cells = at..at + x.len();
        let (Some(mean), Some(squares)) =
            (self.mean.get_mut(cells.clone()), self.squares.get_mut(cells.clone()))
        else {
            return;
        };
        if SKIP {
            if let Some(count) = self.count.get_mut(cells) {
                welford_skipping(x, count, mean, squares);
            }
        } else {
            welford(x, 1.0 / (index as f64 + 1.0), mean, squares);
        }
    }

    fn finish(self, layout: &Layout<'_>) -> Result<Vec<Chunk>> {
        let count = if SKIP {
            layout.chunk(self.count)?
        } else {
            Chunk::full(layout.shape, Scalar::I64(layout.count as i64))
        };
        Ok(vec![count, layout.chunk(self.mean)?, layout.chunk(self.squares)?])
    }
}

/// The sum of squared distances from `mean`.
#[multiversion(targets("x86_64+avx2+fma"))]
fn squares_about<T: Number, const SKIP: bool>(x: &[T], mean: T::Mean) -> f64 {
    let square = |v: T| {
        let d = v.mean().sub(mean);
        if SKIP && v.missing() { 0.0 } else { d.dot(d) }
    };
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for block in blocks {
        for (lane, v) in lanes.iter_mut().zip(block) {
            *lane += square(*v);
        }
    }
    for (lane, v) in lanes.iter_mut().zip(rest) {
        *lane += square(*v);
    }
    pairwise(lanes, |a, b| a + b)
}

/// One more element for every cell; `share` is one over the number of elements with it.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+fma+avx2", "x86_64+avx2+fma"))]
fn welford<T: Number>(x: &[T], share: f64, mean: &mut [T::Mean], squares: &mut [f64]) {
    for ((v, mean), squares) in x.iter().zip(mean).zip(squares) {
        let v = v.mean();
        let delta = v.sub(*mean);
        *mean = mean.add(delta.scale(share));
        *squares += delta.dot(v.sub(*mean));
    }
}

fn welford_skipping<T: Number>(x: &[T], count: &mut [i64], mean: &mut [T::Mean], squares: &mut [f64]) {
    for (((v, count), mean), squares) in x.iter().zip(count).zip(mean).zip(squares) {
        if !v.missing() {
            *count += 1;
            let v = v.mean();
            let delta = v.sub(*mean);
            *mean = mean.add(delta.scale(1.0 / *count as f64));
            *squares += delta.dot(v.sub(*mean));
        }
    }
}

/// A sum for means, and how many elements it has.
pub(super) struct Mean<T: Number, const SKIP: bool> {
    sum: Vec<T::Mean>,
    count: Vec<i64>,
}

impl<T: Number, const SKIP: bool> Mean<T, SKIP>
where
    T::Mean: Zero,
{
    pub(super) fn new(cells: usize) -> Self {
        Self { sum: vec![T::Mean::ZERO; cells], count: vec![0; if SKIP { cells } else { 0 }] }
    }
}

impl<T: Number, const SKIP: bool> Reducer<T> for Mean<T, SKIP>
where
    T::Mean: Zero,
{
    fn run(&mut self, at: usize, x: &[T], _first: usize, _step: usize) {
        if let Some(sum) = self.sum.get_mut(at) {
            *sum = sum.add(fold_run::<T, MeanSum<SKIP>>(x));
        }
        if let Some(count) = self.count.get_mut(at) {
            *count += fold_run::<T, Present>(x);
        }
    }

    fn rows(&mut self, at: usize, x: &[T], _index: usize) {
        if let Some(sum) = self.sum.get_mut(at..at + x.len()) {
            for (sum, v) in sum.iter_mut().zip(x) {
                *sum = sum.add(MeanSum::<SKIP>::take(*v));
            }
        }
        if let Some(count) = self.count.get_mut(at..at + x.len()) {
            for (count, v) in count.iter_mut().zip(x) {
                *count += i64::from(!v.missing());
            }
        }
    }

    fn finish(self, layout: &Layout<'_>) -> Result<Vec<Chunk>> {
        let count = if SKIP {
            layout.chunk(self.count)?
        } else {
            Chunk::full(layout.shape, Scalar::I64(layout.count as i64))
        };
        Ok(vec![layout.chunk(self.sum)?, count])
    }
}
