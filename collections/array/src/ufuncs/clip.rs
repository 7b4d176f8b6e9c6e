//! Elements limited to a range.

use swath_array_plan::{Expr, Operand as PlanOperand, apply, arg};
use swath_error::Result;

use crate::operand::DynOperand;
use crate::{Array, DynArray, Numeric, Operand};

impl<T: Numeric> Array<T> {
    /// The elements limited to `low ..= high`; arrays or scalars.
    #[track_caller]
    pub fn clip(&self, low: impl Operand<T>, high: impl Operand<T>) -> Self {
        Self::new(clip(self.operand(), low.operand().map(Some), high.operand().map(Some)))
    }

    /// The elements, at least `low`.
    #[track_caller]
    pub fn clip_min(&self, low: impl Operand<T>) -> Self {
        Self::new(clip(self.operand(), low.operand().map(Some), Ok(None)))
    }

    /// The elements, at most `high`.
    #[track_caller]
    pub fn clip_max(&self, high: impl Operand<T>) -> Self {
        Self::new(clip(self.operand(), Ok(None), high.operand().map(Some)))
    }
}

impl DynArray {
    /// The elements limited to `low ..= high`; arrays or literals.
    #[track_caller]
    pub fn clip(&self, low: impl DynOperand, high: impl DynOperand) -> Self {
        Self::new(clip(self.dyn_operand(), low.dyn_operand().map(Some), high.dyn_operand().map(Some)))
    }

    /// The elements, at least `low`.
    #[track_caller]
    pub fn clip_min(&self, low: impl DynOperand) -> Self {
        Self::new(clip(self.dyn_operand(), low.dyn_operand().map(Some), Ok(None)))
    }

    /// The elements, at most `high`.
    #[track_caller]
    pub fn clip_max(&self, high: impl DynOperand) -> Self {
        Self::new(clip(self.dyn_operand(), Ok(None), high.dyn_operand().map(Some)))
    }
}

fn clip(
    x: Result<PlanOperand>,
    low: Result<Option<PlanOperand>>,
    high: Result<Option<PlanOperand>>,
) -> Result<Expr> {
    let (low, high) = (low?, high?);
    let (has_low, has_high) = (low.is_some(), high.is_some());
    let operands: Vec<PlanOperand> = std::iter::once(x?).chain(low).chain(high).collect();
    apply(&operands, |b, v| {
        let low = if has_low { Some(arg(v, 1)?) } else { None };
        let high = if has_high { Some(arg(v, 1 + usize::from(has_low))?) } else { None };
        b.clip(arg(v, 0)?, low, high)
    })
}
