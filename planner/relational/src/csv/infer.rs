//! Which type holds the values of a sample.

use arrow::datatypes::{DataType, TimeUnit};

use super::values;

/// What a column holds, as far as is known; values of both sides fit what [`Guess::widen`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Missing values only.
    Missing,
    Boolean,
    Integer,
    /// Integers that only fit without a sign.
    Unsigned,
    Float,
    Date,
    /// A timestamp: whether it has an offset, and whether microseconds are too coarse.
    Time {
        zoned: bool,
        nanos: bool,
    },
    Text,
}

impl Guess {
    /// The narrowest guess for one value.
    pub(crate) fn of(field: &[u8], dates: bool) -> Self {
        if values::integer(field).is_some() {
            return Self::Integer;
        }
        if values::unsigned(field).is_some() {
            return Self::Unsigned;
        }
        if values::float(field).is_some() {
            return Self::Float;
        }
        if values::boolean(field).is_some() {
            return Self::Boolean;
        }
        if dates {
            if values::date(field).is_some() {
                return Self::Date;
            }
            if let Some(moment) = values::moment(field) {
                return Self::Time { zoned: moment.zoned, nanos: moment.digits > 6 };
            }
        }
        Self::Text
    }

    /// A guess that holds the values of both.
    pub(crate) fn widen(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Missing, a) | (a, Self::Missing) => a,
            (Self::Integer | Self::Unsigned | Self::Float, Self::Float)
            | (Self::Float | Self::Unsigned, Self::Integer)
            | (Self::Float | Self::Integer, Self::Unsigned) => Self::numbers(self, other),
            (Self::Date, Self::Time { zoned: false, nanos })
            | (Self::Time { zoned: false, nanos }, Self::Date) => Self::Time { zoned: false, nanos },
            (Self::Time { zoned: a, nanos: n }, Self::Time { zoned: b, nanos: m }) if a == b => {
                Self::Time { zoned: a, nanos: n || m }
            }
            _ => Self::Text,
        }
    }

    /// Signed and unsigned integers together: unsigned ones are the larger; negative ones do not fit them, so doubles do.
    fn numbers(a: Self, b: Self) -> Self {
        if a == Self::Float || b == Self::Float { Self::Float } else { Self::Unsigned }
    }

    /// Whether two files' columns agree without being asked to: numbers widen, missing values say nothing.
    pub(crate) fn agrees(self, other: Self) -> bool {
        let nothing = self == Self::Missing || other == Self::Missing;
        nothing || self == other || self.widen(other) != Self::Text
    }

    /// The Arrow type.
    pub(crate) fn dtype(self) -> DataType {
        match self {
            Self::Missing | Self::Text => DataType::Utf8View,
            Self::Boolean => DataType::Boolean,
            Self::Integer => DataType::Int64,
            Self::Unsigned => DataType::UInt64,
            Self::Float => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Time { zoned, nanos } => DataType::Timestamp(
                if nanos { TimeUnit::Nanosecond } else { TimeUnit::Microsecond },
                zoned.then(|| "+00:00".into()),
            ),
        }
    }

    /// What it is called in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Boolean => "true and false",
            Self::Integer | Self::Unsigned => "integers",
            Self::Float => "numbers",
            Self::Date => "dates",
            Self::Time { .. } => "timestamps",
            Self::Text => "text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(fields: &[&str]) -> DataType {
        fields.iter().fold(Guess::Missing, |g, f| g.widen(Guess::of(f.as_bytes(), true))).dtype()
    }

    #[test]
    fn the_narrowest_type_that_holds_all() {
        assert_eq!(all(&["1", "-2"]), DataType::Int64);
        assert_eq!(all(&["1", "2.5"]), DataType::Float64);
        assert_eq!(all(&["2.5", "1"]), DataType::Float64);
        assert_eq!(all(&["1", "18446744073709551615"]), DataType::UInt64);
        assert_eq!(all(&["True", "false"]), DataType::Boolean);
        assert_eq!(all(&["1", "True"]), DataType::Utf8View);
        assert_eq!(all(&["2015-01-01", "2015-02-01"]), DataType::Date32);
        assert_eq!(
            all(&["2015-01-01", "2015-02-01 10:00"]),
            DataType::Timestamp(TimeUnit::Microsecond, None)
        );
        assert_eq!(all(&["2015-01-01T10:00:00.123456789"]), DataType::Timestamp(TimeUnit::Nanosecond, None));
        assert_eq!(
            all(&["2015-01-01T10:00Z"]),
            DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()))
        );
        assert_eq!(all(&["2015-01-01T10:00Z", "2015-01-01"]), DataType::Utf8View);
        assert_eq!(all(&[]), DataType::Utf8View);
    }
}
