//! Minima and maxima, and where they are.

use multiversion::multiversion;
use swath_block::Chunk;
use swath_error::Result;

use super::fold::pairwise;
use super::number::Ordered;
use super::reducer::{Layout, Reducer};

const LANES: usize = 32;

/// The better of two; `MAX` looks for the largest, `SKIP` leaves NaN out (it propagates otherwise).
#[inline(always)]
fn better<T: Ordered, const MAX: bool, const SKIP: bool>(a: T, b: T) -> T {
    let keeps = if MAX { a >= b } else { a <= b };
    if keeps || if SKIP { b.missing() } else { a.missing() } { a } else { b }
}

/// What [`better`] starts from.
fn start<T: Ordered, const MAX: bool, const SKIP: bool>() -> T {
    let worst = if MAX { T::BOTTOM } else { T::TOP };
    if SKIP { T::NONE.unwrap_or(worst) } else { worst }
}

/// Accumulators of extremes.
pub(super) struct Extreme<T, const MAX: bool, const SKIP: bool> {
    acc: Vec<T>,
}

impl<T: Ordered, const MAX: bool, const SKIP: bool> Extreme<T, MAX, SKIP> {
    pub(super) fn new(cells: usize) -> Self {
        Self { acc: vec![start::<T, MAX, SKIP>(); cells] }
    }
}

impl<T: Ordered, const MAX: bool, const SKIP: bool> Reducer<T> for Extreme<T, MAX, SKIP> {
    fn run(&mut self, at: usize, x: &[T], _first: usize, _step: usize) {
        if let Some(acc) = self.acc.get_mut(at) {
            *acc = better::<T, MAX, SKIP>(*acc, extreme_run::<T, MAX, SKIP>(x));
        }
    }

    fn rows(&mut self, at: usize, x: &[T], _index: usize) {
        if let Some(acc) = self.acc.get_mut(at..at + x.len()) {
            extreme_rows::<T, MAX, SKIP>(x, acc);
        }
    }

    fn finish(self, layout: &Layout<'_>) -> Result<Vec<Chunk>> {
        Ok(vec![layout.chunk(self.acc)?])
    }
}

#[multiversion(targets("x86_64+avx2+fma"))]
fn extreme_run<T: Ordered, const MAX: bool, const SKIP: bool>(x: &[T]) -> T {
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut lanes = [start::<T, MAX, SKIP>(); LANES];
    for block in blocks {
        for (lane, v) in lanes.iter_mut().zip(block) {
            *lane = better::<T, MAX, SKIP>(*lane, *v);
        }
    }
    for (lane, v) in lanes.iter_mut().zip(rest) {
        *lane = better::<T, MAX, SKIP>(*lane, *v);
    }
    pairwise(lanes, better::<T, MAX, SKIP>)
}

#[multiversion(targets("x86_64+avx2+fma"))]
fn extreme_rows<T: Ordered, const MAX: bool, const SKIP: bool>(x: &[T], acc: &mut [T]) {
    for (acc, v) in acc.iter_mut().zip(x) {
        *acc = better::<T, MAX, SKIP>(*acc, *v);
    }
}

/// Accumulators of extremes and their indices; -1 where nothing was found.
pub(super) struct ArgExtreme<T, const MAX: bool, const SKIP: bool> {
    acc: Vec<T>,
    index: Vec<i64>,
}

impl<T: Ordered, const MAX: bool, const SKIP: bool> ArgExtreme<T, MAX, SKIP> {
    pub(super) fn new(cells: usize) -> Self {
        Self { acc: vec![start::<T, MAX, SKIP>(); cells], index: vec![-1; cells] }
    }
}

impl<T: Ordered, const MAX: bool, const SKIP: bool> Reducer<T> for ArgExtreme<T, MAX, SKIP> {
    fn run(&mut self, at: usize, x: &[T], first: usize, step: usize) {
        let value = extreme_run::<T, MAX, SKIP>(x);
        let found = x.iter().position(|v| if value.missing() { v.missing() } else { *v == value });
        if let (Some(acc), Some(index), Some(found)) = (self.acc.get_mut(at), self.index.get_mut(at), found)
            && !(SKIP && value.missing())
        {
            offer::<T, MAX>(acc, index, value, (first + found * step) as i64);
        }
    }

    fn rows(&mut self, at: usize, x: &[T], index: usize) {
        let cells = at..at + x.len();
        if let (Some(acc), Some(indices)) = (self.acc.get_mut(cells.clone()), self.index.get_mut(cells)) {
            for ((acc, at), v) in acc.iter_mut().zip(indices).zip(x) {
                if !(SKIP && v.missing()) {
                    offer::<T, MAX>(acc, at, *v, index as i64);
                }
            }
        }
    }

    fn finish(self, layout: &Layout<'_>) -> Result<Vec<Chunk>> {
        Ok(vec![layout.chunk(self.acc)?, layout.chunk(self.index)?])
    }
}

/// Takes a candidate when it is better: present before absent, NaN before numbers, then by order, then by index.
#[inline(always)]
fn offer<T: Ordered, const MAX: bool>(acc: &mut T, index: &mut i64, value: T, at: i64) {
    let beats = if MAX { value > *acc } else { value < *acc };
    let ties = value == *acc || (value.missing() && acc.missing());
    let wins = *index < 0 || beats || (value.missing() && !acc.missing()) || (ties && at < *index);
    if wins {
        *acc = value;
        *index = at;
    }
}
