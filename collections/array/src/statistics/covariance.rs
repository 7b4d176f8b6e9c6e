//! Covariances and correlations.

use swath_array_plan::{
    Axes, Expr, Operand, astype, binary, expand_dims, matmul, points, reduce, squeeze, transpose, unary,
};
use swath_block::{DType, Scalar};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp, promote};

use crate::operand::{DynOperand, array_of};
use crate::{Array, DynArray, Promote};

/// How covariances are made.
#[derive(Clone, Debug, Default)]
pub struct CovOptions {
    columns: bool,
    bias: bool,
    ddof: Option<i64>,
    counts: Option<DynArray>,
    weights: Option<DynArray>,
}

impl CovOptions {
    /// Variables are columns, observations rows; by default the other way round.
    #[must_use]
    pub fn columns(self) -> Self {
        Self { columns: true, ..self }
    }

    /// Divided by the number of observations instead of one less.
    #[must_use]
    pub fn bias(self) -> Self {
        Self { bias: true, ..self }
    }

    /// Divided by the number of observations less `ddof`.
    #[must_use]
    pub fn ddof(self, ddof: i64) -> Self {
        Self { ddof: Some(ddof), ..self }
    }

    /// How often each observation was made (NumPy's `fweights`).
    #[must_use]
    pub fn counts(self, counts: impl DynOperand) -> Self {
        Self { counts: Some(DynArray::new(array_of(counts.dyn_operand()))), ..self }
    }

    /// What each observation counts relative to the others (NumPy's `aweights`).
    #[must_use]
    pub fn weights(self, weights: impl DynOperand) -> Self {
        Self { weights: Some(DynArray::new(array_of(weights.dyn_operand()))), ..self }
    }

    fn wanted_ddof(&self) -> i64 {
        self.ddof.unwrap_or(i64::from(!self.bias))
    }
}

/// The covariances of variables, which are rows of observations; `float64`, or `complex128` for complex numbers.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![0.0, 1.0, 2.0, 2.0, 1.0, 0.0]).reshape([2, 3]);
/// assert_eq!(da::cov(&x, &da::CovOptions::default()).compute()?[[0, 1]], -1.0);
/// assert_eq!(da::corrcoef(&x, &da::CovOptions::default()).compute()?[[0, 1]], -1.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn cov<T: Promote<f64>>(x: &Array<T>, options: &CovOptions) -> Array<T::Out> {
    x.map(|x| covariance(x, options))
}

/// The correlation coefficients of variables, which are rows of observations.
#[track_caller]
pub fn corrcoef<T: Promote<f64>>(x: &Array<T>, options: &CovOptions) -> Array<T::Out> {
    x.map(|x| correlation(x, options))
}

impl DynArray {
    /// The covariances of variables: see [`cov`].
    #[track_caller]
    pub fn cov(&self, options: &CovOptions) -> Self {
        self.map(|x| covariance(x, options))
    }

    /// The correlation coefficients of variables: see [`corrcoef`].
    #[track_caller]
    pub fn corrcoef(&self, options: &CovOptions) -> Self {
        self.map(|x| correlation(x, options))
    }
}

fn op(op: BinaryOp, a: &Expr, b: &Expr) -> Result<Expr> {
    binary(op, a.into(), b.into())
}

fn covariance(x: &Expr, options: &CovOptions) -> Result<Expr> {
    let x = astype(x, promote(x.dtype(), DType::F64))?;
    let x = match x.ndim() {
        0 | 1 => {
            let line = if x.ndim() == 0 { expand_dims(&x, &Axes::from(0))? } else { x };
            expand_dims(&line, &Axes::from(0))?
        }
        2 if options.columns => transpose(&x, None)?,
        2 => x,
        n => {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("m has more than 2 dimensions: covariances of an array of {n} axes are not defined"),
            ));
        }
    };
    let observations = x.chunks().axis(1)?.length()?;
    let weights = weights(options, observations)?;
    let (mean, divisor) = match &weights {
        None => {
            let divisor = (observations as i64 - options.wanted_ddof()).max(0) as f64;
            (
                reduce(&x, ReduceOp::Mean, &Axes::from(1).keepdims(), None)?,
                Operand::literal(Scalar::F64(divisor)),
            )
        }
        Some(w) => {
            let sum = reduce(w, ReduceOp::Sum, &Axes::all(), None)?;
            let total =
                reduce(&op(BinaryOp::Multiply, &x, w)?, ReduceOp::Sum, &Axes::from(1).keepdims(), None)?;
            (op(BinaryOp::Divide, &total, &sum)?, Operand::Array(weighted_divisor(w, &sum, options)?))
        }
    };
    let away = op(BinaryOp::Subtract, &x, &mean)?;
    let other = match &weights {
        None => away.clone(),
        Some(w) => op(BinaryOp::Multiply, &away, w)?,
    };
    let other = transpose(&unary(UnaryOp::Conjugate, &other)?, None)?;
    let product = matmul(&away, &other)?;
    squeeze(&binary(BinaryOp::Divide, (&product).into(), divisor)?, None)
}

/// What each observation counts.
fn weights(options: &CovOptions, observations: usize) -> Result<Option<Expr>> {
    let mut all: Option<Expr> = None;
    for given in options.counts.iter().chain(&options.weights) {
        let given = astype(given.expr()?, DType::F64)?;
        if given.ndim() != 1 || given.shape()?.as_slice() != [observations] {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("weights of shape {} do not fit {observations} observations", given.chunks()),
            ));
        }
        all = Some(match all {
            None => given,
            Some(other) => op(BinaryOp::Multiply, &other, &given)?,
        });
    }
    Ok(all)
}

/// The sum of the weights, less the degrees of freedom.
fn weighted_divisor(w: &Expr, sum: &Expr, options: &CovOptions) -> Result<Expr> {
    let ddof = options.wanted_ddof();
    let less = |by: Operand| binary(BinaryOp::Subtract, sum.into(), by);
    let divisor = match &options.weights {
        _ if ddof == 0 => return Ok(sum.clone()),
        None => less(Operand::literal(Scalar::F64(ddof as f64)))?,
        Some(given) => {
            let squares = op(BinaryOp::Multiply, w, &astype(given.expr()?, DType::F64)?)?;
            let share = op(BinaryOp::Divide, &reduce(&squares, ReduceOp::Sum, &Axes::all(), None)?, sum)?;
            let lost =
                binary(BinaryOp::Multiply, (&share).into(), Operand::literal(Scalar::F64(ddof as f64)))?;
            less((&lost).into())?
        }
    };
    binary(BinaryOp::Maximum, (&divisor).into(), Operand::literal(Scalar::F64(0.0)))
}

fn correlation(x: &Expr, options: &CovOptions) -> Result<Expr> {
    let c = covariance(x, options)?;
    if c.ndim() == 0 {
        return op(BinaryOp::Divide, &c, &c);
    }
    let n = c.chunks().axis(0)?.length()? as isize;
    let line: Vec<isize> = (0..n).collect();
    let variances = points(&c, &[Some(line.clone()), Some(line)])?;
    let deviations = unary(UnaryOp::Sqrt, &unary(UnaryOp::RealPart, &variances)?)?;
    let rows = expand_dims(&deviations, &Axes::from(1))?;
    let scaled = op(BinaryOp::Divide, &op(BinaryOp::Divide, &c, &rows)?, &deviations)?;
    if scaled.dtype() == DType::C128 {
        return Ok(scaled);
    }
    // Rounding can leave the range.
    let low = binary(BinaryOp::Maximum, (&scaled).into(), Operand::literal(Scalar::F64(-1.0)))?;
    binary(BinaryOp::Minimum, (&low).into(), Operand::literal(Scalar::F64(1.0)))
}
