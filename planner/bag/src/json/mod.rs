//! JSON as a type of item, and parsing that builds only what is kept.
//!
//! In: lines of text. Out: [`Json`] values, typed values, or just the members that were plucked. A line is always
//! read to its end, so damaged JSON is found even where nothing of it is kept.

mod number;
mod parse;
mod path;
mod plan;
mod serial;
mod strings;
mod value;

pub(crate) use parse::StrKey;
pub use parse::{JsonRef, loads, loads_as};
pub use path::PathKey;
pub(crate) use path::Step;
pub(crate) use plan::recognise;
pub use plan::{ParseJson, PluckJson};
pub use strings::JsonStrings;
pub use value::Json;
