//! Running sums and the like along an axis.

use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{Kind, ScanOp};

use super::elementwise::astype;
use crate::axes::normalize_axis;
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// How elements join, and along which axis.
#[derive(Clone)]
pub(crate) struct Scan {
    pub(crate) op: ScanOp,
    pub(crate) axis: usize,
}

/// The running sums, products, minima or maxima along an axis. Sums and products of whole numbers have 64 bits; with a
/// `dtype` they are made in that type.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for an axis that is not there; [`ErrorKind::TypeMismatch`] for the order of complex
/// numbers.
pub fn scan(x: &Expr, op: ScanOp, axis: isize, dtype: Option<DType>) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    let wide = match (op, Kind::of(x.dtype())) {
        (ScanOp::Sum | ScanOp::Prod, Kind::Bool | Kind::Signed) => DType::I64,
        (ScanOp::Sum | ScanOp::Prod, Kind::Unsigned) => DType::U64,
        _ => x.dtype(),
    };
    let x = astype(x, dtype.unwrap_or(wide))?;
    if matches!(op, ScanOp::Min | ScanOp::Max) && Kind::of(x.dtype()) == Kind::Complex {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("{} is not defined for {}: complex numbers have no order", op.name(), x.dtype()),
        )
        .with_help("take the absolute value or the real part first"));
    }
    Scan { op, axis }.of(x)
}

impl Scan {
    fn of(self, x: Expr) -> Result<Expr> {
        let key = key_of("scan", &(self.op, self.axis), std::slice::from_ref(&x))?;
        Expr::new(key, x.dtype(), x.chunks().clone(), self, [x])
    }
}

impl ArrayNode for Scan {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().of(super::sole(&inputs)?.clone())
    }

    fn label(&self) -> String {
        format!("{}(axis {})", self.op.name(), self.axis)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::scan(self, expr, to)
    }
}
