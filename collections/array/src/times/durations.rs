//! Lengths of time.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::path::Path;

use swath_array_io::{NpySink, NpySource, TimeKind, TimeUnit};
use swath_array_plan::{Axes, OpenSink};
use swath_error::{Error, ErrorKind, Result};

use super::convert::{combined, converted, finer, keeping_nat};
use super::{NAT, times};
use crate::store::{Store, measured};
use crate::{Array, where_};

/// Lengths of time, as NumPy's `timedelta64`: so many of a unit.
///
/// ```
/// # use swath_local as _;
/// use swath_array::{self as da, Durations, TimeUnit};
/// let minutes = Durations::from_ticks(da::array(vec![90, -30]), TimeUnit::Minute);
/// assert_eq!((&minutes * 2).compute()?.as_slice(), Some(&[180, -60][..]));
/// let hours = Durations::from_ticks(da::array(vec![1, 1]), TimeUnit::Hour);
/// assert_eq!((&minutes / &hours).compute()?.as_slice(), Some(&[1.5, -0.5][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "arrays are lazy and do nothing until they are computed"]
pub struct Durations {
    pub(super) ticks: Array<i64>,
    pub(super) unit: TimeUnit,
}

times! { Durations, Duration, "timedelta64" }

impl Durations {
    /// Their lengths, all positive.
    #[track_caller]
    pub fn abs(&self) -> Self {
        self.moved(|ticks| keeping_nat(ticks, &ticks.abs()))
    }

    /// Sums over one axis, several or all; `NaT` where one is.
    #[track_caller]
    pub fn sum(&self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into();
        let missing = self.isnat().any(axes.clone());
        self.moved(|ticks| where_(&missing, NAT, ticks.sum(axes)))
    }
}

macro_rules! between_durations {
    ($($trait:ident $method:ident $operator:tt;)*) => { $(
        impl $trait for &Durations {
            type Output = Durations;

            #[track_caller]
            fn $method(self, other: Self) -> Durations {
                let unit = finer(self.unit, other.unit);
                let (a, b) = (self.as_unit(unit), other.as_unit(unit));
                Durations::from_ticks(combined(&a.ticks, &b.ticks, |a, b| a $operator b), unit)
            }
        }
    )* };
}

between_durations! {
    Add add +;
    Sub sub -;
}

impl Mul<i64> for &Durations {
    type Output = Durations;

    #[track_caller]
    fn mul(self, times: i64) -> Durations {
        self.moved(|ticks| keeping_nat(ticks, &(ticks * times)))
    }
}

impl Neg for &Durations {
    type Output = Durations;

    #[track_caller]
    fn neg(self) -> Durations {
        self.moved(|ticks| keeping_nat(ticks, &-ticks))
    }
}

impl Div for &Durations {
    /// How often one fits into the other; NaN where one is `NaT`.
    type Output = Array<f64>;

    #[track_caller]
    fn div(self, other: Self) -> Array<f64> {
        let unit = finer(self.unit, other.unit);
        let (a, b) = (self.as_unit(unit), other.as_unit(unit));
        where_(a.isnat().logical_or(b.isnat()), f64::NAN, &(&a.ticks / &b.ticks))
    }
}
