//! What arguments may be.

use std::time::Duration;

/// The longest time that can be asked for: a hundred years.
const LONGEST: f64 = 100.0 * 365.0 * 86_400.0;

/// A time of at least nothing, from seconds.
///
/// # Errors
/// What is allowed, for a command line that adds the argument's name.
pub(super) fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let number: Option<f64> = text.trim().parse().ok();
    let allowed = number.filter(|n| (0.0..=LONGEST).contains(n));
    let time = allowed.and_then(|n| Duration::try_from_secs_f64(n).ok());
    time.ok_or_else(|| "a number of seconds is wanted, 0 or more, such as 30 or 0.5".to_owned())
}

/// Bytes, such as 4GiB.
///
/// # Errors
/// As [`seconds`].
pub(super) fn bytes(text: &str) -> std::result::Result<u64, String> {
    swath_block::parse_bytes(text).map_err(|e| e.message().to_owned())
}

/// An amount of a named resource: NAME=N.
///
/// # Errors
/// As [`seconds`].
pub(super) fn resource(text: &str) -> std::result::Result<(String, u64), String> {
    let parse = || {
        let (name, amount) = text.split_once('=')?;
        Some((name.trim().to_owned(), amount.trim().parse().ok()?))
    };
    parse().ok_or_else(|| "NAME=N is wanted, with a whole number N, such as GPU=1".to_owned())
}
