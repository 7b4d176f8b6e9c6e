//! Distinct elements.

use swath_block::DType;
use swath_error::Result;

use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::kernels::TreeKernel;
use crate::nodes::{Tree, reshape};

/// What is wanted of the distinct elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The elements, in rising order.
    Values,
    /// Where each first occurs, in row-major order.
    Index,
    /// How often each occurs.
    Counts,
}

/// The distinct elements of an array, where they first occur, or how often: an axis of unknown length. All NaN are one.
///
/// # Errors
/// [`swath_error::ErrorKind::Unsupported`] for positions in an array of unknown lengths.
pub fn unique(x: &Expr, what: Selection, split_every: Option<usize>) -> Result<Expr> {
    // Only positions need to know how the elements follow each other.
    let (x, starts) = if what == Selection::Index {
        let size: usize = x.shape()?.iter().product();
        let flat = reshape(x, &[size as isize])?;
        let starts = flat.chunks().axis(0)?.starts()?;
        (flat, starts)
    } else {
        (x.clone(), Vec::new())
    };
    let (output, dtype) = match what {
        Selection::Values => (0, x.dtype()),
        Selection::Index => (1, DType::I64),
        Selection::Counts => (2, DType::I64),
    };
    Tree {
        kernel: TreeKernel::Unique { starts },
        over: x.chunks().clone(),
        axes: (0..x.ndim()).collect(),
        split_every,
        output,
        dtype,
        chunks: Chunks::new([Axis::Unknown(1)]),
        identity: None,
    }
    .of(vec![x])
}
