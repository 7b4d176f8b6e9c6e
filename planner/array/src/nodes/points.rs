//! The elements at points: pointwise indexing along several axes.

use std::sync::Arc;

use swath_error::{Error, ErrorKind, Result};

use crate::axes::AxisList;
use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::index::position_on;
use crate::lower::{Grid, Lowering};

/// For each of `axes`, the position of every point. The points are the first axis of the result, the axes not named
/// follow.
#[derive(Clone)]
pub(crate) struct Points {
    pub(crate) axes: AxisList,
    pub(crate) at: Arc<[Vec<usize>]>,
}

/// The elements at points: for each axis the positions of all points, or none for a whole axis, which follows after the
/// points. Negative positions count from the end.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with NumPy's message for a position out of bounds; [`ErrorKind::ShapeMismatch`] when the
/// lists differ in length.
pub fn points(x: &Expr, lists: &[Option<Vec<isize>>]) -> Result<Expr> {
    if lists.len() > x.ndim() {
        return Err(Error::argument(format!(
            "too many indices for array: array is {}-dimensional, but {} were indexed",
            x.ndim(),
            lists.len()
        )));
    }
    let (mut axes, mut at) = (AxisList::new(), Vec::new());
    for (axis, list) in lists.iter().enumerate() {
        let Some(list) = list else { continue };
        let n = x.chunks().axis(axis)?.length()?;
        at.push(list.iter().map(|i| position_on(*i, axis, n)).collect::<Result<Vec<_>>>()?);
        axes.push(axis);
    }
    let count = at.first().map(Vec::len).ok_or_else(|| {
        Error::argument("points need the positions along one axis at least").with_help("slice instead")
    })?;
    if at.iter().any(|list| list.len() != count) {
        let lengths: Vec<usize> = at.iter().map(Vec::len).collect();
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("the positions of points differ in number: {lengths:?}"),
        ));
    }
    Points { axes, at: at.into() }.of(x)
}

impl Points {
    fn of(self, x: &Expr) -> Result<Expr> {
        let count = self.at.first().map_or(0, Vec::len);
        let rest: Vec<&Axis> = x
            .chunks()
            .axes()
            .iter()
            .enumerate()
            .filter(|(a, _)| !self.axes.contains(a))
            .map(|(_, a)| a)
            .collect();
        // As many points to a chunk as make about the size of the array's chunks.
        let row: usize = rest.iter().map(|a| a.largest().max(1)).product();
        let size = (x.chunks().largest() / row.max(1)).max(1);
        let along = std::iter::once(Axis::regular(count, size));
        let chunks = Chunks::new(along.chain(rest.into_iter().cloned()));
        let key = key_of("points", &(self.axes.as_slice(), &*self.at), std::slice::from_ref(x))?;
        Expr::new(key, x.dtype(), chunks, self, [x.clone()])
    }
}

impl ArrayNode for Points {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().of(super::sole(&inputs)?)
    }

    fn label(&self) -> String {
        let count = self.at.first().map_or(0, Vec::len);
        format!("points({count}, axes {:?})", self.axes.as_slice())
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::points(self, expr, to)
    }
}
