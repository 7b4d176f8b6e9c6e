//! Chains of functions against NumPy's answers, over random shapes, types and chunks; see `tests/oracle/draw.py`.

#[path = "../oracle/interpreter/mod.rs"]
pub(crate) mod interpreter;

use serde_json::Value;

const CASES: &str = include_str!("../oracle/cases.json");

#[test]
fn chains_give_numpys_answers() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() >= 300);
    let wrong = interpreter::disagreements(&cases);
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
