//! NumPy's element types for instants and durations: whole numbers of a unit of time.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A unit of time of fixed length, under NumPy's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimeUnit {
    /// `W`
    Week,
    /// `D`
    Day,
    /// `h`
    Hour,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `ms`
    Millisecond,
    /// `us`
    Microsecond,
    /// `ns`
    Nanosecond,
}

impl TimeUnit {
    const ALL: [Self; 8] = [
        Self::Week,
        Self::Day,
        Self::Hour,
        Self::Minute,
        Self::Second,
        Self::Millisecond,
        Self::Microsecond,
        Self::Nanosecond,
    ];

    /// NumPy's name of the unit.
    pub fn name(self) -> &'static str {
        match self {
            Self::Week => "W",
            Self::Day => "D",
            Self::Hour => "h",
            Self::Minute => "m",
            Self::Second => "s",
            Self::Millisecond => "ms",
            Self::Microsecond => "us",
            Self::Nanosecond => "ns",
        }
    }

    /// The unit of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// How many nanoseconds it has.
    pub fn nanoseconds(self) -> i64 {
        match self {
            Self::Week => 7 * Self::Day.nanoseconds(),
            Self::Day => 24 * Self::Hour.nanoseconds(),
            Self::Hour => 60 * Self::Minute.nanoseconds(),
            Self::Minute => 60 * Self::Second.nanoseconds(),
            Self::Second => 1_000_000_000,
            Self::Millisecond => 1_000_000,
            Self::Microsecond => 1000,
            Self::Nanosecond => 1,
        }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What whole numbers of a unit stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeKind {
    /// `datetime64`: time since 1970-01-01T00:00:00.
    Instant,
    /// `timedelta64`
    Duration,
}

impl TimeKind {
    /// NumPy's name of the type with this unit.
    pub fn dtype_name(self, unit: TimeUnit) -> String {
        match self {
            Self::Instant => format!("datetime64[{unit}]"),
            Self::Duration => format!("timedelta64[{unit}]"),
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Instant => "M8",
            Self::Duration => "m8",
        }
    }

    /// The type string of such elements without its byte order: `M8[ns]`.
    pub(crate) fn descriptor(self, unit: TimeUnit) -> String {
        format!("{}[{unit}]", self.code())
    }

    /// What a type string without its byte order stands for.
    pub(crate) fn of_descriptor(text: &str) -> Option<(Self, TimeUnit)> {
        let kind = [Self::Instant, Self::Duration].into_iter().find(|k| text.starts_with(k.code()))?;
        let unit = text.strip_prefix(kind.code())?.strip_prefix('[')?.strip_suffix(']')?;
        Some((kind, TimeUnit::named(unit)?))
    }
}
