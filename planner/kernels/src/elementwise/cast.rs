//! Conversions between element types, as `astype`: integers wrap, floats are cut towards zero and saturate, NaN becomes
//! 0, complex numbers lose their imaginary part, and everything but zero is true.

use num_complex::{Complex32, Complex64};
use swath_block::Element;

use super::loops::map;

/// Conversion of one element.
pub(crate) trait CastFrom<S>: Element {
    /// The element nearest to `value` by `astype`'s rules.
    fn cast_from(value: S) -> Self;
}

/// Converts a tile.
pub(crate) fn cast<S: Element, D: CastFrom<S>>(x: &[S], out: &mut [D]) {
    map(x, out, D::cast_from);
}

macro_rules! impl_cast {
    ($v:ident: $($s:ty),* => $d:ty, $e:expr) => { $(
        impl CastFrom<$s> for $d {
            #[inline(always)]
            fn cast_from($v: $s) -> Self { $e }
        }
    )* };
}

macro_rules! to_real {
    ($($d:ty)*) => { $(
        impl_cast!(v: i8, i16, i32, i64, u8, u16, u32, u64, f32, f64 => $d, v as $d);
        impl_cast!(v: bool => $d, u8::from(v) as $d);
        impl_cast!(v: Complex32, Complex64 => $d, v.re as $d);
    )* };
}

to_real! { i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 }

macro_rules! to_complex {
    ($($d:ty, $p:ty;)*) => { $(
        impl_cast!(v: i8, i16, i32, i64, u8, u16, u32, u64, f32, f64 => $d, Self::new(v as $p, 0.0));
        impl_cast!(v: bool => $d, Self::new(u8::from(v) as $p, 0.0));
        impl_cast!(v: Complex32, Complex64 => $d, Self::new(v.re as $p, v.im as $p));
    )* };
}

to_complex! { Complex32, f32; Complex64, f64; }

impl_cast!(v: i8, i16, i32, i64, u8, u16, u32, u64 => bool, v != 0);
impl_cast!(v: f32, f64 => bool, v != 0.0);
impl_cast!(v: Complex32, Complex64 => bool, v.re != 0.0 || v.im != 0.0);
impl_cast!(v: bool => bool, v);
