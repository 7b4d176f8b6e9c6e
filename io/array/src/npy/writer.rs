//! Chunks into a `.npy` file, in any order; the file appears when it is complete.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use swath_aside::AsideFile;
use swath_block::{Chunk, DType};
use swath_error::{Error, Result};

use super::header::Header;
use crate::flat::{self, write_at};
use crate::stamp::absolute;
use crate::{ArraySink, SinkKind, TimeKind, TimeUnit, Travelling, check_write};

inventory::submit! {
    SinkKind { name: "npy", join: |from| Ok(Box::new(NpySink::join(from)?)) }
}

/// A `.npy` file being written.
///
/// ```
/// use swath_array_io::{ArraySink, ArraySource, NpySink, NpySource};
/// use swath_block::{Chunk, DType};
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.npy");
/// let sink = NpySink::create(&path, DType::I64, &[2, 2])?;
/// sink.write(&[0, 1], &Chunk::from_vec(vec![2i64, 4], &[2, 1])?)?;
/// sink.write(&[0, 0], &Chunk::from_vec(vec![1i64, 3], &[2, 1])?)?;
/// assert!(!path.exists());
/// sink.finish()?;
/// assert_eq!(NpySource::open(&path)?.read(&[0..2, 0..2])?.as_slice::<i64>()?, Some(&[1, 2, 3, 4][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpySink {
    path: PathBuf,
    file: File,
    /// None where another process created the file, and finishes it.
    aside: Mutex<Option<AsideFile>>,
    dtype: DType,
    shape: Vec<usize>,
    data: u64,
}

/// What another process needs to write to the file too.
#[derive(Serialize, Deserialize)]
struct Joined {
    path: PathBuf,
    aside: PathBuf,
    dtype: DType,
    shape: Vec<usize>,
    data: u64,
}

impl NpySink {
    /// Starts a file of its final size, aside.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] when the folder does not exist, [`swath_error::ErrorKind::Io`] when nothing can be written there.
    pub fn create(path: impl AsRef<Path>, dtype: DType, shape: &[usize]) -> Result<Self> {
        Self::with_start(path.as_ref(), dtype, shape, &Header::encode(dtype, shape)?)
    }

    /// Starts a file of instants or durations, which are written as `int64`.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_time(
        path: impl AsRef<Path>,
        kind: TimeKind,
        unit: TimeUnit,
        shape: &[usize],
    ) -> Result<Self> {
        Self::with_start(path.as_ref(), DType::I64, shape, &Header::encode_time(kind, unit, shape)?)
    }

    /// Starts a file of elements after `start`.
    pub(super) fn with_start(path: &Path, dtype: DType, shape: &[usize], start: &[u8]) -> Result<Self> {
        let path = path.to_path_buf();
        let size = shape.iter().try_fold(dtype.size() as u64, |n, d| n.checked_mul(*d as u64));
        let size = size.and_then(|n| n.checked_add(start.len() as u64));
        let size =
            size.ok_or_else(|| Error::argument(format!("an array of shape {shape:?} does not fit a file")))?;
        let mut aside = AsideFile::create(&path)?;
        let named = |e| Error::io(path.display(), e);
        let file = aside.file().try_clone().map_err(named)?;
        file.set_len(size).map_err(named)?;
        write_at(&file, start, 0).map_err(named)?;
        Ok(Self {
            file,
            aside: Mutex::new(Some(aside)),
            dtype,
            shape: shape.to_vec(),
            data: start.len() as u64,
            path,
        })
    }

    /// The file that another process has created, seen from here.
    fn join(from: &Travelling) -> Result<Self> {
        let Joined { path, aside, dtype, shape, data } = from.read()?;
        let file = OpenOptions::new().write(true).open(&aside).map_err(|e| {
            Error::io(aside.display(), e)
                .context(format!("writing {}", path.display()))
                .with_help("every process that writes an array must see its folder under the same path")
        })?;
        Ok(Self { path, file, aside: Mutex::new(None), dtype, shape, data })
    }
}

impl ArraySink for NpySink {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
        let name = self.path.display().to_string();
        let region = check_write(&name, self.dtype, &self.shape, offset, chunk)?;
        let chunk = flat::in_row_major_order(chunk)?;
        let bytes = chunk.as_bytes().ok_or_else(|| Error::internal("a copied chunk is not contiguous"))?;
        flat::write(&self.file, self.data, &self.shape, &region, self.dtype.size(), bytes)
            .map_err(|e| Error::io(&name, e))
    }

    fn finish(&self) -> Result<()> {
        match self.aside.lock().take() {
            Some(aside) => aside.commit(),
            None => Err(Error::internal(format!("{} was finished twice", self.path.display()))),
        }
    }

    fn travel(&self) -> Result<Travelling> {
        let aside = self.aside.lock().as_ref().map(|a| a.path().to_owned());
        let closed = || Error::internal(format!("{} is not open for writing", self.path.display()));
        let joined = Joined {
            path: absolute(&self.path),
            aside: absolute(&aside.ok_or_else(closed)?),
            dtype: self.dtype,
            shape: self.shape.clone(),
            data: self.data,
        };
        Travelling::new("npy", &joined)
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }
}

/// Writes one chunk as a `.npy` file.
///
/// # Errors
/// As [`NpySink::create`].
pub fn write_npy(path: impl AsRef<Path>, chunk: &Chunk) -> Result<()> {
    let sink = NpySink::create(path, chunk.dtype(), chunk.shape())?;
    sink.write(&vec![0; chunk.shape().len()], chunk)?;
    sink.finish()
}
