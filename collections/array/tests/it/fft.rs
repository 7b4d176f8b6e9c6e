//! Fourier transforms against NumPy's answers over several chunkings and types.

use num_complex::{Complex32, Complex64};
use serde_json::Value;
use swath_array::fft::{self, Line, Norm, Several};
use swath_array::{self as da, Array, DType};
use swath_error::ErrorKind;

const CASES: &str = include_str!("../oracle/fft.json");

fn list(v: &Value) -> Vec<isize> {
    v.as_array().unwrap().iter().map(|n| n.as_i64().unwrap() as isize).collect()
}

/// The numbers of the script, from number `first` on.
fn values(first: usize, shape: &[isize]) -> Array<f64> {
    let n: usize = shape.iter().map(|n| *n as usize).product();
    let value = |i: usize| ((i * i * 31 + i * 7919) % 1009) as f64 / 1009.0 - 0.5;
    da::array((first..first + n).map(value).collect()).reshape(shape)
}

fn norm(case: &Value) -> Norm {
    match case["norm"].as_str() {
        Some("ortho") => Norm::Ortho,
        Some("forward") => Norm::Forward,
        _ => Norm::Backward,
    }
}

fn line(case: &Value) -> Line {
    Line {
        n: case["n"].as_u64().map(|n| n as usize),
        axis: case["axis"].as_i64().unwrap_or(-1) as isize,
        norm: norm(case),
    }
}

fn several(case: &Value) -> Several {
    let axes = (!case["axes"].is_null()).then(|| list(&case["axes"]));
    let s = (!case["s"].is_null()).then(|| list(&case["s"]).into_iter().map(|n| n as usize).collect());
    Several { s, axes, norm: norm(case) }
}

fn run(case: &Value, x: &Array<f64>, z: &Array<Complex64>) -> Array<Complex64> {
    let real = |x: Array<f64>| x.astype::<Complex64>();
    let n = case["shape"][0].as_u64().unwrap() as usize;
    match case["function"].as_str().unwrap() {
        "fft" => fft::fft_with(z, &line(case)),
        "ifft" => fft::ifft_with(z, &line(case)),
        "rfft" => fft::rfft_with(x, &line(case)),
        "irfft" => real(fft::irfft_with(z, &line(case))),
        "hfft" => real(fft::hfft_with(z, &line(case))),
        "ihfft" => fft::ihfft_with(x, &line(case)),
        "fftn" => fft::fftn_with(z, &several(case)),
        "ifftn" => fft::ifftn_with(z, &several(case)),
        "rfftn" => fft::rfftn_with(x, &several(case)),
        "irfftn" => real(fft::irfftn_with(z, &several(case))),
        "fft2" => fft::fft2(z),
        "ifft2" => fft::ifft2(z),
        "rfft2" => fft::rfft2(x),
        "irfft2" => real(fft::irfft2(z)),
        "fftfreq" => real(fft::fftfreq(n, 0.1)),
        "rfftfreq" => real(fft::rfftfreq(n, 0.1)),
        other => panic!("{other}"),
    }
}

#[test]
fn numpys_answers_whatever_the_chunks() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 70);
    for case in &cases {
        let shape = list(&case["shape"]);
        for size in [100, 3, 2, 1] {
            let x = values(0, &shape).chunks(size);
            let i = Complex64::new(0.0, 1.0);
            let z = x.astype::<Complex64>() + values(500, &shape).astype::<Complex64>() * i;
            let got = run(case, &x, &z).compute().unwrap();
            let re = case["re"].as_array().unwrap();
            assert_eq!(got.len(), re.len(), "{case}");
            if !case["result"].is_null() {
                let shape: Vec<isize> = got.shape().iter().map(|n| *n as isize).collect();
                assert_eq!(shape, list(&case["result"]), "{case}");
            }
            for (k, v) in got.iter().enumerate() {
                let want = Complex64::new(re[k].as_f64().unwrap(), case["im"][k].as_f64().unwrap_or(0.0));
                assert!((v - want).norm() < 1e-10, "{case}: value {k} is {v}, NumPy {want}");
            }
        }
    }
}

#[test]
fn precisions_are_kept() {
    let single = da::ones([4]).astype::<f32>();
    let forward: Array<Complex32> = fft::fft(&single);
    assert_eq!(forward.compute().unwrap()[0], Complex32::new(4.0, 0.0));
    let back: Array<f32> = fft::irfft(&fft::rfft(&single));
    assert_eq!(back.compute().unwrap(), single.compute().unwrap());
    assert_eq!(fft::fft(&da::arange(4)).dtype(), DType::C128);
    assert_eq!(fft::rfft(&da::array(vec![true, false])).compute().unwrap()[1], Complex64::new(1.0, 0.0));
}

#[test]
fn an_axis_twice() {
    // numpy.fft.rfftn(x, axes=[0, 0]): the second transform has the length that the axis had.
    let x = da::array(vec![1.0_f64, 2.0, 3.0, 4.0]).chunks(3);
    let twice = fft::rfftn_with(&x, &Several::default().axes([0, 0])).compute().unwrap();
    let want = [(6.0, 2.0), (14.0, 2.0), (10.0, -2.0), (10.0, -2.0)];
    assert_eq!(twice.len(), 4);
    assert!(
        twice.iter().zip(want).all(|(v, (re, im))| (v - Complex64::new(re, im)).norm() < 1e-12),
        "{twice}"
    );
}

#[test]
fn shifts() {
    let x = da::arange(20).reshape([4, 5]).chunks(2);
    let moved = fft::fftshift(&x, 1).compute().unwrap();
    assert_eq!(moved.slice(ndarray::s![0, ..]).to_vec(), [3, 4, 0, 1, 2]);
    assert_eq!(fft::ifftshift(&fft::fftshift(&x, ..), ..).compute().unwrap(), x.compute().unwrap());
}

fn kind<T: da::Element>(x: &Array<T>) -> Option<ErrorKind> {
    x.error().map(swath_error::Error::kind)
}

#[test]
fn mistakes() {
    let x = da::ones([4, 0]);
    let argument = Some(ErrorKind::InvalidArgument);
    assert_eq!(kind(&fft::fft(&x)), argument);
    assert_eq!(kind(&fft::fft_with(&x, &Line::default().axis(2))), argument);
    assert_eq!(kind(&fft::irfft(&da::ones([1]))), argument);
    assert_eq!(kind(&fft::fftn_with(&da::ones([2, 2]), &Several::default().axes([0]).s([1, 2]))), argument);
    assert_eq!(kind(&fft::fftfreq(0, 1.0)), argument);
    // A length makes an empty axis one of zeros.
    let zeros = fft::fft_with(&x, &Line::default().n(3)).compute().unwrap();
    assert_eq!((zeros.shape(), zeros.iter().all(|v| v.norm() == 0.0)), (&[4, 3][..], true));
}

#[test]
fn samples_have_a_distance() {
    for x in [fft::fftfreq(3, 0.0), fft::rfftfreq(3, 0.0), fft::fftfreq(0, 1.0)] {
        assert_eq!(x.error().map(swath_error::Error::kind), Some(ErrorKind::InvalidArgument));
    }
}
