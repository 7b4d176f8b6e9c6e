//! Sizes written as text: `128 MiB`, `1e6`, `5kB`.

use swath_error::{Error, Result};

/// Units by lower-case name; a bare number counts bytes.
const UNITS: &[(&str, f64)] = &[
    ("", 1.0),
    ("b", 1.0),
    ("k", 1e3),
    ("kb", 1e3),
    ("m", 1e6),
    ("mb", 1e6),
    ("g", 1e9),
    ("gb", 1e9),
    ("t", 1e12),
    ("tb", 1e12),
    ("p", 1e15),
    ("pb", 1e15),
    ("ki", 1024.0),
    ("kib", 1024.0),
    ("mi", 1_048_576.0),
    ("mib", 1_048_576.0),
    ("gi", 1_073_741_824.0),
    ("gib", 1_073_741_824.0),
    ("ti", 1_099_511_627_776.0),
    ("tib", 1_099_511_627_776.0),
];

/// The bytes in `text`, a number with an optional unit.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for text that is not a size.
///
/// ```
/// use swath_block::parse_bytes;
/// assert_eq!(parse_bytes("1kiB")?, 1024);
/// assert_eq!(parse_bytes("1.5 MB")?, 1_500_000);
/// assert!(parse_bytes("5 apples").is_err());
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn parse_bytes(text: &str) -> Result<u64> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let split = compact.rfind(|c: char| c.is_ascii_digit() || c == '.').map_or(0, |last| last + 1);
    let (number, unit) = compact.split_at(split);
    let unit = unit.to_ascii_lowercase();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let value = if number.is_empty() { Some(1.0) } else { number.parse::<f64>().ok() };
    match (value, factor) {
        (Some(value), Some(factor))
            if value >= 0.0 && value * factor < u64::MAX as f64 && !compact.is_empty() =>
        {
            Ok((value * factor) as u64)
        }
        _ => Err(Error::argument(format!("'{text}' is not a size in bytes"))
            .with_help("write it as '128MiB', '1GB' or '100000'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes() {
        let read = |text: &str| parse_bytes(text).ok();
        assert_eq!(read("1024"), Some(1024));
        assert_eq!(read("4GiB"), Some(4 << 30));
        assert_eq!(read(" 0.5 mib "), Some(1 << 19));
        assert_eq!(read("2TB"), Some(2_000_000_000_000));
        assert_eq!((read("MB"), read("1e3 kB")), (Some(1_000_000), Some(1_000_000)));
        for wrong in ["", "4 gibibytes", "-1", "1..2", "NaN", "1e30"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
