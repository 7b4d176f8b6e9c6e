//! Several arrays brought to one shape, or to chunks that meet.

use swath_array_plan as plan;
use swath_array_plan::{Chunks, Expr, broadcast_chunks, cut_for};
use swath_error::Result;

use crate::like::{ArrayLike, exprs, several};

/// The arrays repeated along axes of length 1, and new leading axes, until all have one shape; they are cut alike.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let both = da::broadcast_arrays(&[da::arange(3), da::arange(2).reshape([2, 1])]);
/// assert_eq!(both[0].shape()?, [2, 3]);
/// assert_eq!(both[1].compute()?[[1, 2]], 1);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn broadcast_arrays<A: ArrayLike>(arrays: &[A]) -> Vec<A> {
    let build = || {
        let (cut, common) = unified(arrays)?;
        let shape = common.shape()?;
        cut.iter().map(|x| plan::broadcast_to(x, &shape, Some(&(&common).into()))).collect()
    };
    several(build(), arrays.len())
}

/// The arrays in chunks that meet when they are broadcast against each other, shapes staying as they are: along each axis
/// the boundaries of all of them, as elementwise functions cut their operands.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let (x, y) = (da::arange(10).chunks(vec![vec![4, 4, 2]]), da::arange(10).chunks(vec![vec![3, 3, 4]]));
/// for cut in da::unify_chunks(&[x, y]) {
///     assert_eq!(cut.chunk_sizes()?[0], [3, 1, 2, 2, 2]);
/// }
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn unify_chunks<A: ArrayLike>(arrays: &[A]) -> Vec<A> {
    several(unified(arrays).map(|(cut, _)| cut), arrays.len())
}

/// The arrays cut to meet, and the chunks they have together.
fn unified<A: ArrayLike>(arrays: &[A]) -> Result<(Vec<Expr>, Chunks)> {
    let all = exprs(arrays)?;
    let common = broadcast_chunks(&all.iter().map(Expr::chunks).collect::<Vec<_>>())?;
    let cut = all.iter().map(|x| plan::rechunk(x, &(&cut_for(x.chunks(), &common)).into()));
    Ok((cut.collect::<Result<_>>()?, common))
}
