//! Which element types transforms give.

use num_complex::{Complex32, Complex64};

use crate::Numeric;

/// The types that transforms of elements of this type give: single precision stays, all others become double.
pub trait Transform: Numeric {
    /// Of transforms to complex numbers.
    type Complex: Numeric;
}

macro_rules! transforms {
    ($($t:ty: $complex:ty;)*) => { $(
        impl Transform for $t {
            type Complex = $complex;
        }
    )* };
}

transforms! {
    bool: Complex64;
    i8: Complex64;
    i16: Complex64;
    i32: Complex64;
    i64: Complex64;
    u8: Complex64;
    u16: Complex64;
    u32: Complex64;
    u64: Complex64;
    f32: Complex32;
    f64: Complex64;
    Complex32: Complex32;
    Complex64: Complex64;
}
