//! Regions: a range of indices along every axis.

use std::ops::Range;

use swath_error::{Error, ErrorKind, Result};

/// A box of an array: along each axis the indices `start .. end`.
pub type Region = [Range<usize>];

/// The shape of a region.
pub fn region_shape(region: &Region) -> Vec<usize> {
    region.iter().map(|r| r.end.saturating_sub(r.start)).collect()
}

/// Checks that a region lies within an array called `name`.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when it has another number of axes or leaves the shape.
pub fn check_region(name: &str, shape: &[usize], region: &Region) -> Result<()> {
    let inside =
        region.len() == shape.len() && region.iter().zip(shape).all(|(r, n)| r.start <= r.end && r.end <= *n);
    if inside {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ShapeMismatch,
        format!("{name}: region {region:?} is outside the shape {shape:?}"),
    ))
}
