//! Delimited files as a table that DataFusion can scan.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, ScalarValue};
use swath_files::{Compression, File};

use super::fields::Syntax;
use super::options::NullValues;
use super::reader::BlockScan;
use super::{CsvOptions, OnError};
use crate::PlanTable;
use crate::lines::{self, BlockRows, Cut, LineFormat, Piece, Wanted, cut_files};

/// Where a column of the table comes from in one file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origin {
    /// A field of every record.
    Field(usize),
    /// One value for the whole file: what its folder says, or missing.
    Constant(ScalarValue),
}

/// One file of the table.
#[derive(Clone, Debug)]
pub(crate) struct CsvFile {
    pub(crate) file: Arc<File>,
    pub(crate) compression: Compression,
    /// Where the records begin in the decoded file.
    pub(crate) data_start: u64,
    /// Fields per record.
    pub(crate) width: usize,
    /// Where the table's columns come from.
    pub(crate) origins: Vec<Origin>,
}

/// Files of delimited text and how they are read.
#[derive(Clone, Debug)]
pub(crate) struct CsvTable {
    pub(crate) schema: SchemaRef,
    pub(crate) files: Vec<CsvFile>,
    pub(crate) syntax: Syntax,
    pub(crate) nulls: NullValues,
    pub(crate) on_error: OnError,
    pub(crate) blocksize: Option<u64>,
    pub(crate) newlines: bool,
    /// About how many bytes a record takes.
    pub(crate) row_bytes: f64,
}

impl CsvTable {
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.file.size.saturating_sub(f.data_start)).sum()
    }

    /// The table's options that its files do not hold.
    pub(crate) fn settings(options: &CsvOptions) -> (Syntax, NullValues) {
        (super::sample::syntax(options), NullValues::new(options))
    }
}

lines::line_table!(CsvTable);

impl LineFormat for CsvTable {
    fn name(&self) -> &'static str {
        "CsvExec"
    }

    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn as_table(&self) -> &dyn PlanTable {
        self
    }

    fn stored_bytes(&self) -> u64 {
        self.bytes()
    }

    fn row_bytes(&self) -> Option<f64> {
        let packed = self.files.iter().any(|f| f.compression != Compression::None);
        (!packed).then_some(self.row_bytes)
    }

    fn pieces(&self, partitions: usize) -> Vec<Piece> {
        let files =
            self.files.iter().map(|f| Cut { file: &f.file, compression: f.compression, start: f.data_start });
        cut_files(files, self.blocksize.filter(|_| !self.newlines), partitions)
    }

    fn open(self: Arc<Self>, wanted: Wanted, piece: Piece) -> swath_error::Result<Box<dyn BlockRows>> {
        Ok(Box::new(BlockScan::open(self, wanted, piece)?))
    }
}
