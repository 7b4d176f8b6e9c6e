//! NumPy's broadcasting over chunked arrays.
//!
//! In: the chunks of several arrays. Out: the chunks of their combination, and how each array must be cut to take part.
//! It never moves data.

use swath_error::{Error, ErrorKind, Result};

use crate::chunks::{Axis, Chunks, common_axis};

/// The chunks that arrays have together: axes are matched from the last, those of length 1 are repeated, the others are
/// cut at the boundaries of all.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when lengths differ and neither is 1.
pub fn broadcast_chunks(all: &[&Chunks]) -> Result<Chunks> {
    let ndim = all.iter().map(|c| c.ndim()).max().unwrap_or(0);
    let mut axes = Vec::with_capacity(ndim);
    for axis in 0..ndim {
        let along: Vec<&Axis> = all.iter().filter_map(|c| aligned(c, axis, ndim)).collect();
        let wide: Vec<&Axis> = along.iter().copied().filter(|a| !a.is_one()).collect();
        let lengths_agree = wide.windows(2).all(|w| match w {
            [a, b] => a.known_len() == b.known_len(),
            _ => true,
        });
        if !lengths_agree && wide.iter().all(|a| a.known_len().is_some()) {
            return Err(mismatch(all));
        }
        axes.push(match wide.as_slice() {
            [] => Axis::whole(1),
            wide => common_axis(wide)
                .map_err(|e| if e.kind() == ErrorKind::ShapeMismatch { mismatch(all) } else { e })?,
        });
    }
    Ok(Chunks::new(axes))
}

/// How an array of `own` chunks must be cut to take part in a combination of `common` chunks.
pub fn cut_for(own: &Chunks, common: &Chunks) -> Chunks {
    let ndim = common.ndim();
    let missing = ndim.saturating_sub(own.ndim());
    Chunks::new(
        own.axes()
            .iter()
            .zip(common.axes().iter().skip(missing))
            .map(|(own, common)| if own.is_one() { own.clone() } else { common.clone() }),
    )
}

/// The axis of `chunks` that stands at `axis` of `ndim` when axes are matched from the last.
fn aligned(chunks: &Chunks, axis: usize, ndim: usize) -> Option<&Axis> {
    (axis + chunks.ndim()).checked_sub(ndim).and_then(|i| chunks.axes().get(i))
}

fn mismatch(all: &[&Chunks]) -> Error {
    let shapes: Vec<String> = all.iter().map(|c| numpy_shape(c)).collect();
    Error::new(
        ErrorKind::ShapeMismatch,
        format!("operands could not be broadcast together with shapes {}", shapes.join(" ")),
    )
    .with_help(
        "lengths, counted from the last axis, must be equal or 1; reduce with keepdims to keep an axis",
    )
}

/// A shape as NumPy's broadcasting error writes it: `(3,4)`, `(3,)`.
pub(crate) fn numpy_shape(chunks: &Chunks) -> String {
    chunks.to_string().replace(", ", ",")
}
