//! Elementwise functions: the types the compiler sees, and what NumPy's cases do not reach.

use num_complex::Complex64;
use swath_array::{self as da, Array, Casting, DType, NanToNum};
use swath_error::ErrorKind;

#[test]
fn parts_go_together_again() {
    let x = da::array(vec![0.0, -1.5, 3.25e10, 1e-310, f64::MAX]);
    let (mantissa, exponent): (Array<f64>, Array<i32>) = x.frexp();
    assert_eq!(mantissa.ldexp(&exponent).compute().unwrap(), x.compute().unwrap());
    let (fraction, whole) = x.modf();
    assert_eq!((fraction + whole).compute().unwrap(), x.compute().unwrap());
    let n = da::array(vec![7i32, -7, 7, -7]);
    let (quotient, rest) = n.divmod(da::array(vec![2i32, 2, -2, -2]));
    assert_eq!((quotient * da::array(vec![2i32, 2, -2, -2]) + rest).compute().unwrap(), n.compute().unwrap());
    let floats = da::ones([2]).into_dyn().ldexp(1.5);
    assert_eq!(floats.dtype().unwrap_err().kind(), ErrorKind::TypeMismatch);
}

#[test]
fn complex_numbers_have_parts() {
    let z = da::array(vec![Complex64::new(3.0, 4.0), Complex64::new(f64::NAN, f64::INFINITY)]);
    assert_eq!(z.abs().compute().unwrap()[0], 5.0);
    assert_eq!(z.real().compute().unwrap()[0], 3.0);
    assert_eq!(z.imag().compute().unwrap()[0], 4.0);
    assert_eq!((&z * z.conj()).compute().unwrap()[0], Complex64::new(25.0, 0.0));
    assert!((z.angle(true).compute().unwrap()[0] - 53.130_102_354_155_98).abs() < 1e-12);
    assert_eq!(z.nan_to_num().compute().unwrap()[1], Complex64::new(0.0, f64::MAX));
    assert_eq!(z.isposinf().compute().unwrap_err().kind(), ErrorKind::TypeMismatch);
    assert_eq!(z.iscomplex().sum(..).item().unwrap(), 2);
    let real = da::ones([3]) * 2.0;
    assert_eq!((&real + da::array(vec![Complex64::I; 3])).compute().unwrap()[0], Complex64::new(2.0, 1.0));
}

#[test]
fn numbers_of_ones_own() {
    let x = da::array(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0]);
    let numbers = NanToNum { nan: -1.0, posinf: Some(5.0), neginf: None };
    assert_eq!(
        x.nan_to_num_with(numbers).compute().unwrap().as_slice(),
        Some(&[-1.0, 5.0, f32::MIN, 1.0][..])
    );
}

#[test]
fn closeness_is_not_symmetric() {
    let (a, b) = (da::array(vec![10.0]), da::array(vec![9.0]));
    assert!(!a.isclose_with(&b, 0.105, 0.0, false).item().unwrap());
    assert!(b.isclose_with(&a, 0.105, 0.0, false).item().unwrap());
    let nan = da::array(vec![f64::NAN]);
    assert!(!nan.allclose(&nan).item().unwrap());
    assert!(nan.allclose_with(&nan, 1e-5, 1e-8, true).item().unwrap());
    // The smallest integer has no absolute value of its own type.
    assert!(da::array(vec![i64::MIN]).allclose(da::array(vec![i64::MIN])).item().unwrap());
    assert!(a.allclose(10.0).item().unwrap());
}

#[test]
fn shifts_and_bits() {
    let x = da::array(vec![1u8, 2, 255]);
    assert_eq!((&x << 1u8).compute().unwrap().as_slice(), Some(&[2, 4, 254][..]));
    assert_eq!((&x >> 9u8).compute().unwrap().as_slice(), Some(&[0, 0, 0][..]));
    assert_eq!(x.bitwise_not().compute().unwrap()[2], 0);
    assert_eq!((&x.into_dyn() << 300).dtype().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn conversions_are_refused_when_asked() {
    let x = da::arange(3).into_dyn();
    assert!(x.astype_casting(DType::I32, Casting::Safe).dtype().is_err());
    assert_eq!(x.astype_casting(DType::I32, Casting::SameKind).dtype().unwrap(), DType::I32);
    assert_eq!(x.astype_casting(DType::U8, Casting::Unsafe).dtype().unwrap(), DType::U8);
    assert!(da::ones([1]).gt(0.0).positive().compute().is_err());
}

#[test]
fn tens_are_rounded_halves_to_even() {
    let x = da::array(vec![15i8, 25, -15, 127]);
    assert_eq!(x.round(-1).compute().unwrap().as_slice(), Some(&[20, 20, -20, -126][..]));
}
