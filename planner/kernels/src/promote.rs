//! NumPy 2's type promotion (NEP 50), and conversion of scalars.
//!
//! In: element types. Out: the type both fit in. It never looks at the values of arrays.

use num_complex::{Complex32, Complex64};
use swath_block::{DType, Scalar};
use swath_error::{Error, ErrorKind, Result};

/// The kinds of element types, from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `int8` to `int64`
    Signed,
    /// `uint8` to `uint64`
    Unsigned,
    /// `float32`, `float64`
    Float,
    /// `complex64`, `complex128`
    Complex,
}

impl Kind {
    /// The kind of a type.
    pub fn of(dtype: DType) -> Self {
        match dtype {
            DType::Bool => Self::Bool,
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => Self::Signed,
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => Self::Unsigned,
            DType::F32 | DType::F64 => Self::Float,
            DType::C64 | DType::C128 => Self::Complex,
        }
    }

    /// Whether the kind is one of the integer kinds.
    pub fn is_integer(self) -> bool {
        matches!(self, Self::Signed | Self::Unsigned)
    }
}

/// The type of an operation between arrays of two types, as `numpy.promote_types`.
///
/// ```
/// use swath_block::DType::{F32, F64, I16, I32, I8, U64, U8, I64};
/// use swath_kernels::promote;
/// assert_eq!(promote(U8, I8), I16);
/// assert_eq!(promote(I64, U64), F64);
/// assert_eq!((promote(I16, F32), promote(I32, F32)), (F32, F64));
/// ```
pub fn promote(a: DType, b: DType) -> DType {
    use Kind::{Bool, Complex, Float};
    let (low, high) = if Kind::of(a) <= Kind::of(b) { (a, b) } else { (b, a) };
    match (Kind::of(low), Kind::of(high)) {
        (Bool, _) => high,
        (x, y) if x == y => {
            if low.size() >= high.size() {
                low
            } else {
                high
            }
        }
        (Kind::Signed, Kind::Unsigned) => signed_unsigned(low, high),
        // An integer of up to 16 bits fits a 32-bit float exactly; wider ones take 64 bits.
        (Kind::Signed | Kind::Unsigned, Float) => float_of(high, low.size() > 2),
        (Kind::Signed | Kind::Unsigned, Complex) => complex_of(high, low.size() > 2),
        (Float, Complex) => complex_of(high, low == DType::F64),
        _ => high,
    }
}

fn float_of(dtype: DType, wide: bool) -> DType {
    if wide { DType::F64 } else { dtype }
}

fn complex_of(dtype: DType, wide: bool) -> DType {
    if wide { DType::C128 } else { dtype }
}

fn signed_unsigned(signed: DType, unsigned: DType) -> DType {
    if signed.size() > unsigned.size() {
        return signed;
    }
    match unsigned.size() {
        1 => DType::I16,
        2 => DType::I32,
        4 => DType::I64,
        _ => DType::F64,
    }
}

/// The type of an operation between an array of `dtype` and a scalar.
///
/// A `weak` scalar is a plain literal (Python's `int`, `float`, `complex`): only its kind counts, so `float32 * 2.5`
/// stays `float32` and `uint8 + 1` stays `uint8`. A scalar that is not weak counts as an array of its type.
///
/// ```
/// use swath_block::{DType, Scalar};
/// use swath_kernels::promote_scalar;
/// assert_eq!(promote_scalar(DType::F32, &Scalar::F64(2.5), true), DType::F32);
/// assert_eq!(promote_scalar(DType::I8, &Scalar::F64(2.5), true), DType::F64);
/// assert_eq!(promote_scalar(DType::F32, &Scalar::F64(2.5), false), DType::F64);
/// ```
pub fn promote_scalar(dtype: DType, scalar: &Scalar, weak: bool) -> DType {
    if !weak {
        return promote(dtype, scalar.dtype());
    }
    let own = Kind::of(dtype);
    match Kind::of(scalar.dtype()) {
        Kind::Bool => dtype,
        Kind::Signed | Kind::Unsigned => {
            if own == Kind::Bool {
                DType::I64
            } else {
                dtype
            }
        }
        Kind::Float => {
            if own >= Kind::Float {
                dtype
            } else {
                DType::F64
            }
        }
        Kind::Complex => match dtype {
            DType::C64 | DType::F32 => DType::C64,
            _ => DType::C128,
        },
    }
}

/// The type a scalar has when nothing else says: `int64`, `float64`, `complex128` for weak ones, else its own.
pub fn scalar_dtype(scalar: &Scalar, weak: bool) -> DType {
    if weak { promote_scalar(DType::Bool, scalar, true) } else { scalar.dtype() }
}

/// The float type that `exp`, `sin` and the like compute in: floats stay, 8- and 16-bit integers and booleans take
/// `float32` (NumPy gives `float16` for 8 bits, which swath does not have), wider integers `float64`.
pub fn float_dtype(dtype: DType) -> DType {
    match dtype {
        DType::F32 | DType::F64 | DType::C64 | DType::C128 => dtype,
        _ if dtype.size() <= 2 => DType::F32,
        _ => DType::F64,
    }
}

/// The real type of the parts of a complex type; other types are their own.
pub fn real_dtype(dtype: DType) -> DType {
    match dtype {
        DType::C64 => DType::F32,
        DType::C128 => DType::F64,
        other => other,
    }
}

/// The complex type whose parts are of the given float type; integers take `complex128`.
pub fn complex_dtype(dtype: DType) -> DType {
    match dtype {
        DType::F32 | DType::C64 => DType::C64,
        _ => DType::C128,
    }
}

/// Converts a scalar to `dtype`, refusing an integer that does not fit (as NumPy refuses `uint8_array + 300`).
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] when an integer is outside `dtype`'s range.
pub fn cast_scalar(scalar: Scalar, dtype: DType) -> Result<Scalar> {
    let target = Kind::of(dtype);
    if target.is_integer()
        && let Some(value) = integer_value(scalar)
        && !fits(value, dtype)
    {
        return Err(Error::new(ErrorKind::InvalidArgument, format!("{value} is out of bounds for {dtype}"))
            .with_help("cast the array to a wider type first"));
    }
    Ok(convert_scalar(scalar, dtype))
}

/// Converts a scalar as `astype` converts elements: integers wrap, floats are cut towards zero.
#[allow(clippy::cast_lossless)] // one macro for every source type
pub fn convert_scalar(scalar: Scalar, dtype: DType) -> Scalar {
    macro_rules! from_real {
        ($v:expr) => {{
            let v = $v;
            match dtype {
                DType::Bool => Scalar::Bool(v as f64 != 0.0),
                DType::I8 => Scalar::I8(v as i8),
                DType::I16 => Scalar::I16(v as i16),
                DType::I32 => Scalar::I32(v as i32),
                DType::I64 => Scalar::I64(v as i64),
                DType::U8 => Scalar::U8(v as u8),
                DType::U16 => Scalar::U16(v as u16),
                DType::U32 => Scalar::U32(v as u32),
                DType::U64 => Scalar::U64(v as u64),
                DType::F32 => Scalar::F32(v as f32),
                DType::F64 => Scalar::F64(v as f64),
                DType::C64 => Scalar::C64(Complex32::new(v as f32, 0.0)),
                DType::C128 => Scalar::C128(Complex64::new(v as f64, 0.0)),
            }
        }};
    }
    match scalar {
        Scalar::Bool(v) => from_real!(u8::from(v)),
        Scalar::I8(v) => from_real!(v),
        Scalar::I16(v) => from_real!(v),
        Scalar::I32(v) => from_real!(v),
        Scalar::I64(v) => from_real!(v),
        Scalar::U8(v) => from_real!(v),
        Scalar::U16(v) => from_real!(v),
        Scalar::U32(v) => from_real!(v),
        Scalar::U64(v) => from_real!(v),
        Scalar::F32(v) => from_real!(v),
        Scalar::F64(v) => from_real!(v),
        Scalar::C64(v) => from_complex(Complex64::new(v.re.into(), v.im.into()), dtype),
        Scalar::C128(v) => from_complex(v, dtype),
    }
}

fn from_complex(v: Complex64, dtype: DType) -> Scalar {
    match dtype {
        DType::C64 => Scalar::C64(Complex32::new(v.re as f32, v.im as f32)),
        DType::C128 => Scalar::C128(v),
        DType::Bool => Scalar::Bool(v.re != 0.0 || v.im != 0.0),
        _ => convert_scalar(Scalar::F64(v.re), dtype),
    }
}

fn integer_value(scalar: Scalar) -> Option<i128> {
    Some(match scalar {
        Scalar::I8(v) => v.into(),
        Scalar::I16(v) => v.into(),
        Scalar::I32(v) => v.into(),
        Scalar::I64(v) => v.into(),
        Scalar::U8(v) => v.into(),
        Scalar::U16(v) => v.into(),
        Scalar::U32(v) => v.into(),
        Scalar::U64(v) => v.into(),
        _ => return None,
    })
}

/// Whether an integer lies beyond all values of an integer type: below them, or above them.
pub(crate) fn is_beyond(scalar: Scalar, dtype: DType, below: bool) -> bool {
    Kind::of(dtype).is_integer() && integer_value(scalar).is_some_and(|v| !fits(v, dtype) && (v < 0) == below)
}

fn fits(value: i128, dtype: DType) -> bool {
    let bits = 8 * dtype.size() as u32;
    if Kind::of(dtype) == Kind::Signed {
        (-(1i128 << (bits - 1))..1i128 << (bits - 1)).contains(&value)
    } else {
        (0..1i128 << bits).contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_symmetric_and_keeps_equal_types() {
        for &a in DType::ALL {
            assert_eq!(promote(a, a), a);
            for &b in DType::ALL {
                assert_eq!(promote(a, b), promote(b, a), "{a} {b}");
            }
        }
    }

    #[test]
    fn weak_integers_must_fit() {
        assert!(cast_scalar(Scalar::I64(300), DType::U8).is_err());
        assert!(cast_scalar(Scalar::I64(-1), DType::U64).is_err());
        assert_eq!(cast_scalar(Scalar::I64(255), DType::U8).unwrap(), Scalar::U8(255));
        assert_eq!(convert_scalar(Scalar::I64(300), DType::U8), Scalar::U8(44));
    }
}
