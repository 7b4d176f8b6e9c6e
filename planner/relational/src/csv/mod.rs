//! Delimited text: found, sampled, cut into blocks of whole lines, and read column by column.
//!
//! In: paths and [`CsvOptions`]. Out: a plan whose scan decodes only the columns asked for. A block's rows are first cut
//! into fields, then each column is decoded in its own tight loop. It never reads a file from the start to reach a block.

mod decode;
mod fields;
mod infer;
mod masks;
mod options;
mod reader;
mod sample;
mod scan;
mod table;
mod values;

pub use options::{CsvOptions, OnError};
pub use scan::read_csv;

/// What a table of delimited files is made of, for its encoding.
pub(crate) mod travel {
    pub(crate) use super::fields::Syntax;
    pub(crate) use super::options::{NullValues, OnError};
    pub(crate) use super::table::{CsvFile, CsvTable, Origin};
}
