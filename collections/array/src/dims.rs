//! Shapes as users write them.

use swath_error::{Error, Result};

/// A shape: `5`, `[3, 4]`, `(3, 4)`, a vector. For `reshape` one length may be -1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dims(pub(crate) Vec<isize>);

impl Dims {
    /// The lengths.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] with NumPy's message for a negative one.
    pub(crate) fn lengths(&self) -> Result<Vec<usize>> {
        let length = |n: &isize| {
            usize::try_from(*n).map_err(|_| Error::argument("negative dimensions are not allowed"))
        };
        self.0.iter().map(length).collect()
    }
}

macro_rules! from_integers {
    ($($t:ty)*) => { $(
        impl From<$t> for Dims {
            fn from(n: $t) -> Self {
                [n].into()
            }
        }

        impl<const N: usize> From<[$t; N]> for Dims {
            fn from(lengths: [$t; N]) -> Self {
                lengths.as_slice().into()
            }
        }

        impl From<Vec<$t>> for Dims {
            fn from(lengths: Vec<$t>) -> Self {
                lengths.as_slice().into()
            }
        }

        impl From<&[$t]> for Dims {
            fn from(lengths: &[$t]) -> Self {
                // A length beyond `isize` is refused as any that memory cannot hold.
                Self(lengths.iter().map(|n| isize::try_from(*n).unwrap_or(isize::MAX)).collect())
            }
        }
    )* };
}

from_integers! { i32 i64 isize usize }

impl From<()> for Dims {
    /// No axis: a scalar.
    fn from((): ()) -> Self {
        Self(Vec::new())
    }
}

macro_rules! from_tuples {
    ($($t:ty => $($v:ident),+;)*) => { $(
        impl From<$t> for Dims {
            fn from(($($v,)+): $t) -> Self {
                [$($v),+].into()
            }
        }
    )* };
}

from_tuples! {
    (i32, i32) => a, b;
    (i32, i32, i32) => a, b, c;
    (i32, i32, i32, i32) => a, b, c, d;
    (usize, usize) => a, b;
    (usize, usize, usize) => a, b, c;
    (usize, usize, usize, usize) => a, b, c, d;
}
