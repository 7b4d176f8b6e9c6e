//! What functions of two arrays take: an array, a reference to one, or a scalar.

use swath_array_plan as plan;
use swath_error::Result;

use crate::{Array, DynArray, Element, Scalar};

/// An array of `T`, a reference to one, or a scalar of `T`.
pub trait Operand<T> {
    /// The operand as the planner takes it.
    ///
    /// # Errors
    /// What building the array met.
    fn operand(self) -> Result<plan::Operand>;
}

impl<T: Element> Operand<T> for T {
    fn operand(self) -> Result<plan::Operand> {
        Ok(plan::Operand::Scalar { value: self.to_scalar(), weak: false })
    }
}

impl<T: Element> Operand<T> for &Array<T> {
    fn operand(self) -> Result<plan::Operand> {
        Ok(self.expr()?.into())
    }
}

impl<T: Element> Operand<T> for Array<T> {
    fn operand(self) -> Result<plan::Operand> {
        (&self).operand()
    }
}

/// The operand as an array; a scalar becomes one without axes.
pub(crate) fn array_of(operand: Result<plan::Operand>) -> Result<plan::Expr> {
    match operand? {
        plan::Operand::Array(expr) => Ok(expr),
        plan::Operand::Scalar { value, .. } => {
            plan::from_made(plan::Made::Full(value), &[], &plan::ChunkSpec::default())
        }
    }
}

/// What an operand of arrays typed at run time may be: any array, or a plain literal that takes the array's type.
pub trait DynOperand {
    /// The operand as the planner takes it.
    ///
    /// # Errors
    /// What building the array met.
    fn dyn_operand(self) -> Result<plan::Operand>;
}

impl DynOperand for &DynArray {
    fn dyn_operand(self) -> Result<plan::Operand> {
        Ok(self.expr()?.into())
    }
}

impl DynOperand for DynArray {
    fn dyn_operand(self) -> Result<plan::Operand> {
        (&self).dyn_operand()
    }
}

impl<T: Element> DynOperand for &Array<T> {
    fn dyn_operand(self) -> Result<plan::Operand> {
        Ok(self.expr()?.into())
    }
}

impl<T: Element> DynOperand for Array<T> {
    fn dyn_operand(self) -> Result<plan::Operand> {
        (&self).dyn_operand()
    }
}

impl DynOperand for Scalar {
    /// A scalar of exactly this type.
    fn dyn_operand(self) -> Result<plan::Operand> {
        Ok(plan::Operand::Scalar { value: self, weak: false })
    }
}

macro_rules! literals {
    ($($t:ty)*) => { $(
        impl DynOperand for $t {
            fn dyn_operand(self) -> Result<plan::Operand> {
                Ok(plan::Operand::literal(self))
            }
        }
    )* };
}

literals! { bool i32 i64 f64 }
