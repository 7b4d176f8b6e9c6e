//! NumPy's answers on a cluster of two worker processes: the cases that the arrays' own tests run in one process.

#[path = "../../collections/array/tests/oracle/functions.rs"]
mod calls;
#[path = "../../collections/array/tests/it/cases.rs"]
#[allow(dead_code)]
mod cases;
#[path = "../../collections/array/tests/oracle/interpreter/mod.rs"]
#[allow(dead_code)]
mod interpreter;

use serde_json::Value;
use swath::{LocalCluster, da};

const CHAINS: &str = include_str!("../../collections/array/tests/oracle/cases.json");

/// What `body` computes on two workers, processes of the `swath` command.
fn on_two_workers<R>(body: impl FnOnce() -> R) -> R {
    let cluster = LocalCluster::builder().workers(2).program(env!("CARGO_BIN_EXE_swath")).start().unwrap();
    cluster.client().unwrap().scope(body)
}

#[test]
fn chains_of_functions_on_two_workers() {
    let cases: Vec<Value> = serde_json::from_str(CHAINS).unwrap();
    assert!(cases.len() >= 300);
    let wrong = on_two_workers(|| interpreter::disagreements(&cases));
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn functions_on_two_workers() {
    on_two_workers(|| {
        calls::all_cases(&|case, x, shape| {
            let chunks: Vec<isize> = shape.iter().map(|n| (*n).clamp(1, 3)).collect();
            calls::check_in(&chunks, x, case)
        });
    });
}

#[test]
fn results_of_two_workers_in_memory_of_ones_own() {
    on_two_workers(|| {
        let x = da::arange_f64(0.0, 1200.0, 1.0).reshape([30, 40]).chunks([7, 9]);
        let mut out = ndarray::Array2::<f64>::zeros((30, 40));
        for y in [x.t().t().clone(), &x - x.mean(da::keepdims(1)), x.sin()] {
            y.compute_into(&mut out).unwrap();
            assert_eq!(out.clone().into_dyn(), y.compute().unwrap());
        }
        let error = x.compute_into(&mut ndarray::Array2::zeros((40, 30))).unwrap_err();
        assert_eq!(error.kind(), swath::ErrorKind::ShapeMismatch);
    });
}
