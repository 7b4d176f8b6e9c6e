//! The reductions by name, and the types of their results.

use serde::{Deserialize, Serialize};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

use crate::promote::{Kind, float_dtype, real_dtype};

/// A reduction over axes, under NumPy's rules. The `Nan` forms skip NaN; the others give NaN when they meet one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReduceOp {
    /// The sum; integers in 64 bits, wrapping; booleans are counted.
    Sum,
    /// The product; integers in 64 bits, wrapping.
    Prod,
    /// The smallest element; an error over nothing.
    Min,
    /// The largest element; an error over nothing.
    Max,
    /// The arithmetic mean; NaN over nothing.
    Mean,
    /// The variance: squared deviations from the mean over `n - ddof`.
    Var {
        /// Subtracted from the number of elements.
        ddof: i64,
    },
    /// The standard deviation: the root of the variance.
    Std {
        /// Subtracted from the number of elements.
        ddof: i64,
    },
    /// The index of the first smallest element; the first NaN wins.
    ArgMin,
    /// The index of the first largest element; the first NaN wins.
    ArgMax,
    /// Whether any element is not zero.
    Any,
    /// Whether all elements are not zero.
    All,
    /// How many elements are not zero.
    CountNonzero,
    /// The sum of the elements that are not NaN.
    NanSum,
    /// The product of the elements that are not NaN.
    NanProd,
    /// The smallest element that is not NaN; NaN when all are.
    NanMin,
    /// The largest element that is not NaN; NaN when all are.
    NanMax,
    /// The mean of the elements that are not NaN.
    NanMean,
    /// The variance of the elements that are not NaN.
    NanVar {
        /// Subtracted from the number of elements.
        ddof: i64,
    },
    /// The standard deviation of the elements that are not NaN.
    NanStd {
        /// Subtracted from the number of elements.
        ddof: i64,
    },
    /// The index of the first smallest element that is not NaN; an error when all are.
    NanArgMin,
    /// The index of the first largest element that is not NaN; an error when all are.
    NanArgMax,
}

/// What the partial results of a reduction are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// One value: sums, products.
    Fold,
    /// One value, absent for no elements: extremes.
    Extreme,
    /// A sum and a count.
    Mean,
    /// A count, a mean and the sum of squared deviations.
    Moments,
    /// A value and its index.
    Arg,
    /// A truth value or a count of them.
    Logical,
}

impl ReduceOp {
    /// NumPy's name of the reduction.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Prod => "prod",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Var { .. } => "var",
            Self::Std { .. } => "std",
            Self::ArgMin => "argmin",
            Self::ArgMax => "argmax",
            Self::Any => "any",
            Self::All => "all",
            Self::CountNonzero => "count_nonzero",
            Self::NanSum => "nansum",
            Self::NanProd => "nanprod",
            Self::NanMin => "nanmin",
            Self::NanMax => "nanmax",
            Self::NanMean => "nanmean",
            Self::NanVar { .. } => "nanvar",
            Self::NanStd { .. } => "nanstd",
            Self::NanArgMin => "nanargmin",
            Self::NanArgMax => "nanargmax",
        }
    }

    pub(crate) fn family(self) -> Family {
        match self {
            Self::Sum | Self::Prod | Self::NanSum | Self::NanProd => Family::Fold,
            Self::Min | Self::Max | Self::NanMin | Self::NanMax => Family::Extreme,
            Self::Mean | Self::NanMean => Family::Mean,
            Self::Var { .. } | Self::Std { .. } | Self::NanVar { .. } | Self::NanStd { .. } => {
                Family::Moments
            }
            Self::ArgMin | Self::ArgMax | Self::NanArgMin | Self::NanArgMax => Family::Arg,
            Self::Any | Self::All | Self::CountNonzero => Family::Logical,
        }
    }

    /// With `more` taken from the number of elements that a variance is divided by.
    #[must_use]
    pub fn with_ddof(self, more: i64) -> Self {
        match self {
            Self::Var { ddof } => Self::Var { ddof: ddof + more },
            Self::Std { ddof } => Self::Std { ddof: ddof + more },
            Self::NanVar { ddof } => Self::NanVar { ddof: ddof + more },
            Self::NanStd { ddof } => Self::NanStd { ddof: ddof + more },
            other => other,
        }
    }

    /// Whether elements are added or multiplied, so that the type this is done in matters.
    pub fn sums(self) -> bool {
        matches!(self.family(), Family::Fold | Family::Mean | Family::Moments)
    }

    /// Whether NaN is skipped. On types without NaN the skipping forms are the plain ones.
    pub fn skips_nan(self) -> bool {
        matches!(
            self,
            Self::NanSum
                | Self::NanProd
                | Self::NanMin
                | Self::NanMax
                | Self::NanMean
                | Self::NanVar { .. }
                | Self::NanStd { .. }
                | Self::NanArgMin
                | Self::NanArgMax
        )
    }

    /// Whether the result is an index, so that [`crate::partial`] needs to know where the chunk lies.
    pub fn is_arg(self) -> bool {
        self.family() == Family::Arg
    }

    /// How many chunks a partial result consists of.
    pub fn parts(self) -> usize {
        match self.family() {
            Family::Fold | Family::Extreme | Family::Logical => 1,
            Family::Mean | Family::Arg => 2,
            Family::Moments => 3,
        }
    }

    /// The type of the result for elements of type `x`, as NumPy has it.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when the reduction is not defined for the type.
    ///
    /// ```
    /// use swath_block::DType;
    /// use swath_kernels::ReduceOp;
    /// assert_eq!(ReduceOp::Sum.result_dtype(DType::I8)?, DType::I64);
    /// assert_eq!(ReduceOp::Mean.result_dtype(DType::F32)?, DType::F32);
    /// assert_eq!(ReduceOp::Std { ddof: 0 }.result_dtype(DType::Bool)?, DType::F64);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn result_dtype(self, x: DType) -> Result<DType> {
        let kind = Kind::of(x);
        let complex = kind == Kind::Complex;
        Ok(match self.family() {
            Family::Fold => match kind {
                Kind::Bool | Kind::Signed => DType::I64,
                Kind::Unsigned => DType::U64,
                _ => x,
            },
            Family::Extreme | Family::Arg if complex => {
                return Err(Error::new(
                    ErrorKind::TypeMismatch,
                    format!("{} is not defined for {x}: complex numbers have no order", self.name()),
                )
                .with_help("take the absolute value or the real part first"));
            }
            Family::Arg => DType::I64,
            Family::Mean | Family::Moments if kind < Kind::Float => DType::F64,
            Family::Extreme | Family::Mean => x,
            Family::Moments => real_dtype(float_dtype(x)),
            Family::Logical if self == Self::CountNonzero => DType::I64,
            Family::Logical => DType::Bool,
        })
    }
}
