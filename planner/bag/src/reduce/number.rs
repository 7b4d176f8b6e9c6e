//! Numbers that can be summed without losing what they are.

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

use crate::item::BagItem;

/// A sum under way: whole numbers exactly, floats as floats.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Total {
    /// Of whole numbers.
    Whole(i128),
    /// Of floats.
    Float(f64),
}

/// Items that can be summed and averaged: the integers up to 64 bits, floats, and `bool` (which counts `true`).
pub trait Number: BagItem {
    /// What a sum is given as: `i64`, `u64` or `f64`.
    type Sum: BagItem;

    /// The number as a float.
    fn as_float(&self) -> f64;

    /// The sum of nothing.
    fn zero() -> Total;

    /// Adds the number to a sum of its own kind.
    fn add_to(&self, total: &mut Total);

    /// The sum.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] when it does not fit.
    fn sum_of(total: Total) -> Result<Self::Sum>;
}

impl Total {
    /// Adds another sum.
    pub fn add(&mut self, other: Self) {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => *a += b,
            (Self::Float(a), Self::Float(b)) => *a += b,
            (Self::Float(a), Self::Whole(b)) => *a += b as f64,
            (this @ Self::Whole(_), Self::Float(b)) => {
                let Self::Whole(a) = *this else { return };
                *this = Self::Float(a as f64 + b);
            }
        }
    }
}

fn too_large(sum: i128, kind: &str) -> Error {
    Error::data(format!("the sum {sum} does not fit a {kind}")).with_help("map the items to f64 first")
}

macro_rules! whole {
    ($sum:ident: $($t:ty)*) => { $(
        impl Number for $t {
            type Sum = $sum;

            fn as_float(&self) -> f64 {
                i128::from(*self) as f64
            }

            fn zero() -> Total {
                Total::Whole(0)
            }

            fn add_to(&self, total: &mut Total) {
                total.add(Total::Whole(i128::from(*self)));
            }

            fn sum_of(total: Total) -> Result<$sum> {
                match total {
                    Total::Whole(sum) => $sum::try_from(sum).map_err(|_| too_large(sum, stringify!($sum))),
                    Total::Float(_) => Err(Error::internal("a sum of whole numbers became a float")),
                }
            }
        }
    )* };
}

whole! { i64: i8 i16 i32 i64 }
whole! { u64: bool u8 u16 u32 u64 }

macro_rules! sized {
    ($($t:ty => $sum:ident),*) => { $(
        impl Number for $t {
            type Sum = $sum;

            fn as_float(&self) -> f64 {
                *self as f64
            }

            fn zero() -> Total {
                Total::Whole(0)
            }

            fn add_to(&self, total: &mut Total) {
                total.add(Total::Whole(*self as i128));
            }

            fn sum_of(total: Total) -> Result<$sum> {
                <$sum as Number>::sum_of(total)
            }
        }
    )* };
}

sized! { usize => u64, isize => i64 }

macro_rules! float {
    ($($t:ty)*) => { $(
        impl Number for $t {
            type Sum = f64;

            fn as_float(&self) -> f64 {
                f64::from(*self)
            }

            fn zero() -> Total {
                Total::Float(0.0)
            }

            fn add_to(&self, total: &mut Total) {
                total.add(Total::Float(f64::from(*self)));
            }

            fn sum_of(total: Total) -> Result<f64> {
                match total {
                    Total::Whole(sum) => Ok(sum as f64),
                    Total::Float(sum) => Ok(sum),
                }
            }
        }
    )* };
}

float! { f32 f64 }
