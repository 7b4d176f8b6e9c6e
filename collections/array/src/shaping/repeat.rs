//! Elements and whole arrays repeated.

use swath_array_plan as plan;
use swath_array_plan::{Axes, AxisSpec, ChunkSpec, Expr};
use swath_error::{Error, ErrorKind, Result};

use super::{flat_or, same_type};
use crate::Dims;

same_type! {
    /// The whole array after itself so many times along each axis: `x.tile([2, 3])`. Fewer numbers than axes hold for the
    /// last axes, more make new axes. Costs no copy.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(2).tile([2, 2]);
    /// assert_eq!(x.shape()?, [2, 4]);
    /// assert_eq!(x.slice(1).compute()?.as_slice(), Some(&[0, 1, 0, 1][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn tile(x, times: impl Into<Dims>) tile(x, &times.into());
    /// Every element so many times along an axis; without an axis of the elements in row-major order.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(3);
    /// assert_eq!(x.repeat(2, 0).compute()?.as_slice(), Some(&[0, 0, 1, 1, 2, 2][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn repeat(x, times: usize, axis: impl Into<Option<isize>>) repeat(x, times, axis.into());
    /// Each element as many times as its own number says, along an axis.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(3).repeat_each(&[2, 0, 1], 0);
    /// assert_eq!(x.compute()?.as_slice(), Some(&[0, 0, 2][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn repeat_each(x, times: &[usize], axis: impl Into<Option<isize>>) {
        let (x, axis) = flat_or(x, axis.into())?;
        let n = x.chunks().axis(axis)?.length()?;
        if times.len() != n {
            let text = format!("operands could not be broadcast together with shape ({n},) ({},)", times.len());
            return Err(Error::new(ErrorKind::ShapeMismatch, text));
        }
        let positions: Vec<isize> =
            times.iter().enumerate().flat_map(|(i, n)| std::iter::repeat_n(i as isize, *n)).collect();
        plan::take_along(&x, &positions, axis as isize)
    };
}

fn tile(x: &Expr, times: &Dims) -> Result<Expr> {
    let times = times.lengths()?;
    let new = times.len().saturating_sub(x.ndim());
    let mut out = plan::expand_dims(x, &Axes::from((0..new).collect::<Vec<_>>()))?;
    let first = out.ndim() - times.len();
    for (i, n) in times.iter().enumerate() {
        let axis = first + i;
        out = match n {
            0 => super::part(&out, axis, Some(0), Some(0))?,
            1 => out,
            n => plan::concatenate(&vec![out; *n], axis as isize)?,
        };
    }
    Ok(out)
}

/// A new axis after the one repeated, along which the array is broadcast, and the two as one: chunks are repeated one by one.
fn repeat(x: &Expr, times: usize, axis: Option<isize>) -> Result<Expr> {
    let (x, axis) = flat_or(x, axis)?;
    if times == 1 {
        return Ok(x);
    }
    let mut result: Vec<isize> = x.shape()?.iter().map(|n| *n as isize).collect();
    if let Some(n) = result.get_mut(axis) {
        *n = n.saturating_mul(times as isize);
    }
    let wide = plan::expand_dims(&x, &Axes::from(axis + 1))?;
    let mut shape = wide.shape()?.to_vec();
    let mut specs: Vec<AxisSpec> = wide
        .chunks()
        .axes()
        .iter()
        .map(|a| Ok(AxisSpec::Sizes(a.sizes()?.to_vec())))
        .collect::<Result<_>>()?;
    if let (Some(n), Some(spec)) = (shape.get_mut(axis + 1), specs.get_mut(axis + 1)) {
        (*n, *spec) = (times, AxisSpec::Whole);
    }
    let wide = plan::broadcast_to(&wide, &shape, Some(&ChunkSpec::PerAxis(specs)))?;
    plan::reshape(&wide, &result)
}
