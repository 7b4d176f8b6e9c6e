//! Whole numbers of one unit as those of another.

use swath_array_io::TimeUnit;

use super::NAT;
use crate::{Array, where_};

/// The unit in which two can be compared exactly.
pub(super) fn finer(a: TimeUnit, b: TimeUnit) -> TimeUnit {
    a.max(b)
}

/// Numbers of another unit; `NaT` stays.
#[track_caller]
pub(super) fn converted(ticks: &Array<i64>, from: TimeUnit, to: TimeUnit) -> Array<i64> {
    let (from, to) = (from.nanoseconds(), to.nanoseconds());
    match from.cmp(&to) {
        std::cmp::Ordering::Equal => ticks.clone(),
        std::cmp::Ordering::Greater => keeping_nat(ticks, &(ticks * (from / to))),
        std::cmp::Ordering::Less => keeping_nat(ticks, &ticks.floor_divide(to / from)),
    }
}

/// `computed`, but `NaT` where `ticks` is.
#[track_caller]
pub(super) fn keeping_nat(ticks: &Array<i64>, computed: &Array<i64>) -> Array<i64> {
    where_(ticks.eq_(NAT), NAT, computed)
}

/// The result of an operation of two arrays of one unit: `NaT` where one is.
#[track_caller]
pub(super) fn combined(
    a: &Array<i64>,
    b: &Array<i64>,
    combine: impl FnOnce(&Array<i64>, &Array<i64>) -> Array<i64>,
) -> Array<i64> {
    where_(a.eq_(NAT).logical_or(b.eq_(NAT)), NAT, combine(a, b))
}
