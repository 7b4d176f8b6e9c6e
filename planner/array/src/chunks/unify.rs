//! Chunks that several arrays can share along an axis.

use swath_error::{Error, ErrorKind, Result};

use super::Axis;

/// The chunks that all of `axes` are cut into before they are combined: the one that is cut at all, else the common
/// refinement of their boundaries. Axes of length 1 are left to broadcasting by the caller.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when lengths differ; [`ErrorKind::Unsupported`] when unknown chunks meet known ones.
///
/// ```
/// use swath_array_plan::{Axis, common_axis};
/// let (a, b) = (Axis::known([4, 4, 2]), Axis::known([3, 3, 4]));
/// assert_eq!(common_axis(&[&a, &b])?, Axis::known([3, 1, 2, 2, 2]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn common_axis(axes: &[&Axis]) -> Result<Axis> {
    let Some(first) = axes.first() else { return Ok(Axis::whole(1)) };
    if axes.iter().all(|a| a == first) {
        return Ok((*first).clone());
    }
    let lists = axes.iter().map(|a| a.sizes()).collect::<Result<Vec<_>>>()?;
    let total: usize = lists.first().map_or(0, |l| l.iter().sum());
    if lists.iter().any(|l| l.iter().sum::<usize>() != total) {
        return Err(Error::new(ErrorKind::ShapeMismatch, "chunks do not add up to the same length"));
    }
    let mut cuts: Vec<usize> = Vec::new();
    for list in &lists {
        let mut at = 0;
        cuts.extend(list.iter().map(|n| {
            at += n;
            at
        }));
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut last = 0;
    let sizes: Vec<usize> =
        cuts.into_iter().map(|cut| cut - std::mem::replace(&mut last, cut)).filter(|n| *n > 0).collect();
    Ok(Axis::known(sizes))
}
