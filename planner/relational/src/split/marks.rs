//! What a part leaves for later about files that it did not read to their ends: notes beside the rows of its table.
//!
//! A block of a CSV file must not start inside a quoted field, which is known when the quotes of all blocks before it are
//! counted. Parts on different workers read blocks of one file, so each writes down what it found, and whoever has all
//! parts checks.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use swath_block::{Block, Table};
use swath_error::{Error, Result};

use crate::lines::{OpenQuotes, settle_quotes};

/// Under which name the notes stand among a schema's metadata.
const QUOTES: &str = "swath.quotes";

/// The notes of tables; those about files that are complete are checked and dropped.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] naming a file that was cut inside a quoted field.
pub(super) fn gather<'a>(tables: impl Iterator<Item = &'a Table>) -> Result<Vec<OpenQuotes>> {
    let texts = tables.filter_map(|t| t.schema().metadata().get(QUOTES));
    settle_quotes(texts.flat_map(|text| text.lines().filter_map(read)).collect())
}

/// The schema without notes.
pub(super) fn without(schema: &SchemaRef) -> SchemaRef {
    let mut metadata = schema.metadata().clone();
    match metadata.remove(QUOTES) {
        Some(_) => Arc::new(Schema::new_with_metadata(schema.fields().clone(), metadata)),
        None => Arc::clone(schema),
    }
}

/// The schema with notes.
pub(super) fn noted(schema: SchemaRef, open: &[OpenQuotes]) -> SchemaRef {
    if open.is_empty() {
        return schema;
    }
    let mut metadata = schema.metadata().clone();
    metadata.insert(QUOTES.to_owned(), open.iter().map(written).collect::<Vec<_>>().join("\n"));
    Arc::new(Schema::new_with_metadata(schema.fields().clone(), metadata))
}

/// Checks what the notes of tables say, when these are all there is of their files.
///
/// # Errors
/// As [`gather`].
pub(crate) fn check(tables: &[Arc<Table>]) -> Result<()> {
    gather(tables.iter().map(AsRef::as_ref)).map(drop)
}

/// The results of a plan's tasks one after another, without notes, which are checked.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] naming a file that was cut inside a quoted field;
/// [`swath_error::ErrorKind::Internal`] for blocks that are no tables of the same columns.
pub fn join_parts(blocks: Vec<Block>) -> Result<Table> {
    let tables = blocks.into_iter().map(Block::into_table).collect::<Result<Vec<_>>>()?;
    check(&tables)?;
    let Some(first) = tables.first() else { return Err(Error::internal("a query gave no result")) };
    Table::new(without(first.schema()), tables.iter().flat_map(|t| t.batches()).cloned().collect())
}

fn written(block: &OpenQuotes) -> String {
    let file = block.file.replace('\n', " ");
    format!("{} {} {} {file}", block.part, block.of, u8::from(block.odd))
}

fn read(line: &str) -> Option<OpenQuotes> {
    let mut words = line.splitn(4, ' ');
    let part = words.next()?.parse().ok()?;
    let of = words.next()?.parse().ok()?;
    let odd = words.next()? == "1";
    Some(OpenQuotes { file: words.next()?.to_owned(), part, of, odd })
}

#[cfg(test)]
mod tests {
    use swath_error::ErrorKind;

    use super::*;

    fn table(blocks: &[(usize, bool)]) -> Table {
        let open: Vec<OpenQuotes> = blocks
            .iter()
            .map(|(part, odd)| OpenQuotes { file: "a b.csv".into(), part: *part, of: 3, odd: *odd })
            .collect();
        Table::new(noted(Arc::new(Schema::empty()), &open), Vec::new()).unwrap()
    }

    #[test]
    fn a_file_is_checked_when_all_its_blocks_are_there() {
        let (first, rest) = (table(&[(0, true)]), table(&[(2, true), (1, false)]));
        assert_eq!(gather([&first].into_iter()).unwrap().len(), 1);
        let e = gather([&rest, &first].into_iter()).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidData);
        assert!(e.to_string().contains("a b.csv") && e.help().unwrap().contains("newlines_in_values"), "{e}");
        let even = table(&[(0, false)]);
        assert!(gather([&rest, &even].into_iter()).unwrap().is_empty(), "only the last block may be odd");
    }
}
