//! Axes in another order; axes of length 1 come and go: `transpose`, `squeeze`, `expand_dims`.

use smallvec::SmallVec;
use swath_error::{Error, ErrorKind, Result};

use crate::axes::{Axes, normalize_axis};
use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, Node, key_of};
use crate::lower::{Grid, Lowering};

/// Where each axis of the result comes from; none is a new axis of length 1.
pub(crate) struct Permute {
    pub(crate) axes: AxisMap,
}

pub(crate) type AxisMap = SmallVec<[Option<usize>; 4]>;

/// The axes in another order; by default reversed.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with NumPy's message when `order` does not name every axis once.
pub fn transpose(x: &Expr, order: Option<&[isize]>) -> Result<Expr> {
    let axes: AxisMap = match order {
        None => (0..x.ndim()).rev().map(Some).collect(),
        Some(order) => {
            if order.len() != x.ndim() {
                return Err(Error::argument("axes don't match array")
                    .with_help(format!("name each of the {} axes once", x.ndim())));
            }
            let axes: Vec<usize> =
                order.iter().map(|a| normalize_axis(*a, x.ndim())).collect::<Result<_>>()?;
            if (0..x.ndim()).any(|a| !axes.contains(&a)) {
                return Err(Error::argument("repeated axis in transpose"));
            }
            axes.into_iter().map(Some).collect()
        }
    };
    permute(x, &axes)
}

/// Without the axes given, which have length 1; by default without all such axes.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when an axis is longer.
pub fn squeeze(x: &Expr, axes: Option<&Axes>) -> Result<Expr> {
    let gone: Vec<usize> = match axes {
        Some(axes) => axes.resolve(x.ndim())?.to_vec(),
        None => (0..x.ndim()).filter(|a| x.chunks().axis(*a).is_ok_and(Axis::is_one)).collect(),
    };
    if gone.iter().any(|a| !x.chunks().axis(*a).is_ok_and(Axis::is_one)) {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            "cannot select an axis to squeeze out which has size not equal to one",
        ));
    }
    let axes: AxisMap = (0..x.ndim()).filter(|a| !gone.contains(a)).map(Some).collect();
    permute(x, &axes)
}

/// With new axes of length 1 at these places of the result.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for a place that is not there or named twice.
pub fn expand_dims(x: &Expr, axes: &Axes) -> Result<Expr> {
    let count = axes.count().unwrap_or(0);
    let new = axes.resolve(x.ndim() + count)?;
    let mut old = 0..x.ndim();
    let axes: AxisMap =
        (0..x.ndim() + count).map(|a| if new.contains(&a) { None } else { old.next() }).collect();
    permute(x, &axes)
}

/// The axes `axes` of `x`; those not named have length 1 and go away.
pub(crate) fn permute(x: &Expr, axes: &[Option<usize>]) -> Result<Expr> {
    if axes.len() == x.ndim() && axes.iter().copied().eq((0..x.ndim()).map(Some)) {
        return Ok(x.clone());
    }
    // One permutation over another is one: shapes are all that counts, so this holds whoever else reads the inner one.
    if let Node::Permute(inner) = x.node() {
        let joined: AxisMap =
            axes.iter().map(|a| a.and_then(|a| inner.axes.get(a).copied().flatten())).collect();
        return permute(x.input()?, &joined);
    }
    let mut chunks = Vec::with_capacity(axes.len());
    for axis in axes {
        chunks.push(match axis {
            Some(a) => x.chunks().axis(*a)?.clone(),
            None => Axis::whole(1),
        });
    }
    let key = key_of("permute", &axes, std::slice::from_ref(x))?;
    Expr::new(key, x.dtype(), Chunks::new(chunks), Permute { axes: axes.into() }, [x.clone()])
}

impl ArrayNode for Permute {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        permute(super::sole(&inputs)?, &self.axes)
    }

    fn label(&self) -> String {
        let axes: Vec<String> =
            self.axes.iter().map(|a| a.map_or_else(|| "new".into(), |a| a.to_string())).collect();
        format!("axes({})", axes.join(", "))
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::permute(expr, to)
    }
}
