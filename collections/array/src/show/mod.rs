//! Arrays for reading: one line of text, a table in HTML, a drawing of the chunks.
//!
//! In: an array's metadata. Out: text, never values. It computes nothing.

mod grid;
mod html;
mod line;
mod svg;

pub(crate) use line::bytes;
