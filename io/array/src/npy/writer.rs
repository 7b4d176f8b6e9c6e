//! Chunks into a `.npy` file, in any order; the file appears when it is complete.

use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use swath_aside::AsideFile;
use swath_block::{Chunk, DType, with_dtype};
use swath_error::{Error, ErrorKind, Result};

use super::header::Header;
use super::positioned::write_at;
use super::runs::Runs;
use crate::{ArraySink, SinkKind, Travelling, check_region};

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
    /// [`ErrorKind::NotFound`] when the folder does not exist, [`ErrorKind::Io`] when nothing can be written there.
    pub fn create(path: impl AsRef<Path>, dtype: DType, shape: &[usize]) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let start = Header::encode(dtype, shape)?;
        let size = shape.iter().try_fold(dtype.size() as u64, |n, d| n.checked_mul(*d as u64));
        let size = size.and_then(|n| n.checked_add(start.len() as u64));
        let size =
            size.ok_or_else(|| Error::argument(format!("an array of shape {shape:?} does not fit a file")))?;
        let mut aside = AsideFile::create(&path)?;
        let named = |e| Error::io(path.display(), e);
        let file = aside.file().try_clone().map_err(named)?;
        file.set_len(size).map_err(named)?;
        write_at(&file, &start, 0).map_err(named)?;
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
        if chunk.dtype() != self.dtype {
            return Err(Error::new(
                ErrorKind::TypeMismatch,
                format!(
                    "{name}: a chunk of {} cannot be written into an array of {}",
                    chunk.dtype(),
                    self.dtype
                ),
            ));
        }
        if offset.len() != chunk.shape().len() {
            return Err(Error::internal(format!(
                "{name}: offset {offset:?} for a chunk of {:?}",
                chunk.shape()
            )));
        }
        let region: Vec<Range<usize>> =
            offset.iter().zip(chunk.shape()).map(|(o, n)| *o..o.saturating_add(*n)).collect();
        check_region(&name, &self.shape, &region)?;
        let chunk = in_row_major_order(chunk)?;
        let bytes = chunk.as_bytes().ok_or_else(|| Error::internal("a copied chunk is not contiguous"))?;
        let size = self.dtype.size();
        let runs = Runs::new(&self.shape, &region);
        for (i, run) in bytes.chunks_exact((runs.len * size).max(1)).enumerate() {
            let at = self.data + (runs.start(i) * size) as u64;
            write_at(&self.file, run, at).map_err(|e| Error::io(&name, e))?;
        }
        Ok(())
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
        let full = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let joined = Joined {
            path: full(&self.path),
            aside: full(&aside.ok_or_else(closed)?),
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

fn in_row_major_order(chunk: &Chunk) -> Result<Chunk> {
    if chunk.is_contiguous() {
        return Ok(chunk.clone());
    }
    with_dtype!(chunk.dtype(), T => {
        Ok(Chunk::from_array::<T>(chunk.view::<T>()?.as_standard_layout().into_owned()))
    })
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
