//! Errors of our own functions against the standard library's, which are themselves within one unit in the last place:
//! the true error may be one unit more than what is measured here.

use swath_block::{Chunk, DType};
use swath_kernels::{ProgramBuilder, UnaryOp};

fn apply(op: UnaryOp, x: Vec<f64>) -> Vec<f64> {
    let mut b = ProgramBuilder::new();
    let v = b.input(DType::F64);
    let y = b.unary(op, v).unwrap();
    let n = x.len();
    let out = b.finish(y).unwrap().eval(vec![Chunk::from_vec(x, &[n]).unwrap()], &[n]).unwrap();
    out.as_slice::<f64>().unwrap().unwrap().to_vec()
}

/// Distance in units in the last place of `want`.
fn ulps(got: f64, want: f64) -> f64 {
    if got == want || (got.is_nan() && want.is_nan()) {
        return 0.0;
    }
    let unit = (want.abs().next_up() - want.abs()).max(f64::from_bits(1));
    (got - want).abs() / unit
}

fn worst(op: UnaryOp, x: Vec<f64>, reference: impl Fn(f64) -> f64) -> f64 {
    let got = apply(op, x.clone());
    let mut worst = (0.0, 0.0);
    for (x, y) in x.iter().zip(got) {
        let error = ulps(y, reference(*x));
        if error.is_nan() || error > worst.0 {
            worst = (error, *x);
        }
    }
    println!("{}: {} ulp at {}", op.name(), worst.0, worst.1);
    worst.0
}

fn spread(low: f64, high: f64, n: usize) -> Vec<f64> {
    // An irrational step visits the range without pattern.
    (0..n).map(|i| low + (high - low) * ((i as f64 * 0.618_033_988_749_894_9) % 1.0)).collect()
}

#[test]
fn own_functions_are_within_their_bounds() {
    let n = 400_000;
    assert!(worst(UnaryOp::Exp, spread(-745.0, 709.7, n), f64::exp) <= 2.0);
    assert!(worst(UnaryOp::Exp, spread(-1.0, 1.0, n), f64::exp) <= 2.0);
    assert!(worst(UnaryOp::Log, spread(1e-3, 1e3, n), f64::ln) <= 2.0);
    assert!(worst(UnaryOp::Log, spread(0.9, 1.1, n), f64::ln) <= 2.0);
    assert!(
        worst(UnaryOp::Log, spread(-740.0, 709.0, n).into_iter().map(f64::exp).collect(), f64::ln) <= 2.0
    );
    for limit in [1.0, 10.0, 1e4, 1e7] {
        assert!(worst(UnaryOp::Sin, spread(-limit, limit, n), f64::sin) <= 3.0);
        assert!(worst(UnaryOp::Cos, spread(-limit, limit, n), f64::cos) <= 3.0);
    }
    assert!(worst(UnaryOp::Tanh, spread(-25.0, 25.0, n), f64::tanh) <= 4.0);
    assert!(worst(UnaryOp::Tanh, spread(-1.0, 1.0, n), f64::tanh) <= 4.0);
}

#[test]
fn arguments_next_to_multiples_of_pi_keep_their_accuracy() {
    let near: Vec<f64> = (1..200_000)
        .flat_map(|n| {
            let x = f64::from(n) * std::f64::consts::FRAC_PI_2;
            [x.next_down(), x, x.next_up(), -x]
        })
        .collect();
    assert!(worst(UnaryOp::Sin, near.clone(), f64::sin) <= 3.0);
    assert!(worst(UnaryOp::Cos, near, f64::cos) <= 3.0);
}

#[test]
fn special_values_are_ieee() {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        f64::MAX,
        f64::MIN,
        709.8,
        710.5,
        -745.2,
        -746.5,
        1e22,
        1e300,
        1e-300,
    ];
    for (op, f) in [
        (UnaryOp::Exp, f64::exp as fn(f64) -> f64),
        (UnaryOp::Log, f64::ln),
        (UnaryOp::Sin, f64::sin),
        (UnaryOp::Cos, f64::cos),
        (UnaryOp::Tanh, f64::tanh),
    ] {
        for x in special {
            // One at a time: a tile with a huge value goes to the standard library as a whole.
            let got = apply(op, vec![x, x])[0];
            assert!(ulps(got, f(x)) <= 3.0, "{}({x}) = {got}, not {}", op.name(), f(x));
            assert_eq!(
                got.is_sign_negative() && got == 0.0,
                f(x).is_sign_negative() && f(x) == 0.0,
                "{}({x})",
                op.name()
            );
        }
    }
}
