//! One of two operands by a condition.

use multiversion::multiversion;
use swath_block::Element;

use super::Arg;

/// `a` where the condition is true, else `b`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub(crate) fn select<T: Element>(condition: Arg<'_, bool>, a: Arg<'_, T>, b: Arg<'_, T>, out: &mut [T]) {
    match (condition, a, b) {
        (Arg::One(c), a, b) => match if c { a } else { b } {
            Arg::Slice(v) => out.copy_from_slice(v.get(..out.len()).unwrap_or(&[])),
            Arg::One(v) => out.fill(v),
        },
        (Arg::Slice(c), Arg::Slice(a), Arg::Slice(b)) => {
            for (((o, c), a), b) in out.iter_mut().zip(c).zip(a).zip(b) {
                *o = if *c { *a } else { *b };
            }
        }
        (Arg::Slice(c), Arg::Slice(a), Arg::One(b)) => {
            for ((o, c), a) in out.iter_mut().zip(c).zip(a) {
                *o = if *c { *a } else { b };
            }
        }
        (Arg::Slice(c), Arg::One(a), Arg::Slice(b)) => {
            for ((o, c), b) in out.iter_mut().zip(c).zip(b) {
                *o = if *c { a } else { *b };
            }
        }
        (Arg::Slice(c), Arg::One(a), Arg::One(b)) => {
            for (o, c) in out.iter_mut().zip(c) {
                *o = if *c { a } else { b };
            }
        }
    }
}
