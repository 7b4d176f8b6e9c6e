//! Sums, products and counts of true elements: one accumulator per result, many lanes within a run.

use std::marker::PhantomData;

use multiversion::multiversion;
use swath_block::{Chunk, Element};
use swath_error::Result;

use super::number::{Number, Wide};
use super::reducer::{Layout, Reducer};

/// Accumulators side by side within a run: independent, so that they fill vector registers, and fewer rounding errors
/// add up than in one long chain.
const LANES: usize = 32;

/// How elements become summands, and how summands are joined.
pub(super) trait Rule<T>: 'static {
    type Acc: Element;
    const START: Self::Acc;
    fn take(value: T) -> Self::Acc;
    fn join(a: Self::Acc, b: Self::Acc) -> Self::Acc;
}

/// Sums; `SKIP` leaves NaN out.
pub(super) struct Add<const SKIP: bool>;
/// Products; `SKIP` leaves NaN out.
pub(super) struct Multiply<const SKIP: bool>;
/// Sums in the type means are made in.
pub(super) struct MeanSum<const SKIP: bool>;
/// Counts of elements that are not NaN.
pub(super) struct Present;
/// Counts of true elements.
pub(super) struct Truths;
/// Whether any is true.
pub(super) struct AnyTrue;
/// Whether all are true.
pub(super) struct AllTrue;

impl<T: Number, const SKIP: bool> Rule<T> for Add<SKIP>
where
    T::Sum: Zero,
{
    type Acc = T::Sum;
    const START: T::Sum = T::Sum::ZERO;

    #[inline(always)]
    fn take(value: T) -> T::Sum {
        if SKIP && value.missing() { <Self as Rule<T>>::START } else { value.sum() }
    }

    #[inline(always)]
    fn join(a: T::Sum, b: T::Sum) -> T::Sum {
        a.add(b)
    }
}

impl<T: Number, const SKIP: bool> Rule<T> for Multiply<SKIP> {
    type Acc = T::Sum;
    const START: T::Sum = T::Sum::ONE;

    #[inline(always)]
    fn take(value: T) -> T::Sum {
        if SKIP && value.missing() { <Self as Rule<T>>::START } else { value.sum() }
    }

    #[inline(always)]
    fn join(a: T::Sum, b: T::Sum) -> T::Sum {
        a.mul(b)
    }
}

impl<T: Number, const SKIP: bool> Rule<T> for MeanSum<SKIP>
where
    T::Mean: Zero,
{
    type Acc = T::Mean;
    const START: T::Mean = T::Mean::ZERO;

    #[inline(always)]
    fn take(value: T) -> T::Mean {
        if SKIP && value.missing() { <Self as Rule<T>>::START } else { value.mean() }
    }

    #[inline(always)]
    fn join(a: T::Mean, b: T::Mean) -> T::Mean {
        a.add(b)
    }
}

macro_rules! counting {
    ($($rule:ident $acc:ty, $start:expr, $take:expr, $join:expr;)*) => { $(
        impl<T: Number> Rule<T> for $rule {
            type Acc = $acc;
            const START: $acc = $start;

            #[inline(always)]
            fn take(value: T) -> $acc { $take(value) }

            #[inline(always)]
            fn join(a: $acc, b: $acc) -> $acc { $join(a, b) }
        }
    )* };
}

counting! {
    Present i64, 0, |v: T| i64::from(!v.missing()), |a, b| a + b;
    Truths i64, 0, |v: T| i64::from(v.is_true()), |a, b| a + b;
    AnyTrue bool, false, T::is_true, |a, b| a | b;
    AllTrue bool, true, T::is_true, |a, b| a & b;
}

/// The neutral element of addition, as a constant.
pub(super) trait Zero {
    const ZERO: Self;
}

impl Zero for i64 {
    const ZERO: Self = 0;
}

impl Zero for u64 {
    const ZERO: Self = 0;
}

impl Zero for f64 {
    const ZERO: Self = 0.0;
}

impl Zero for num_complex::Complex64 {
    const ZERO: Self = Self::new(0.0, 0.0);
}

/// Accumulators of a rule.
pub(super) struct Fold<T, R: Rule<T>> {
    acc: Vec<R::Acc>,
    element: PhantomData<T>,
}

impl<T: Number, R: Rule<T>> Fold<T, R> {
    pub(super) fn new(cells: usize) -> Self {
        Self { acc: vec![R::START; cells], element: PhantomData }
    }
}

impl<T: Number, R: Rule<T>> Reducer<T> for Fold<T, R> {
    fn run(&mut self, at: usize, x: &[T], _first: usize, _step: usize) {
        if let Some(acc) = self.acc.get_mut(at) {
            *acc = R::join(*acc, fold_run::<T, R>(x));
        }
    }

    fn rows(&mut self, at: usize, x: &[T], _index: usize) {
        if let Some(acc) = self.acc.get_mut(at..at + x.len()) {
            fold_rows::<T, R>(x, acc);
        }
    }

    fn finish(self, layout: &Layout<'_>) -> Result<Vec<Chunk>> {
        Ok(vec![layout.chunk(self.acc)?])
    }
}

/// The sum of a run.
#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn fold_run<T: Number, R: Rule<T>>(x: &[T]) -> R::Acc {
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut lanes = [R::START; LANES];
    for block in blocks {
        for (lane, v) in lanes.iter_mut().zip(block) {
            *lane = R::join(*lane, R::take(*v));
        }
    }
    for (lane, v) in lanes.iter_mut().zip(rest) {
        *lane = R::join(*lane, R::take(*v));
    }
    pairwise(lanes, R::join)
}

/// Lanes joined as a balanced tree.
#[inline(always)]
pub(super) fn pairwise<A: Copy, const N: usize>(mut lanes: [A; N], join: impl Fn(A, A) -> A) -> A {
    let mut n = N;
    while n > 1 {
        n /= 2;
        let (low, high) = lanes.split_at_mut(n);
        for (a, b) in low.iter_mut().zip(high) {
            *a = join(*a, *b);
        }
    }
    lanes[0]
}

#[multiversion(targets("x86_64+avx2+fma"))]
fn fold_rows<T: Number, R: Rule<T>>(x: &[T], acc: &mut [R::Acc]) {
    for (acc, v) in acc.iter_mut().zip(x) {
        *acc = R::join(*acc, R::take(*v));
    }
}
