//! Text to numbers, truth values and times: exact, without locale, and fast for the usual forms.

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A signed integer; `None` for anything else or out of range.
#[inline]
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > 18 {
        return slow_integer(text);
    }
    let mut value = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return slow_integer(text);
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

/// Many digits or surrounding spaces.
#[cold]
fn slow_integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// An unsigned integer; `None` for anything else or out of range.
pub(crate) fn unsigned(text: &[u8]) -> Option<u64> {
    integer(text)
        .and_then(|v| u64::try_from(v).ok())
        .or_else(|| std::str::from_utf8(text).ok()?.trim().parse().ok())
}

/// A double, correctly rounded; `None` for anything else.
#[inline]
pub(crate) fn float(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    if digits.len() > 19 {
        return slow_float(text);
    }
    let mut mantissa = 0_u64;
    let mut point = None;
    for (i, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa * 10 + u64::from(digit);
        } else if *byte == b'.' && point.is_none() {
            point = Some(i);
        } else {
            return slow_float(text);
        }
    }
    let places = point.map_or(0, |at| digits.len() - at - 1);
    // A mantissa below 2^53 and a power of ten up to 22 are both exact, so one division rounds correctly.
    if mantissa >= 1 << 53 || digits.len() == usize::from(point.is_some()) {
        return slow_float(text);
    }
    let value = mantissa as f64 / POWERS.get(places).copied()?;
    Some(if negative { -value } else { value })
}

/// Exponents, infinities, many digits, surrounding spaces.
#[cold]
fn slow_float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// `true`, `True`, `TRUE` and their opposites.
#[inline]
pub(crate) fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        b"True" | b"true" | b"TRUE" => Some(true),
        b"False" | b"false" | b"FALSE" => Some(false),
        _ => None,
    }
}

/// Two digits at `at`.
#[inline]
fn two(text: &[u8], at: usize) -> Option<i64> {
    let (a, b) = (text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0'));
    (a <= 9 && b <= 9).then(|| i64::from(a) * 10 + i64::from(b))
}

/// `YYYY-MM-DD` as days since 1970.
#[inline]
pub(crate) fn date(text: &[u8]) -> Option<i32> {
    (text.len() == 10).then(|| leading_date(text)).flatten()
}

#[inline]
fn leading_date(text: &[u8]) -> Option<i32> {
    let year = two(text, 0)? * 100 + two(text, 2)?;
    let (month, day) = (two(text, 5)?, two(text, 8)?);
    let dashes = text.get(4) == Some(&b'-') && text.get(7) == Some(&b'-');
    if !dashes || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    Some(days(year, month, day) as i32)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's algorithm), for years from 0.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A point in time: nanoseconds within the day kept apart so that every year fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Seconds since 1970, in UTC when the text had an offset.
    pub(crate) seconds: i64,
    /// Nanoseconds after that.
    pub(crate) nanos: i64,
    /// How many digits the fraction had.
    pub(crate) digits: usize,
    /// Whether the text had `Z` or an offset.
    pub(crate) zoned: bool,
}

/// `YYYY-MM-DD`, then perhaps `T` or a space and `HH:MM[:SS[.fraction]]`, then perhaps `Z` or `±HH:MM`.
#[inline]
pub(crate) fn moment(text: &[u8]) -> Option<Moment> {
    let day = i64::from(leading_date(text)?);
    if text.len() == 10 {
        return Some(Moment { seconds: day * 86_400, nanos: 0, digits: 0, zoned: false });
    }
    let separated = matches!(text.get(10), Some(b'T' | b' ')) && text.get(13) == Some(&b':');
    let (hour, minute) = (two(text, 11)?, two(text, 14)?);
    let mut rest = text.get(16..)?;
    let mut second = 0;
    if rest.first() == Some(&b':') {
        second = two(rest, 1)?;
        rest = rest.get(3..)?;
    }
    if !separated || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, digits, rest) = fraction(rest)?;
    let seconds = day * 86_400 + hour * 3600 + minute * 60 + second - offset(rest)?;
    Some(Moment { seconds, nanos, digits, zoned: !rest.is_empty() })
}

/// `.123456` as nanoseconds, its number of digits, and what follows.
#[inline]
fn fraction(text: &[u8]) -> Option<(i64, usize, &[u8])> {
    let Some((b'.', rest)) = text.split_first() else { return Some((0, 0, text)) };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    let (number, rest) = rest.split_at_checked(digits)?;
    let value = number.iter().fold(0_i64, |v, b| v * 10 + i64::from(b - b'0'));
    Some((value * 10_i64.pow(9 - digits as u32), digits, rest))
}

/// Nothing, `Z` or `±HH[:]MM`, in seconds.
#[inline]
fn offset(text: &[u8]) -> Option<i64> {
    match text.split_first() {
        None | Some((b'Z' | b'z', [])) => Some(0),
        Some((sign @ (b'+' | b'-'), rest)) => {
            let minutes = match rest.len() {
                2 => two(rest, 0)? * 60,
                4 => two(rest, 0)? * 60 + two(rest, 2)?,
                5 if rest.get(2) == Some(&b':') => two(rest, 0)? * 60 + two(rest, 3)?,
                _ => return None,
            };
            Some(if *sign == b'-' { -minutes * 60 } else { minutes * 60 })
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_equal_the_standard_library() {
        for text in [
            "0",
            "-0",
            "12.100774",
            "8.465878",
            "0.1",
            ".5",
            "5.",
            "-3.25",
            "1e10",
            "1.5e-300",
            "123456789012345678",
            "9007199254740993",
            "0.000000000000000001",
            "1234567890.123456789",
            "inf",
            "-inf",
            "nan",
            " 7.5 ",
            "179769313486231570000000000000000000000",
        ] {
            let (ours, theirs) = (float(text.as_bytes()), text.trim().parse::<f64>().ok());
            assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{text}");
        }
        for text in ["", ".", "-", "abc", "1.2.3", "1,5", "0x10"] {
            assert_eq!(float(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn integers_fill_their_range() {
        assert_eq!(integer(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer(b"9223372036854775808"), None);
        assert_eq!(unsigned(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(integer(b"+7"), Some(7));
        assert_eq!(integer(b"007"), Some(7));
        for text in ["", "-", "1.0", "1e3", "one"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn times() {
        let at = |text: &str| moment(text.as_bytes()).map(|m| (m.seconds, m.nanos, m.zoned));
        assert_eq!(at("1970-01-02"), Some((86_400, 0, false)));
        assert_eq!(at("2015-01-01T00:00:02.000000"), Some((1_420_070_402, 0, false)));
        assert_eq!(at("2015-01-01 00:00:02.5Z"), Some((1_420_070_402, 500_000_000, true)));
        assert_eq!(at("2015-01-01T02:00+02:00"), Some((1_420_070_400, 0, true)));
        assert_eq!(at("1900-02-29"), None);
        assert_eq!(at("2000-02-29"), Some((951_782_400, 0, false)));
        assert_eq!(at("2015-01-01T25:00:00"), None);
        assert_eq!(at("2015-13-01"), None);
        assert_eq!(at("0001-01-01T00:00:00"), Some((-62_135_596_800, 0, false)));
        assert_eq!(date(b"2015-01-01"), Some(16_436));
    }
}
