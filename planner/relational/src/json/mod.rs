//! JSON lines: one object per line, found, sampled, cut into blocks, and decoded by Arrow's reader.
//!
//! In: paths and [`JsonOptions`]. Out: a plan whose scan decodes only the columns asked for. It never reads documents that
//! span lines.

mod decode;
mod options;
mod reader;
mod scan;

pub use options::JsonOptions;
pub use scan::read_json;

/// What a table of JSON lines is made of, for its encoding.
pub(crate) mod travel {
    pub(crate) use super::scan::{JsonFile, JsonTable};
}
