//! Probabilities of values at least as large.

use swath_block::DType;
use swath_error::Result;
use swath_kernels::{Program, Tail};

use crate::expr::Expr;
use crate::kernels::ChunkKernel;
use crate::nodes::{Chunkwise, Mapped, astype};

/// How likely a value at least as large is, `float64`: `values` broadcast against the distribution's degrees of freedom.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when they do not broadcast.
pub fn tail(of: Tail, values: &Expr, degrees: &[Expr]) -> Result<Expr> {
    let inputs = std::iter::once(values).chain(degrees).map(|e| astype(e, DType::F64));
    let map = Mapped::align(Program::identity(DType::F64), inputs.collect::<Result<_>>()?)?;
    Chunkwise {
        kernel: ChunkKernel::Tail { of },
        over: map.chunks.clone(),
        dtype: DType::F64,
        chunks: map.chunks,
    }
    .of(map.inputs)
}
