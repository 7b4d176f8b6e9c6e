//! What several of the tests need.

use serde::Serialize;
use serde_json::Value;
use swath_bag::{Bag, BagItem};
use swath_execute::Collection;

/// The items of each partition.
pub fn partitions<T: BagItem>(bag: &Bag<T>) -> swath_error::Result<Vec<Vec<T>>> {
    bag.partitions()?.iter().map(Collection::compute).collect()
}

/// Any value as JSON.
pub fn value<T: Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Equal up to the rounding of floats.
pub fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        _ => a == b,
    }
}
