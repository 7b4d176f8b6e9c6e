//! A user's reduction.

use swath_block::DType;
use swath_error::{Error, Result};
use swath_graph::Key;

use crate::axes::Axes;
use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::kernels::{TreeKernel, UserFold};
use crate::nodes::{Tree, squeeze};

/// Reduces an array by a user's functions over the axes of `fold`, which are those of `axes`. The last function gives
/// length 1 along each of them.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for axes that are not there or a `split_every` below 2.
pub fn fold(x: &Expr, axes: &Axes, dtype: DType, fold: UserFold) -> Result<Expr> {
    let list = axes.resolve(x.ndim())?;
    if fold.axes() != list.as_slice() {
        return Err(Error::internal("a reduction was made for other axes"));
    }
    let one = |(a, axis): (usize, &Axis)| if list.contains(&a) { Axis::whole(1) } else { axis.clone() };
    let chunks = Chunks::new(x.chunks().axes().iter().enumerate().map(one));
    let node = Tree {
        kernel: TreeKernel::User(fold),
        over: x.chunks().clone(),
        axes: list.clone(),
        split_every: axes.split(),
        output: 0,
        dtype,
        chunks,
        identity: Some(Key::unique("reduction")),
    };
    let reduced = node.of(vec![x.clone()])?;
    if axes.keeps_dims() || list.is_empty() {
        return Ok(reduced);
    }
    squeeze(&reduced, Some(&Axes::from(list.to_vec())))
}
