//! Reads cases that `tests/oracle/draw.py` wrote from standard input, runs them, and prints what disagrees with NumPy.
//!
//!     python tests/oracle/draw.py 1 5000 | cargo run -p swath-array --example cases
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::process::ExitCode;

use serde_json::Value;
use swath_local as _;

#[path = "../tests/oracle/interpreter/mod.rs"]
mod interpreter;

fn main() -> ExitCode {
    let cases: Vec<Value> = serde_json::from_reader(std::io::stdin().lock()).unwrap();
    let wrong = interpreter::disagreements(&cases);
    for text in &wrong {
        println!("{text}");
    }
    println!("{} of {} cases disagree with NumPy", wrong.len(), cases.len());
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
