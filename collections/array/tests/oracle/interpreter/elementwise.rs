//! Steps that compute element by element.

use serde_json::Value;
use swath_array::{Axes, BinaryOp, DynArray, UnaryOp};

use super::{axis, dtype, int, text};

/// A whole number or a fraction, as a weak literal.
macro_rules! with_literal {
    ($value:expr, $name:ident => $body:expr) => {
        match $value.as_i64() {
            Some($name) => $body,
            None => {
                let $name = $value.as_f64().unwrap();
                $body
            }
        }
    };
}

pub fn step<'a>(x: &DynArray, name: &str, op: &Value, other: &dyn Fn() -> &'a DynArray) -> Option<DynArray> {
    let flag = |name: &str| op[name].as_bool().unwrap();
    Some(match name {
        "unary" => unary(x, text(op, "name")),
        "literal" => {
            let f = binary(text(op, "name"));
            with_literal!(op["value"], v => if flag("left") {
                DynArray::binary(f, v, x)
            } else {
                DynArray::binary(f, x, v)
            })
        }
        "binary" => {
            let f = binary(text(op, "name"));
            if flag("left") { DynArray::binary(f, other(), x) } else { DynArray::binary(f, x, other()) }
        }
        "where" => x.where_(&x.ne_(0), other()),
        "clip" => x.clip(int(&op["low"]) as i64, int(&op["high"]) as i64),
        "round" => x.round(int(&op["decimals"]) as i32),
        "astype" => x.astype(dtype(&op["dtype"])),
        "isclose" => x.isclose_with(other(), 1e-5, 1e-8, flag("equal_nan")),
        "pair" => {
            let (first, second) = match text(op, "name") {
                "modf" => x.modf(),
                "frexp" => x.frexp(),
                _ => with_literal!(op["value"], v => x.divmod(v)),
            };
            if flag("second") { second } else { first }
        }
        "ldexp" => x.ldexp(int(&op["value"]) as i64),
        "centred" => x - x.mean(Axes::from(axis(op).unwrap()).keepdims()),
        _ => return None,
    })
}

fn unary(x: &DynArray, name: &str) -> DynArray {
    match name {
        "fix" => x.fix(),
        "positive" => x.positive(),
        "isposinf" => x.isposinf(),
        "isneginf" => x.isneginf(),
        "isreal" => x.isreal(),
        "iscomplex" => x.iscomplex(),
        "nan_to_num" => x.nan_to_num(),
        "angle" => x.angle(false),
        name => match UnaryOp::ALL.iter().find(|op| op.name() == name) {
            Some(op) => x.unary(*op),
            None => panic!("no function is called {name}"),
        },
    }
}

fn binary(name: &str) -> BinaryOp {
    *BinaryOp::ALL.iter().find(|op| op.name() == name).unwrap()
}
