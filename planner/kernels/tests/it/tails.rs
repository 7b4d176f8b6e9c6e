//! Upper tails of distributions against those of `tests/oracle/make_tails.py`.

use serde_json::Value;
use swath_kernels::Tail;

#[test]
fn probabilities_are_those_of_many_digits() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../oracle/tails.json")).unwrap();
    let mut worst = (0.0, String::new());
    for case in &cases {
        let of = [Tail::Normal, Tail::StudentT, Tail::ChiSquared, Tail::F];
        let of = of.into_iter().find(|t| Some(t.name()) == case["tail"].as_str()).unwrap();
        let degrees: Vec<f64> =
            case["degrees"].as_array().unwrap().iter().map(|d| d.as_f64().unwrap()).collect();
        let (x, want) = (case["x"].as_f64().unwrap(), case["p"].as_f64().unwrap());
        let got = of.above(x, &degrees);
        let off = (got - want).abs() / want.max(f64::MIN_POSITIVE);
        assert!(off.is_finite(), "{case} is {got}");
        if off > worst.0 {
            worst = (off, format!("{case} is {got}"));
        }
    }
    assert!(cases.len() >= 200 && worst.0 < 1e-11, "{} off: {}", worst.0, worst.1);
}
