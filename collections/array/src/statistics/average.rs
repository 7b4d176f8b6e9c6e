//! Weighted averages.

use swath_array_plan::{Axes, Expr, astype, binary, expand_dims, reduce};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, Kind, ReduceOp};

use crate::operand::{DynOperand, array_of};
use crate::{Array, DynArray, Numeric};

impl<T: Numeric> Array<T> {
    /// Averages in which elements have weights: of the array's shape, or for one axis a vector along it.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(3);
    /// assert_eq!(x.average(.., da::array(vec![1.0, 0.0, 3.0])).item()?, 1.5);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn average(&self, axes: impl Into<Axes>, weights: impl DynOperand) -> Array<T::Mean> {
        Array::from_dyn(&self.as_dyn().average(axes, weights))
    }

    /// Averages, and the sums of their weights.
    #[track_caller]
    pub fn average_and_weight(
        &self,
        axes: impl Into<Axes>,
        weights: impl DynOperand,
    ) -> (Array<T::Mean>, Array<T::Mean>) {
        let (average, sum) = self.as_dyn().average_and_weight(axes, weights);
        (Array::from_dyn(&average), Array::from_dyn(&sum))
    }
}

impl DynArray {
    /// Averages in which elements have weights: of the array's shape, or for one axis a vector along it.
    #[track_caller]
    pub fn average(&self, axes: impl Into<Axes>, weights: impl DynOperand) -> Self {
        self.average_and_weight(axes, weights).0
    }

    /// Averages, and the sums of their weights, which are broadcast to the averages.
    #[track_caller]
    pub fn average_and_weight(&self, axes: impl Into<Axes>, weights: impl DynOperand) -> (Self, Self) {
        let axes = axes.into();
        let weights = array_of(weights.dyn_operand());
        let sums = self.expr().and_then(|x| weighted(x, &axes, &weights?));
        match sums {
            Ok((sum, weight)) => {
                let average = binary(BinaryOp::Divide, (&sum).into(), (&weight).into());
                (Self::new(average), Self::new(Ok(weight)))
            }
            Err(e) => (Self::new(Err(e.clone())), Self::new(Err(e))),
        }
    }
}

/// The sums of `x * weights` and of the weights.
fn weighted(x: &Expr, axes: &Axes, weights: &Expr) -> Result<(Expr, Expr)> {
    let weights = fitted(x, axes, weights)?;
    let x = if Kind::of(x.dtype()) < Kind::Float { astype(x, DType::F64)? } else { x.clone() };
    let product = binary(BinaryOp::Multiply, (&x).into(), (&weights).into())?;
    let weights = astype(&weights, product.dtype())?;
    Ok((reduce(&product, ReduceOp::Sum, axes, None)?, reduce(&weights, ReduceOp::Sum, axes, None)?))
}

/// The weights with the array's shape, or length 1 along axes that are not averaged over.
fn fitted(x: &Expr, axes: &Axes, weights: &Expr) -> Result<Expr> {
    let (own, other) = (x.shape()?, weights.shape()?);
    if own == other {
        return Ok(weights.clone());
    }
    let list = axes.resolve(x.ndim())?;
    let [axis] = list.as_slice() else {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            "axis must be specified when shapes of a and weights differ",
        )
        .with_help("give weights of the array's shape, or a vector and one axis"));
    };
    if other.as_slice() != own.get(*axis..=*axis).unwrap_or(&[]) {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "shape of weights {other:?} must be consistent with shape of a along axis {axis}: {own:?}"
            ),
        ));
    }
    // As many axes as the array, so that both are summed over the same one.
    let others: Vec<usize> = (0..x.ndim()).filter(|a| a != axis).collect();
    if others.is_empty() { Ok(weights.clone()) } else { expand_dims(weights, &Axes::from(others)) }
}
