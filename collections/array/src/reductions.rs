//! Reductions as methods: over one axis, several, or all.

use swath_array_plan::{Axes, reduce};
use swath_kernels::ReduceOp;

use crate::{Array, DynArray, Numeric};

/// The axes of a reduction, to be refined: `x.mean(da::axes(1).keepdims())`.
pub fn axes(axes: impl Into<Axes>) -> Axes {
    axes.into()
}

/// The axes of a reduction, which stay in the result with length 1: `x.mean(da::keepdims(1))`.
pub fn keepdims(axes: impl Into<Axes>) -> Axes {
    axes.into().keepdims()
}

macro_rules! reductions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $arg_type:ty),*) $op:expr, $out:ty;)*) => {
        impl<T: Numeric> Array<T> { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self, axes: impl Into<Axes> $(, $arg: $arg_type)*) -> Array<$out> {
                self.map(|x| reduce(x, $op, &axes.into(), None))
            }
        )* }

        impl DynArray { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self, axes: impl Into<Axes> $(, $arg: $arg_type)*) -> Self {
                self.map(|x| reduce(x, $op, &axes.into(), None))
            }
        )* }
    };
}

reductions! {
    /// Sums over one axis (`1`), several (`[0, 1]`) or all (`..`); integers in 64 bits.
    ///
    /// [`crate::axes`]`(1).keepdims()` keeps the axis with length 1, `.dtype(DType::F64)` names the type they are made in,
    /// `.split_every(4)` how many partial sums are joined at a time. Negative axes count from the last.
    sum() ReduceOp::Sum, T::Sum;
    /// Products; integers in 64 bits.
    prod() ReduceOp::Prod, T::Sum;
    /// Arithmetic means: `x.mean(1)`, `x.mean([0, 1])`, `x.mean(..)`, `x.mean(da::axes(1).keepdims())`.
    mean() ReduceOp::Mean, T::Mean;
    /// Standard deviations over `n`, or over `n - ddof`: `x.std(da::axes(0).ddof(1))`.
    std() ReduceOp::Std { ddof: 0 }, T::Std;
    /// Variances over `n`, or over `n - ddof`: `x.var(da::axes(0).ddof(1))`.
    var() ReduceOp::Var { ddof: 0 }, T::Std;
    /// Standard deviations over `n - ddof`.
    std_ddof(ddof: i64) ReduceOp::Std { ddof }, T::Std;
    /// Variances over `n - ddof`.
    var_ddof(ddof: i64) ReduceOp::Var { ddof }, T::Std;
    /// The smallest elements; NaN where one is.
    min() ReduceOp::Min, T;
    /// The largest elements; NaN where one is.
    max() ReduceOp::Max, T;
    /// Positions of the first smallest elements; with all axes, in row-major order.
    argmin() ReduceOp::ArgMin, i64;
    /// Positions of the first largest elements; with all axes, in row-major order.
    argmax() ReduceOp::ArgMax, i64;
    /// Whether any element is not zero.
    any() ReduceOp::Any, bool;
    /// Whether all elements are not zero.
    all() ReduceOp::All, bool;
    /// How many elements are not zero.
    count_nonzero() ReduceOp::CountNonzero, i64;
    /// Sums of the elements that are not NaN.
    nansum() ReduceOp::NanSum, T::Sum;
    /// Products of the elements that are not NaN.
    nanprod() ReduceOp::NanProd, T::Sum;
    /// Means of the elements that are not NaN.
    nanmean() ReduceOp::NanMean, T::Mean;
    /// Standard deviations of the elements that are not NaN.
    nanstd() ReduceOp::NanStd { ddof: 0 }, T::Std;
    /// Variances of the elements that are not NaN.
    nanvar() ReduceOp::NanVar { ddof: 0 }, T::Std;
    /// The smallest elements that are not NaN.
    nanmin() ReduceOp::NanMin, T;
    /// The largest elements that are not NaN.
    nanmax() ReduceOp::NanMax, T;
    /// Positions of the first smallest elements that are not NaN; an error where all are.
    nanargmin() ReduceOp::NanArgMin, i64;
    /// Positions of the first largest elements that are not NaN; an error where all are.
    nanargmax() ReduceOp::NanArgMax, i64;
}

impl<T: Numeric> Array<T> {
    /// The largest minus the smallest element.
    #[track_caller]
    pub fn ptp(&self, axes: impl Into<Axes>) -> Self {
        Self::from_dyn(&self.as_dyn().ptp(axes))
    }
}

impl DynArray {
    /// The largest minus the smallest element.
    #[track_caller]
    pub fn ptp(&self, axes: impl Into<Axes>) -> Self {
        let axes = axes.into();
        self.max(axes.clone()) - self.min(axes)
    }
}
