//! What reductions need to know of an element type: what it is summed in, and what counts as true or missing.

use num_complex::{Complex, Complex32, Complex64};
use swath_block::Element;

/// What sums and products are made in.
pub(super) trait Wide: Element {
    const ONE: Self;
    fn add(self, b: Self) -> Self;
    fn mul(self, b: Self) -> Self;
}

/// What means and variances are made in.
pub(super) trait Mid: Wide {
    fn sub(self, b: Self) -> Self;
    fn scale(self, by: f64) -> Self;
    /// The product with the other's conjugate, its real part.
    fn dot(self, b: Self) -> f64;
}

macro_rules! wide_integers {
    ($($t:ident)*) => { $(
        impl Wide for $t {
            const ONE: Self = 1;

            #[inline(always)]
            fn add(self, b: Self) -> Self { self.wrapping_add(b) }

            #[inline(always)]
            fn mul(self, b: Self) -> Self { self.wrapping_mul(b) }
        }
    )* };
}

wide_integers! { i64 u64 }

impl Wide for f64 {
    const ONE: Self = 1.0;

    #[inline(always)]
    fn add(self, b: Self) -> Self {
        self + b
    }

    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        self * b
    }
}

impl Mid for f64 {
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        self - b
    }

    #[inline(always)]
    fn scale(self, by: f64) -> Self {
        self * by
    }

    #[inline(always)]
    fn dot(self, b: Self) -> f64 {
        self * b
    }
}

impl Wide for Complex64 {
    const ONE: Self = Complex::new(1.0, 0.0);

    #[inline(always)]
    fn add(self, b: Self) -> Self {
        self + b
    }

    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        self * b
    }
}

impl Mid for Complex64 {
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        self - b
    }

    #[inline(always)]
    fn scale(self, by: f64) -> Self {
        Self::new(self.re * by, self.im * by)
    }

    #[inline(always)]
    fn dot(self, b: Self) -> f64 {
        self.re * b.re + self.im * b.im
    }
}

/// An element that can be reduced.
pub(super) trait Number: Element {
    type Sum: Wide;
    type Mean: Mid;
    fn sum(self) -> Self::Sum;
    fn mean(self) -> Self::Mean;
    fn is_true(self) -> bool;
    fn missing(self) -> bool;
}

/// An element with an order.
pub(super) trait Ordered: Number + PartialOrd {
    /// Not below any element, and what a skipping minimum starts from.
    const TOP: Self;
    /// Not above any element, and what a skipping maximum starts from.
    const BOTTOM: Self;
    /// NaN, for types that have one.
    const NONE: Option<Self>;
}

macro_rules! numbers {
    ($($t:ident $sum:ty, $top:expr, $bottom:expr, $none:expr, $missing:expr, $true:expr, $to_sum:expr, $to_mean:expr;)*) => { $(
        impl Number for $t {
            type Sum = $sum;
            type Mean = f64;

            #[inline(always)]
            fn sum(self) -> $sum { $to_sum(self) }

            #[inline(always)]
            fn mean(self) -> f64 { $to_mean(self) }

            #[inline(always)]
            fn is_true(self) -> bool { $true(self) }

            #[inline(always)]
            fn missing(self) -> bool { $missing(self) }
        }

        impl Ordered for $t {
            const TOP: Self = $top;
            const BOTTOM: Self = $bottom;
            const NONE: Option<Self> = $none;
        }
    )* };
}

macro_rules! integers {
    ($($t:ident $sum:ident)*) => {
        numbers! { $(
            $t $sum, $t::MAX, $t::MIN, None, |_| false, |v| v != 0, |v| v as $sum, |v| v as f64;
        )* }
    };
}

integers! { i8 i64 i16 i64 i32 i64 i64 i64 u8 u64 u16 u64 u32 u64 u64 u64 }
numbers! {
    bool i64, true, false, None, |_| false, |v| v, i64::from, |v| f64::from(u8::from(v));
    f32 f64, f32::INFINITY, f32::NEG_INFINITY, Some(f32::NAN), f32::is_nan, |v| v != 0.0, f64::from, f64::from;
    f64 f64, f64::INFINITY, f64::NEG_INFINITY, Some(f64::NAN), f64::is_nan, |v| v != 0.0, |v| v, |v| v;
}

macro_rules! complexes {
    ($($t:ident)*) => { $(
        impl Number for $t {
            type Sum = Complex64;
            type Mean = Complex64;

            #[inline(always)]
            fn sum(self) -> Complex64 { Complex64::new(self.re.into(), self.im.into()) }

            #[inline(always)]
            fn mean(self) -> Complex64 { self.sum() }

            #[inline(always)]
            fn is_true(self) -> bool { self.re != 0.0 || self.im != 0.0 }

            #[inline(always)]
            fn missing(self) -> bool { self.re.is_nan() || self.im.is_nan() }
        }
    )* };
}

complexes! { Complex32 Complex64 }
