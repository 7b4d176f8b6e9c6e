//! Instants and durations against NumPy's answers; see `tests/oracle/times.py`.

use serde_json::Value;
use swath_array::{self as da, Array, Durations, Instants, NAT, TimeUnit};
use swath_error::ErrorKind;

fn oracle() -> Value {
    serde_json::from_str(include_str!("../oracle/times.json")).unwrap()
}

fn numbers(v: &Value) -> Vec<i64> {
    v.as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect()
}

fn array(v: &Value) -> Array<i64> {
    da::array(numbers(v)).chunks(3)
}

fn got(x: &Array<i64>) -> Vec<i64> {
    x.compute().unwrap().into_iter().collect()
}

#[test]
fn comparisons_differences_and_extremes() {
    for case in oracle()["cases"].as_array().unwrap() {
        let unit = |i: usize| TimeUnit::named(case["units"][i].as_str().unwrap()).unwrap();
        let instants = |name: &str, i| Instants::from_ticks(array(&case[name]), unit(i));
        let durations = |name: &str, i| Durations::from_ticks(array(&case[name]), unit(i));
        let (a, b, d, e) = (instants("a", 0), instants("b", 1), durations("d", 0), durations("e", 1));
        for (name, found) in [
            ("less", a.lt(&b)),
            ("less_equal", a.le(&b)),
            ("greater", a.gt(&b)),
            ("greater_equal", a.ge(&b)),
            ("equal", a.eq_(&b)),
            ("not_equal", a.ne_(&b)),
        ] {
            let want: Vec<bool> = serde_json::from_value(case[name].clone()).unwrap();
            let found: Vec<bool> = found.compute().unwrap().into_iter().collect();
            assert_eq!(found, want, "{name} {}", case["units"]);
        }
        for (name, ticks, unit) in [
            ("a - b", (&a - &b).ticks().clone(), (&a - &b).unit()),
            ("a + e", (&a + &e).ticks().clone(), (&a + &e).unit()),
            ("a - e", (&a - &e).ticks().clone(), (&a - &e).unit()),
            ("d + e", (&d + &e).ticks().clone(), (&d + &e).unit()),
            ("d - e", (&d - &e).ticks().clone(), (&d - &e).unit()),
        ] {
            assert_eq!(unit.name(), case[name][0].as_str().unwrap(), "{name}");
            assert_eq!(got(&ticks), numbers(&case[name][1]), "{name} {}", case["units"]);
        }
        assert_eq!(got(a.as_unit(unit(1)).ticks()), numbers(&case["a as b"]), "{}", case["units"]);
        let ratios: Vec<f64> = (&d / &e).compute().unwrap().into_iter().collect();
        for ((found, want), e) in
            ratios.iter().zip(case["d / e"].as_array().unwrap()).zip(numbers(&case["e"]))
        {
            let near = |w: f64| (found - w).abs() <= 1e-12 * w.abs();
            assert!(e == 0 || want.as_f64().map_or(found.is_nan(), near), "{found} {want}");
        }
        let known = instants("known", 0);
        let found = [a.min(..), known.min(..), a.max(..), known.max(..)].map(|x| got(x.ticks())[0]);
        assert_eq!(found.as_slice(), numbers(&case["extremes"]), "{}", case["units"]);
    }
}

#[test]
fn files_of_numpy() {
    let folder = tempfile::tempdir().unwrap();
    let (path, again) = (folder.path().join("x.npy"), folder.path().join("y.npy"));
    for hex in oracle()["files"].as_array().unwrap() {
        let hex = hex.as_str().unwrap();
        let bytes: Vec<u8> =
            (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
        std::fs::write(&path, &bytes).unwrap();
        match (Instants::from_npy(&path), Durations::from_npy(&path)) {
            (Ok(x), Err(e)) => {
                assert_eq!(e.kind(), ErrorKind::TypeMismatch);
                x.to_npy(&again).unwrap();
            }
            (Err(_), Ok(x)) => x.to_npy(&again).unwrap(),
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read(&again).unwrap(), bytes);
        let error = da::from_npy_dyn(&path).compute().unwrap_err();
        assert!(error.to_string().contains("64["), "{error}");
    }
}

#[test]
fn there_may_be_none() {
    let x = Durations::from_ticks(da::array(vec![1, NAT, -3]).chunks(1), TimeUnit::Second);
    assert_eq!(got(x.sum(..).ticks()), [NAT]);
    assert_eq!(got((&x * 2).ticks()), [2, NAT, -6]);
    assert_eq!(got((-&x).abs().ticks()), [1, NAT, 3]);
    assert_eq!(got(x.moved(|t| t.slice(..1)).sum(..).ticks()), [1]);
    assert_eq!(x.isnat().sum(..).item().unwrap(), 1);
    assert!(x.to_string().starts_with("Array<timedelta64[s], shape (3,), 3 chunks"), "{x}");
}
