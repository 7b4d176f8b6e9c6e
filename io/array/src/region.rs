//! Regions: a range of indices along every axis.

use std::ops::Range;

use swath_block::{Chunk, DType};
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

/// Checks that a chunk may be written at `offset` into an array called `name`, and returns the region it fills.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] when the element types differ, otherwise as [`check_region`].
pub fn check_write(
    name: &str,
    dtype: DType,
    shape: &[usize],
    offset: &[usize],
    chunk: &Chunk,
) -> Result<Vec<Range<usize>>> {
    if chunk.dtype() != dtype {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("{name}: a chunk of {} cannot be written into an array of {dtype}", chunk.dtype()),
        ));
    }
    if offset.len() != chunk.shape().len() {
        return Err(Error::internal(format!("{name}: offset {offset:?} for a chunk of {:?}", chunk.shape())));
    }
    let region: Vec<Range<usize>> =
        offset.iter().zip(chunk.shape()).map(|(o, n)| *o..o.saturating_add(*n)).collect();
    check_region(name, shape, &region)?;
    Ok(region)
}
