//! Loops over one or two operands; inlined into functions that are compiled per processor.

use super::Arg;

#[inline(always)]
pub(super) fn map<T: Copy, R>(x: &[T], out: &mut [R], f: impl Fn(T) -> R) {
    for (o, x) in out.iter_mut().zip(x) {
        *o = f(*x);
    }
}

#[inline(always)]
pub(super) fn zip<T: Copy, R: Copy>(a: Arg<'_, T>, b: Arg<'_, T>, out: &mut [R], f: impl Fn(T, T) -> R) {
    match (a, b) {
        (Arg::Slice(a), Arg::Slice(b)) => {
            for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
                *o = f(*a, *b);
            }
        }
        (Arg::Slice(a), Arg::One(b)) => map(a, out, |a| f(a, b)),
        (Arg::One(a), Arg::Slice(b)) => map(b, out, |b| f(a, b)),
        (Arg::One(a), Arg::One(b)) => out.fill(f(a, b)),
    }
}

/// As [`zip`], with one loop instead of three: for operations whose cost dwarfs the loop's.
#[inline(always)]
pub(super) fn zip_slow<T: Copy, R>(a: Arg<'_, T>, b: Arg<'_, T>, out: &mut [R], f: impl Fn(T, T) -> R) {
    let at = |arg: Arg<'_, T>, i: usize| match arg {
        Arg::Slice(s) => s.get(i).copied(),
        Arg::One(v) => Some(v),
    };
    for (i, o) in out.iter_mut().enumerate() {
        if let (Some(a), Some(b)) = (at(a, i), at(b, i)) {
            *o = f(a, b);
        }
    }
}
