//! Points in time.

use std::ops::{Add, Sub};
use std::path::Path;

use swath_array_io::{NpySink, NpySource, TimeKind, TimeUnit};
use swath_array_plan::{Axes, OpenSink};
use swath_error::{Error, ErrorKind, Result};

use super::convert::{combined, converted, finer};
use super::{Durations, NAT, times};
use crate::store::{Store, measured};
use crate::{Array, where_};

/// Points in time, as NumPy's `datetime64`: so many of a unit since 1970-01-01T00:00:00.
///
/// ```
/// # use swath_local as _;
/// use swath_array::{self as da, Instants, NAT, TimeUnit};
/// let days = Instants::from_ticks(da::array(vec![19_000, 19_002, NAT]), TimeUnit::Day);
/// let hours = Instants::from_ticks(da::array(vec![456_001, 456_000, 0]), TimeUnit::Hour);
/// assert_eq!(days.lt(&hours).compute()?.as_slice(), Some(&[true, false, false][..]));
/// let apart = &hours - &days;
/// assert_eq!((apart.unit(), apart.compute()?.as_slice()), (TimeUnit::Hour, Some(&[1, -48, NAT][..])));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "arrays are lazy and do nothing until they are computed"]
pub struct Instants {
    pub(super) ticks: Array<i64>,
    pub(super) unit: TimeUnit,
}

times! { Instants, Instant, "datetime64" }

impl Sub for &Instants {
    type Output = Durations;

    #[track_caller]
    fn sub(self, other: Self) -> Durations {
        let unit = finer(self.unit, other.unit);
        let (a, b) = (self.as_unit(unit), other.as_unit(unit));
        Durations::from_ticks(combined(&a.ticks, &b.ticks, |a, b| a - b), unit)
    }
}

/// Instants so much later or earlier.
macro_rules! shifted {
    ($($trait:ident $method:ident $operator:tt;)*) => { $(
        impl $trait<&Durations> for &Instants {
            type Output = Instants;

            #[track_caller]
            fn $method(self, by: &Durations) -> Instants {
                let unit = finer(self.unit, by.unit);
                let (a, b) = (self.as_unit(unit), by.as_unit(unit));
                Instants::from_ticks(combined(&a.ticks, &b.ticks, |a, b| a $operator b), unit)
            }
        }
    )* };
}

shifted! {
    Add add +;
    Sub sub -;
}
