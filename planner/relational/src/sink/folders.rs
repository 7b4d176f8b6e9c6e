//! Rows to `name=value` folders.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;

use arrow::array::{Array, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::row::{RowConverter, SortField};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use swath_error::{Error, ErrorKind, Result, unknown_name};

use crate::error::of_arrow;

/// Cuts batches by the values of some columns.
pub(crate) struct Folders {
    /// Where the columns are.
    on: Vec<usize>,
    /// The columns that are stored.
    kept: Vec<usize>,
    schema: SchemaRef,
    rows: RowConverter,
}

impl Folders {
    /// Folders for the columns `names` of `schema`.
    pub(crate) fn new(schema: &SchemaRef, names: &[String]) -> Result<Self> {
        let find = |name: &String| {
            schema.index_of(name).map_err(|_| {
                let known = schema.fields().iter().map(|f| f.name().as_str());
                unknown_name(ErrorKind::UnknownColumn, "column", name, known)
            })
        };
        let on = names.iter().map(find).collect::<Result<Vec<_>>>()?;
        let kept: Vec<usize> = (0..schema.fields().len()).filter(|i| !on.contains(i)).collect();
        if kept.is_empty() {
            return Err(Error::argument("partition_on names every column: no column is left to store"));
        }
        let sort = on.iter().map(|i| SortField::new(schema.field(*i).data_type().clone())).collect();
        let rows = RowConverter::new(sort).map_err(|e| of_arrow(&e))?;
        let stored: Schema = schema.project(&kept).map_err(|e| of_arrow(&e))?;
        Ok(Self { on, kept, schema: stored.into(), rows })
    }

    /// The schema of what is stored.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The batch's rows by folder.
    pub(crate) fn split(&mut self, batch: &RecordBatch) -> Result<Vec<(PathBuf, RecordBatch)>> {
        let keys = self.on.iter().map(|i| batch.column(*i).clone()).collect::<Vec<_>>();
        let rows = self.rows.convert_columns(&keys).map_err(|e| of_arrow(&e))?;
        let mut groups: HashMap<&[u8], Vec<u32>> = HashMap::new();
        let owned: Vec<_> = rows.iter().map(|r| r.owned()).collect();
        for (i, row) in owned.iter().enumerate() {
            groups.entry(row.as_ref()).or_default().push(i as u32);
        }
        let mut groups: Vec<Vec<u32>> = groups.into_values().collect();
        groups.sort();
        let stored = batch.project(&self.kept).map_err(|e| of_arrow(&e))?;
        groups
            .into_iter()
            .map(|rows| {
                let first = rows.first().copied().unwrap_or(0) as usize;
                let folder = self.folder(batch, first)?;
                let part = take_record_batch(&stored, &UInt32Array::from(rows)).map_err(|e| of_arrow(&e))?;
                Ok((folder, part))
            })
            .collect()
    }

    /// The folder of a row.
    fn folder(&self, batch: &RecordBatch, row: usize) -> Result<PathBuf> {
        let mut path = PathBuf::new();
        let schema = batch.schema();
        for i in &self.on {
            let column = batch.column(*i);
            let value = if column.is_null(row) {
                "__HIVE_DEFAULT_PARTITION__".to_string()
            } else {
                let format = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::default())
                    .map_err(|e| of_arrow(&e))?;
                escape(&format.value(row).to_string())
            };
            path.push(format!("{}={value}", escape(schema.field(*i).name())));
        }
        Ok(path)
    }
}

/// Percent-encodes what cannot be part of a folder's name.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '/' | '\\' | ':' | '%' | '=' | '?' | '*' | '"' | '<' | '>' | '|' | '#' | '\0'..='\x1f' => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "%{byte:02X}");
                }
            }
            other => out.push(other),
        }
    }
    match out.as_str() {
        "." => "%2E".into(),
        ".." => "%2E%2E".into(),
        _ => out,
    }
}
