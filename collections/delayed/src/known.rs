//! Calls of functions of our own: operators, tuples taken apart, containers put together, waiting.
//!
//! Their Rust functions are generic, so they have no name; in another process each is one registered function that is told
//! what to do by its first arguments.

use std::any::TypeId;

use swath_block::{Block, Data, Value};
use swath_error::{Error, Result};
use swath_tasks::support::{Identity, inventory, take, take_raw};
use swath_tasks::{
    Argument, ArgumentWriter, Arguments, CallsBuilder, FromArgument, Plain, TaskEntry, TaskFunction,
    task_named,
};

use crate::node::Node;

/// An operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// `add`, `lt`, `neg`.
    pub operator: &'static str,
    parameters: u8,
    /// The type of its operands, when both have the same and it is one of the types below.
    operand: Option<&'static str>,
}

impl Known {
    /// An operator between a `T` and a `U`.
    pub fn binary<T: 'static, U: 'static>(operator: &'static str) -> Self {
        let operand = (TypeId::of::<T>() == TypeId::of::<U>()).then(operand::<T>).flatten();
        Self { operator, parameters: 2, operand }
    }

    /// An operator on a `T`.
    pub fn unary<T: 'static>(operator: &'static str) -> Self {
        Self { operator, parameters: 1, operand: operand::<T>() }
    }

    /// Adds the call of the operator with the arguments that `write` writes.
    pub fn travel(
        self,
        calls: &mut CallsBuilder,
        write: impl FnOnce(&mut ArgumentWriter) -> Result<()>,
    ) -> Result<()> {
        let operand = self.operand.ok_or_else(|| {
            Error::unsupported(format!(
                "the operator {} on values of these types cannot be called in another process",
                self.operator
            ))
            .with_help("write a function with #[swath::task] that does it")
        })?;
        let function = if self.parameters == 1 { &UNARY } else { &BINARY };
        calls.push(function, |to| {
            literal(self.operator, to)?;
            literal(operand, to)?;
            write(to)
        })
    }
}

fn literal<T: serde::Serialize + ?Sized>(value: &T, to: &mut ArgumentWriter) -> Result<()> {
    to.value(value)?;
    to.end();
    Ok(())
}

/// Lists the types that operators know, and dispatches to them by name.
macro_rules! operands {
    (whole: $($i:ident)*; real: $($f:ident)*) => {
        /// The name of an operand's type, when it is one of them.
        fn operand<T: 'static>() -> Option<&'static str> {
            let id = TypeId::of::<T>();
            $(if id == TypeId::of::<$i>() { return Some(stringify!($i)); })*
            $(if id == TypeId::of::<$f>() { return Some(stringify!($f)); })*
            if id == TypeId::of::<bool>() {
                return Some("bool");
            }
            (id == TypeId::of::<String>()).then_some("String")
        }

        fn binary(mut args: Arguments<'_>) -> Result<Block> {
            let (operator, operand) = operator(&mut args)?;
            match operand.as_str() {
                $(stringify!($i) => {
                    let (a, b) = two::<$i>(&mut args)?;
                    arithmetic!(operator, a, b, and & or | xor ^)
                })*
                $(stringify!($f) => {
                    let (a, b) = two::<$f>(&mut args)?;
                    arithmetic!(operator, a, b,)
                })*
                "bool" => {
                    let (a, b) = two::<bool>(&mut args)?;
                    match operator.as_str() {
                        "and" => Ok(Block::value(a & b)),
                        "or" => Ok(Block::value(a | b)),
                        "xor" => Ok(Block::value(a ^ b)),
                        _ => compared(&operator, &a, &b),
                    }
                }
                "String" => {
                    let (a, b) = two::<String>(&mut args)?;
                    compared(&operator, &a, &b)
                }
                _ => Err(unknown(&operator, &operand)),
            }
        }

        fn unary(mut args: Arguments<'_>) -> Result<Block> {
            let (operator, operand) = operator(&mut args)?;
            match (operator.as_str(), operand.as_str()) {
                $(("not", stringify!($i)) => Ok(Block::value(!one::<$i>(&mut args, 2)?)),)*
                $(("neg", stringify!($f)) => Ok(Block::value(-one::<$f>(&mut args, 2)?)),)*
                ("not", "bool") => Ok(Block::value(!one::<bool>(&mut args, 2)?)),
                ("neg", "i8") => Ok(Block::value(-one::<i8>(&mut args, 2)?)),
                ("neg", "i16") => Ok(Block::value(-one::<i16>(&mut args, 2)?)),
                ("neg", "i32") => Ok(Block::value(-one::<i32>(&mut args, 2)?)),
                ("neg", "i64") => Ok(Block::value(-one::<i64>(&mut args, 2)?)),
                ("neg", "i128") => Ok(Block::value(-one::<i128>(&mut args, 2)?)),
                ("neg", "isize") => Ok(Block::value(-one::<isize>(&mut args, 2)?)),
                _ => Err(unknown(&operator, &operand)),
            }
        }
    };
}

/// What the operators of numbers do; the named bitwise ones are those of whole numbers.
macro_rules! arithmetic {
    ($operator:ident, $a:ident, $b:ident, $($name:ident $op:tt)*) => {
        match $operator.as_str() {
            "add" => Ok(Block::value($a + $b)),
            "sub" => Ok(Block::value($a - $b)),
            "mul" => Ok(Block::value($a * $b)),
            "div" => Ok(Block::value($a / $b)),
            "rem" => Ok(Block::value($a % $b)),
            $(stringify!($name) => Ok(Block::value($a $op $b)),)*
            _ => compared(&$operator, &$a, &$b),
        }
    };
}

operands! {
    whole: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;
    real: f32 f64
}

fn operator(args: &mut Arguments<'_>) -> Result<(String, String)> {
    Ok((one(args, 0)?, one(args, 1)?))
}

fn one<T: Data + Clone>(args: &mut Arguments<'_>, place: usize) -> Result<T> {
    Ok(take::<T, Plain>(args, place)?.into_owned())
}

fn two<T: Data + Clone>(args: &mut Arguments<'_>) -> Result<(T, T)> {
    Ok((one(args, 2)?, one(args, 3)?))
}

fn compared<T: PartialOrd>(operator: &str, a: &T, b: &T) -> Result<Block> {
    Ok(Block::value(match operator {
        "equals" => a == b,
        "differs" => a != b,
        "lt" => a < b,
        "le" => a <= b,
        "gt" => a > b,
        "ge" => a >= b,
        other => return Err(unknown(other, std::any::type_name::<T>())),
    }))
}

fn unknown(operator: &str, operand: &str) -> Error {
    Error::data(format!("there is no operator {operator} on {operand}"))
}

/// Adds the call that makes one value of several inputs; `write` writes its encoding.
pub(crate) fn gather<T>(
    calls: &mut CallsBuilder,
    write: impl FnOnce(&mut ArgumentWriter) -> Result<()>,
) -> Result<()> {
    calls.push(&GATHER, |to| {
        literal(std::any::type_name::<T>(), to)?;
        write(to)?;
        to.end();
        Ok(())
    })
}

fn gathered(mut args: Arguments<'_>) -> Result<Block> {
    let type_name: String = one(&mut args, 0)?;
    match take_raw(&mut args, 1)? {
        Argument::Block(block) => Ok(block),
        Argument::Encoded(bytes) => Ok(Block::Value(Value::from_encoding(&type_name, bytes.into_owned()))),
    }
}

/// Adds the call that takes apart what the only node below gave; a vector must have `elements` of them.
pub(crate) fn apart(node: &Node, elements: Option<usize>, calls: &mut CallsBuilder) -> Result<()> {
    let function = node.deps.first().and_then(|below| below.work.function()).ok_or_else(|| {
        Error::unsupported(
            "only what a function with #[swath::task] returned can be taken apart in another process",
        )
        .with_help("unpack and split the result of such a function itself")
    })?;
    calls.push(&APART, |to| {
        literal(function.name(), to)?;
        literal(&elements.map(|n| n as u64), to)?;
        to.input();
        to.end();
        Ok(())
    })
}

fn taken_apart(mut args: Arguments<'_>) -> Result<Block> {
    let function: TaskFunction = task_named(&one::<String>(&mut args, 0)?)?;
    let elements: Option<u64> = one(&mut args, 1)?;
    let parts = function.take_apart(block(&mut args, 2)?)?;
    match elements {
        Some(n) if n != parts.len() as u64 => Err(Error::argument(format!(
            "a delayed vector was split into {n} values and has {}",
            parts.len()
        ))),
        _ => Ok(Block::Tuple(parts.into())),
    }
}

/// Adds the call that hands on part `index` of a tuple.
pub(crate) fn part(index: usize, calls: &mut CallsBuilder) -> Result<()> {
    calls.push(&PART, |to| {
        literal(&(index as u64), to)?;
        to.input();
        to.end();
        Ok(())
    })
}

fn one_part(mut args: Arguments<'_>) -> Result<Block> {
    let index: u64 = one(&mut args, 0)?;
    let parts = block(&mut args, 1)?.into_tuple()?;
    let part = usize::try_from(index).ok().and_then(|i| parts.get(i)).cloned();
    part.ok_or_else(|| Error::data("a tuple has fewer parts than were asked for"))
}

/// Adds the call that gives nothing once its inputs are there.
pub(crate) fn checkpoint(calls: &mut CallsBuilder) -> Result<()> {
    calls.push(&CHECKPOINT, |_| Ok(()))
}

/// Adds the call that hands its first input on.
pub(crate) fn first(calls: &mut CallsBuilder) -> Result<()> {
    calls.push(&FIRST, |to| {
        to.input();
        to.end();
        Ok(())
    })
}

fn block(args: &mut Arguments<'_>, place: usize) -> Result<Block> {
    Ok(Block::from_argument(take_raw(args, place)?)?.into_owned())
}

/// The registered functions.
macro_rules! entries {
    ($($entry:ident $marker:ident $name:literal $call:expr, $parameters:literal;)*) => { $(
        struct $marker;
        static $entry: TaskEntry = TaskEntry::builtin(|| Identity::named::<$marker>($name), $call, $parameters);
        inventory::submit! { TaskEntry::builtin(|| Identity::named::<$marker>($name), $call, $parameters) }
    )* };
}

entries! {
    UNARY Unary "delayed.unary" unary, 3;
    BINARY Binary "delayed.binary" binary, 4;
    GATHER Gather "delayed.gather" gathered, 2;
    APART Apart "delayed.apart" taken_apart, 3;
    PART Part "delayed.part" one_part, 2;
    CHECKPOINT Checkpoint "delayed.checkpoint" |_| Ok(Block::value(())), 0;
    FIRST First "delayed.first" |mut args| block(&mut args, 0), 1;
}
