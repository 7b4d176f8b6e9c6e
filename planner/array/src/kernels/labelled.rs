//! Functions of chunks that every process knows, as nodes name them.
//!
//! In: the chunks at one place of a grid. Out: one chunk or several. It never looks at other chunks.

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, Scalar};
use swath_error::{Error, Result};
use swath_factor::{self as factor, FftKind, FftNorm};

/// A function of chunks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kernel {
    /// `a` as `q` and `r`.
    Qr,
    /// The `r` of `a`.
    QrTriangle,
    /// `a` as `u`, `s` and `vh`.
    Svd {
        /// Whether rows of `vh` are given a sum that is not negative.
        signs: bool,
    },
    /// The singular values of `a`.
    SingularValues,
    /// The lower Cholesky factor of `a`.
    Cholesky,
    /// The `x` with `t @ x = b`.
    SolveTriangular {
        /// Whether the lower triangle of `t` is meant.
        lower: bool,
        /// Whether the diagonal of `t` counts as ones.
        unit: bool,
    },
    /// The `x` with `x @ l^H = b`.
    SolveRightAdjoint,
    /// A column of a matrix factorised from row `start` on: the column, and which rows went where.
    LuPanel {
        /// The first row of the diagonal block.
        start: usize,
    },
    /// What a factorised column does to another one.
    LuUpdate {
        /// The first row of the diagonal block.
        start: usize,
    },
    /// One step of back substitution.
    LuBack {
        /// The first row of the diagonal block.
        start: usize,
    },
    /// Rows from `start` on in another order.
    LuPermute {
        /// The first row that moves.
        start: usize,
    },
    /// The diagonal of a factorised column.
    LuDiagonal {
        /// The first row of the diagonal block.
        start: usize,
    },
    /// The part of a factorised column that belongs to `L`.
    LuLower {
        /// The first row of the diagonal block.
        start: usize,
    },
    /// The part of a column that belongs to `U`.
    LuUpper {
        /// The first row of the diagonal block.
        start: usize,
        /// Rows of `U`.
        rows: usize,
    },
    /// The sign of a permutation.
    PermutationSign,
    /// Fourier transforms along an axis.
    Fft {
        /// Which transform.
        kind: FftKind,
        /// The axis.
        axis: usize,
        /// The length of the transforms.
        n: usize,
        /// What they are divided by.
        norm: FftNorm,
    },
    /// The matrix product of two chunks.
    Product,
    /// The entry of a table at each place.
    LookUp(Vec<Scalar>),
    /// How many of these rising bounds each element has reached, at most one less than there are.
    Place(Vec<f64>),
    /// Windows along axes, as new last axes: the axes and the lengths.
    SlidingWindows(Vec<(usize, usize)>),
    /// The positions where two axes agree, pairs of axes into one: which axis of the result each axis becomes.
    Diagonal(Vec<usize>),
}

impl Kernel {
    /// The name of its tasks.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Qr | Self::QrTriangle => "qr",
            Self::Svd { .. } | Self::SingularValues => "svd",
            Self::Cholesky => "cholesky",
            Self::SolveTriangular { .. } | Self::SolveRightAdjoint => "solve-triangular",
            Self::LuPanel { .. } => "lu-panel",
            Self::LuUpdate { .. } => "lu-update",
            Self::LuBack { .. } => "lu-back",
            Self::LuPermute { .. } => "lu-permute",
            Self::LuDiagonal { .. } => "lu-diagonal",
            Self::LuLower { .. } => "lu-lower",
            Self::LuUpper { .. } => "lu-upper",
            Self::PermutationSign => "permutation-sign",
            Self::Fft { .. } => "fft",
            Self::Product => "product",
            Self::LookUp(_) => "look-up",
            Self::Place(_) => "place",
            Self::SlidingWindows(_) => "sliding-windows",
            Self::Diagonal(_) => "diagonal",
        }
    }

    /// The results for these chunks.
    pub(crate) fn run(&self, chunks: &[Chunk]) -> Result<Vec<Chunk>> {
        match (self, chunks) {
            (Self::Qr, [a]) => factor::qr(a).map(Vec::from),
            (Self::QrTriangle, [a]) => one(factor::qr_triangle(a)),
            (Self::Svd { signs }, [a]) => factor::svd(a, *signs).map(Vec::from),
            (Self::SingularValues, [a]) => one(factor::singular_values(a)),
            (Self::Cholesky, [a]) => one(factor::cholesky(a)),
            (Self::SolveTriangular { lower, unit }, [t, b]) => {
                one(factor::solve_triangular(t, b, *lower, *unit))
            }
            (Self::SolveRightAdjoint, [l, b]) => one(factor::solve_right_adjoint(l, b)),
            (Self::LuPanel { start }, [a]) => factor::lu_panel(a, *start).map(Vec::from),
            (Self::LuUpdate { start }, [panel, order, a]) => one(factor::lu_update(panel, order, a, *start)),
            (Self::LuBack { start }, [panel, y]) => one(factor::lu_back(panel, y, *start)),
            (Self::LuPermute { start }, [a, order]) => one(factor::lu_permute(a, order, *start)),
            (Self::LuDiagonal { start }, [a]) => one(factor::lu_diagonal(a, *start)),
            (Self::LuLower { start }, [a]) => one(factor::lu_lower(a, *start)),
            (Self::LuUpper { start, rows }, [a]) => one(factor::lu_upper(a, *start, *rows)),
            (Self::PermutationSign, [order]) => one(factor::permutation_sign(order)),
            (Self::Fft { kind, axis, n, norm }, [a]) => one(factor::fft(a, *kind, *axis, *n, *norm)),
            (Self::Product, [a, b]) => one(swath_kernels::matmul(a, b)),
            (Self::LookUp(table), [places]) => one(swath_kernels::look_up(places, table)),
            (Self::Place(bounds), [x]) => one(swath_kernels::place(x, bounds)),
            (Self::SlidingWindows(windows), [a]) => one(swath_kernels::sliding_windows(a, windows)),
            (Self::Diagonal(axes), [a]) => one(swath_kernels::diagonal(a, axes)),
            _ => Err(Error::internal(format!("{} of {} chunks", self.name(), chunks.len()))),
        }
    }
}

fn one(chunk: Result<Chunk>) -> Result<Vec<Chunk>> {
    Ok(vec![chunk?])
}
