//! Functions of dates and times: `col("t").dt()`, with pandas' numbering (Monday is 0).

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::functions::datetime::{expr_fn as t, to_char};
use datafusion::logical_expr::{Expr as DfExpr, cast, lit};
use datafusion::scalar::ScalarValue;
use swath_error::{Error, Result};

use super::{Args, Expr, IntoOperand};

/// Functions of a column of dates or times; made by [`Expr::dt`].
#[derive(Clone)]
#[must_use]
pub struct Dates(pub(crate) Expr);

/// A numbered part of a date.
fn part(args: &Args, name: &str) -> Result<DfExpr> {
    Ok(t::date_part(lit(name), args.time(0)?))
}

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident $label:literal $build:expr;)*) => {
        impl Dates { $(
            $(#[$doc])*
            pub fn $name(&self) -> Expr {
                self.0.map($label, $build)
            }
        )* }
    };
}

parts! {
    /// The year.
    year "dt.year" |a| part(a, "year");
    /// The month, 1 to 12.
    month "dt.month" |a| part(a, "month");
    /// The day of the month, from 1.
    day "dt.day" |a| part(a, "day");
    /// The hour, 0 to 23.
    hour "dt.hour" |a| part(a, "hour");
    /// The minute, 0 to 59.
    minute "dt.minute" |a| part(a, "minute");
    /// The second, 0 to 59.
    second "dt.second" |a| part(a, "second");
    /// The microseconds of the second, 0 to 999 999.
    microsecond "dt.microsecond" |a| Ok(part(a, "microsecond")? % lit(1_000_000_i32));
    /// The nanoseconds of the microsecond, 0 to 999.
    nanosecond "dt.nanosecond" |a| Ok(cast(part(a, "nanosecond")?, DataType::Int64) % lit(1000_i64));
    /// The quarter, 1 to 4.
    quarter "dt.quarter" |a| part(a, "quarter");
    /// The day of the week, Monday is 0.
    dayofweek "dt.dayofweek" |a| Ok((part(a, "dow")? + lit(6_i32)) % lit(7_i32));
    /// The day of the year, from 1.
    dayofyear "dt.dayofyear" |a| part(a, "doy");
    /// The ISO week, 1 to 53.
    week "dt.week" |a| part(a, "week");
    /// The ISO year that the ISO week belongs to.
    isoyear "dt.isoyear" |a| part(a, "isoyear");
    /// The date without the time.
    date "dt.date" |a| Ok(cast(a.time(0)?, DataType::Date32));
    /// The time of day without the date.
    time "dt.time" |a| Ok(cast(a.time(0)?, DataType::Time64(TimeUnit::Nanosecond)));
    /// Midnight of the same day.
    normalize "dt.normalize" |a| Ok(t::date_trunc(lit("day"), a.time(0)?));
    /// The weekday's English name.
    day_name "dt.day_name" |a| format(a, "%A");
    /// The month's English name.
    month_name "dt.month_name" |a| format(a, "%B");
    /// How many days the month has.
    days_in_month "dt.days_in_month" days_in_month;
    /// Whether the day is the month's first.
    is_month_start "dt.is_month_start" |a| Ok(part(a, "day")?.eq(lit(1_i32)));
    /// Whether the day is the month's last.
    is_month_end "dt.is_month_end" |a| Ok(part(a, "day")?.eq(days_in_month(a)?));
    /// Whether the year has 366 days.
    is_leap_year "dt.is_leap_year" |a| Ok(leap(part(a, "year")?));
    /// A duration's length in seconds.
    total_seconds "dt.total_seconds" total_seconds;
}

impl Dates {
    /// As text, in `strftime`'s format.
    pub fn strftime(&self, format: &str) -> Expr {
        self.0.with("dt.strftime", format, |a| self::format(a, &a.text(1)?))
    }

    /// The start of the `unit` the time is in: `year`, `quarter`, `month`, `week`, `day`, `hour`, `minute`, `second`,
    /// `millisecond`.
    pub fn floor(&self, unit: &str) -> Expr {
        self.0.with("dt.floor", unit, |a| {
            let unit = a.text(1)?;
            Ok(t::date_trunc(lit(trunc_unit(&unit)?), a.time(0)?))
        })
    }

    /// The start of the bucket of `stride` nanoseconds, counted from 1970, that the time is in.
    pub fn floor_to(&self, stride: std::time::Duration) -> Expr {
        let nanos = i64::try_from(stride.as_nanos()).unwrap_or(i64::MAX);
        self.0.with("dt.floor_to", nanos, |a| {
            let stride = lit(ScalarValue::new_interval_mdn(0, 0, a.integer(1)?));
            let origin = lit(ScalarValue::TimestampNanosecond(Some(0), None));
            Ok(t::date_bin(stride, a.time(0)?, origin))
        })
    }
}

impl Expr {
    /// Reads strings (ISO 8601) or integers (nanoseconds since 1970) as time stamps; what cannot be read is an error.
    pub fn to_datetime(&self) -> Self {
        self.map("to_datetime", |a| Ok(cast(a.get(0)?, DataType::Timestamp(TimeUnit::Nanosecond, None))))
    }

    /// Reads strings of a `strftime` format as time stamps.
    pub fn to_datetime_format(&self, format: &str) -> Self {
        self.with("to_datetime", format.into_operand(), |a| {
            let call = datafusion::functions::datetime::to_timestamp_nanos(
                &datafusion::config::ConfigOptions::default(),
            );
            Ok(call.call(vec![a.string(0)?, a.string(1)?]))
        })
    }
}

fn format(args: &Args, format: &str) -> Result<DfExpr> {
    Ok(to_char().call(vec![args.time(0)?, lit(format)]))
}

fn trunc_unit(unit: &str) -> Result<&str> {
    const UNITS: [&str; 9] =
        ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"];
    match unit {
        "D" | "d" => Ok("day"),
        "h" | "H" => Ok("hour"),
        "min" => Ok("minute"),
        "s" => Ok("second"),
        "ms" => Ok("millisecond"),
        known if UNITS.contains(&known) => Ok(unit),
        other => Err(Error::argument(format!("there is no time unit '{other}'"))
            .with_help(format!("one of {}", UNITS.join(", ")))),
    }
}

fn leap(year: DfExpr) -> DfExpr {
    let divides = |n: i32| (year.clone() % lit(n)).eq(lit(0_i32));
    divides(4).and(datafusion::logical_expr::not(divides(100)).or(divides(400)))
}

fn days_in_month(args: &Args) -> Result<DfExpr> {
    let (year, month) = (part(args, "year")?, part(args, "month")?);
    datafusion::logical_expr::when(
        month.clone().in_list([4, 6, 9, 11].map(|m: i32| lit(m)).to_vec(), false),
        lit(30_i32),
    )
    .when(month.eq(lit(2_i32)).and(leap(year.clone())), lit(29_i32))
    .when(part(args, "month")?.eq(lit(2_i32)), lit(28_i32))
    .when(year.is_not_null(), lit(31_i32))
    .end()
    .map_err(crate::engine::from_datafusion)
}

fn total_seconds(args: &Args) -> Result<DfExpr> {
    let per_second = match args.data_type(0)? {
        DataType::Duration(TimeUnit::Second) => 1.0,
        DataType::Duration(TimeUnit::Millisecond) => 1e3,
        DataType::Duration(TimeUnit::Microsecond) => 1e6,
        DataType::Duration(TimeUnit::Nanosecond) => 1e9,
        other => return Err(args.wrong_type(0, "durations", &other)),
    };
    Ok(cast(cast(args.get(0)?, DataType::Int64), DataType::Float64) / lit(per_second))
}
