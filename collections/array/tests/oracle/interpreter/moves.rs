//! Steps that move elements.

use serde_json::Value;
use swath_array::{self as da, DynArray, Meshgrid, Pad};

use super::{axis, int, ints, item, text};

pub fn step<'a>(x: &DynArray, name: &str, op: &Value, other: &dyn Fn() -> &'a DynArray) -> Option<DynArray> {
    shapes(x, name, op).or_else(|| joins(x, name, op, other)).or_else(|| edits(x, name, op, other))
}

fn shapes(x: &DynArray, name: &str, op: &Value) -> Option<DynArray> {
    Some(match name {
        "transpose" => x.transpose(ints(&op["axes"])),
        "reshape" => x.reshape(ints(&op["shape"])),
        "rechunk" => x.rechunk(op["chunks"].as_array().unwrap().iter().map(ints).collect::<Vec<_>>()),
        "ravel" => x.ravel(),
        "flip" => x.flip(ints(&op["axes"])),
        "roll" => match axis(op) {
            Some(axis) => x.roll(int(&op["shift"]), axis),
            None => x.roll_all(int(&op["shift"])),
        },
        "rot90" => x.rot90(int(&op["k"]), [int(&op["axes"][0]), int(&op["axes"][1])]),
        "moveaxis" => x.moveaxis(ints(&op["from"]), ints(&op["to"])),
        "rollaxis" => x.rollaxis(axis(op).unwrap(), int(&op["start"])),
        "swapaxes" => x.swapaxes(int(&op["a"]), int(&op["b"])),
        "squeeze" => x.squeeze(..),
        "expand" => x.expand_dims(axis(op).unwrap()),
        "atleast" => match int(&op["ndim"]) {
            1 => x.atleast_1d(),
            2 => x.atleast_2d(),
            _ => x.atleast_3d(),
        },
        "broadcast" => x.broadcast_to(ints(&op["shape"])),
        "diag" => da::diag(x, int(&op["k"]) as i64),
        "diagonal" => x.diagonal(int(&op["k"]), int(&op["a"]), int(&op["b"])),
        "triangle" if text(op, "name") == "tril" => x.tril(int(&op["k"]) as i64),
        "triangle" => x.triu(int(&op["k"]) as i64),
        _ => return None,
    })
}

fn joins<'a>(x: &DynArray, name: &str, op: &Value, other: &dyn Fn() -> &'a DynArray) -> Option<DynArray> {
    let flag = |name: &str| op[name].as_bool().unwrap();
    Some(match name {
        "concatenate" if text(op, "name") == "append" => x.append(other(), axis(op)),
        "concatenate" => DynArray::concatenate(&[x.clone(), other().clone()], axis(op).unwrap()),
        "join" => {
            let both = [x.clone(), x.clone()];
            match text(op, "name") {
                "vstack" => da::vstack(&both),
                "hstack" => da::hstack(&both),
                "dstack" => da::dstack(&both),
                _ => da::column_stack(&both),
            }
        }
        "stack" => DynArray::stack(&[x.clone(), other().clone()], axis(op).unwrap()),
        "block" => da::block(vec![vec![x, x], vec![x, x]]),
        "meshgrid" => {
            let options = if flag("ij") { Meshgrid::default().ij() } else { Meshgrid::default() };
            let options = if flag("sparse") { options.sparse() } else { options };
            da::meshgrid_with(&[x.clone(), other().clone()], options)[usize::from(flag("pick"))].clone()
        }
        "broadcast_arrays" => {
            da::broadcast_arrays(&[x.clone(), other().clone()])[usize::from(flag("pick"))].clone()
        }
        _ => return None,
    })
}

fn edits<'a>(x: &DynArray, name: &str, op: &Value, other: &dyn Fn() -> &'a DynArray) -> Option<DynArray> {
    let counts = |v: &Value| ints(v).into_iter().map(|n| n as usize).collect::<Vec<_>>();
    Some(match name {
        "take" => x.take(&ints(&op["positions"]), axis(op).unwrap()),
        "tile" => x.tile(ints(&op["times"])),
        "repeat" => x.repeat(int(&op["times"]) as usize, axis(op)),
        "repeat_each" => x.repeat_each(&counts(&op["times"]), axis(op)),
        "insert" => x.insert(&ints(&op["positions"]), int(&op["value"]) as i64, axis(op)),
        "insert_array" => x.insert(&ints(&op["positions"]), other(), axis(op)),
        "delete" => x.delete(item(&op["item"]), axis(op)),
        "pad" => {
            let width = op["width"].as_array().unwrap().iter();
            let width: Vec<_> = width.map(|w| (int(&w[0]) as usize, int(&w[1]) as usize)).collect();
            x.pad(width, mode(op))
        }
        "split" => {
            let (axis, pick) = (axis(op).unwrap(), int(&op["pick"]) as usize);
            match op["cuts"].as_u64() {
                Some(parts) => x.array_split(parts as usize, axis)[pick].clone(),
                None => x.array_split(ints(&op["cuts"]), axis)[pick].clone(),
            }
        }
        _ => return None,
    })
}

fn mode(op: &Value) -> Pad {
    let limited = |pad: Pad| match op["length"].as_u64() {
        Some(n) => pad.stat_length(n as usize),
        None => pad,
    };
    match text(op, "mode") {
        "constant" => {
            let values = ints(&op["values"]);
            Pad::constant_sides([(values[0] as i64, values[1] as i64)])
        }
        "edge" => Pad::edge(),
        "linear_ramp" => Pad::linear_ramp(int(&op["end"]) as f64),
        "reflect" => Pad::reflect(),
        "symmetric" => Pad::symmetric(),
        "wrap" => Pad::wrap(),
        "maximum" => limited(Pad::maximum()),
        "minimum" => limited(Pad::minimum()),
        "mean" => limited(Pad::mean()),
        other => panic!("no mode is called {other}"),
    }
}
