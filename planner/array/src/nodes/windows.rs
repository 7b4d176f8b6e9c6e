//! Chunks that are windows of an array: they may overlap, leave gaps and cross its chunks.

use swath_error::{Error, ErrorKind, Result};

use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// A window along an axis: where it starts, and its length.
pub type Window = (usize, usize);

/// The windows along each axis.
pub(crate) struct Windows {
    pub(crate) windows: Vec<Vec<Window>>,
}

/// The array whose chunks are these windows along each axis.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when a window leaves the array, there is none along an axis or there are not as many
/// lists as axes; [`ErrorKind::Unsupported`] when lengths are unknown.
pub fn windows(x: &Expr, windows: Vec<Vec<Window>>) -> Result<Expr> {
    let shape = x.shape()?;
    let inside = |(list, n): (&Vec<Window>, &usize)| {
        !list.is_empty()
            && list.iter().all(|(start, len)| start.checked_add(*len).is_some_and(|end| end <= *n))
    };
    if windows.len() != shape.len() || !windows.iter().zip(&shape).all(inside) {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("the windows {windows:?} do not lie within an array of shape {}", x.chunks()),
        ));
    }
    let axes = windows.iter().map(|list| Axis::known(list.iter().map(|(_, n)| *n).collect::<Vec<_>>()));
    let chunks = Chunks::new(axes);
    let whole = |(list, axis): (&Vec<Window>, &Axis)| {
        axis.starts().is_ok_and(|starts| starts.iter().eq(list.iter().map(|(start, _)| start)))
    };
    if chunks == *x.chunks() && windows.iter().zip(chunks.axes()).all(whole) {
        return Ok(x.clone());
    }
    let key = key_of("windows", &windows, std::slice::from_ref(x))?;
    Expr::new(key, x.dtype(), chunks, Windows { windows }, [x.clone()])
}

impl ArrayNode for Windows {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        windows(super::sole(&inputs)?, self.windows.clone())
    }

    fn label(&self) -> String {
        let counts: Vec<String> = self.windows.iter().map(|list| list.len().to_string()).collect();
        format!("windows({})", counts.join(" x "))
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::windows(self, expr, to)
    }
}
