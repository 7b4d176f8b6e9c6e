//! Elements of any type, to be compared.

use num_complex::Complex64;
use swath_block::{Chunk, Element, Scalar, with_dtype};

/// Elements of a chunk as complex numbers, in row-major order.
pub fn values(chunk: &Chunk) -> Vec<Complex64> {
    with_dtype!(chunk.dtype(), T => chunk.view::<T>().unwrap().iter().map(|v| as_complex(v.to_scalar())).collect())
}

fn as_complex(s: Scalar) -> Complex64 {
    match s {
        Scalar::Bool(v) => f64::from(u8::from(v)).into(),
        Scalar::I8(v) => f64::from(v).into(),
        Scalar::I16(v) => f64::from(v).into(),
        Scalar::I32(v) => f64::from(v).into(),
        Scalar::I64(v) => (v as f64).into(),
        Scalar::U8(v) => f64::from(v).into(),
        Scalar::U16(v) => f64::from(v).into(),
        Scalar::U32(v) => f64::from(v).into(),
        Scalar::U64(v) => (v as f64).into(),
        Scalar::F32(v) => f64::from(v).into(),
        Scalar::F64(v) => v.into(),
        Scalar::C64(v) => Complex64::new(v.re.into(), v.im.into()),
        Scalar::C128(v) => v,
    }
}
