//! Frames written to files.

use std::panic::Location;
use std::path::{Path, PathBuf};

use swath_error::{Error, Result};
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;
use swath_relational::{CsvWrite, JsonWrite, ParquetWrite, Sink, Written};

use super::DataFrame;
use crate::engine;

/// A frame on its way to files: a collection whose result says which files were written.
///
/// Nothing is written before [`Collection::compute`] (or `start()`, its asynchronous form).
#[derive(Clone, Debug)]
#[must_use = "nothing is written before compute()"]
pub struct ToFiles {
    frame: DataFrame,
    path: PathBuf,
    sink: Sink,
    caller: &'static Location<'static>,
}

impl Collection for ToFiles {
    type Output = Written;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Written>> {
        let frame = self.frame.frame()?;
        let tasks = engine::lower_sink(&frame.plan, frame.in_order, &self.path, &self.sink, builder)
            .map_err(|e| e.at(self.caller))?;
        Ok(Lowered::new(tasks.iter(), |mut blocks| match blocks.pop() {
            Some(block) => Ok(std::sync::Arc::unwrap_or_clone(block.into_value()?.downcast::<Written>()?)),
            None => Err(Error::internal("a write gave no result")),
        }))
    }
}

impl DataFrame {
    /// Writes CSV files and says which. `out.csv` is one file, `out-*.csv` one per partition, any other name a folder
    /// of them; `.gz`, `.zst` and the like compress. A failed write leaves no file behind.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{from_columns, read_csv};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.csv");
    /// from_columns([("x", vec![1, 2])]).to_csv(&path)?;
    /// assert_eq!(read_csv(path).sum("x").compute_scalar::<i64>()?, Some(3));
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    ///
    /// # Errors
    /// The error of the frame, of the run or of the file system.
    #[track_caller]
    pub fn to_csv(&self, path: impl AsRef<Path>) -> Result<Written> {
        self.to_files(path, Sink::Csv(CsvWrite::default())).compute()
    }

    /// Writes Parquet files and says which. Paths as in [`Self::to_csv`].
    ///
    /// # Errors
    /// The error of the frame, of the run or of the file system.
    #[track_caller]
    pub fn to_parquet(&self, path: impl AsRef<Path>) -> Result<Written> {
        self.to_files(path, Sink::Parquet(ParquetWrite::default())).compute()
    }

    /// Writes files of JSON lines and says which. Paths as in [`Self::to_csv`].
    ///
    /// # Errors
    /// The error of the frame, of the run or of the file system.
    #[track_caller]
    pub fn to_json(&self, path: impl AsRef<Path>) -> Result<Written> {
        self.to_files(path, Sink::Json(JsonWrite::default())).compute()
    }

    /// The frame on its way to files, with the options of the format; written when computed.
    #[track_caller]
    pub fn to_files(&self, path: impl AsRef<Path>, sink: Sink) -> ToFiles {
        ToFiles { frame: self.clone(), path: path.as_ref().to_owned(), sink, caller: Location::caller() }
    }
}
