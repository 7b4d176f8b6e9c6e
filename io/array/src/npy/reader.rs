//! Regions of a `.npy` file as chunks.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use arrow_buffer::{Buffer, MutableBuffer};
use swath_block::{Chunk, DType, Shape, Strides};
use swath_error::{Error, Result};
use swath_graph::Key;

use super::header::{Header, text_range};
use super::positioned::read_at;
use super::runs::Runs;
use crate::{ArraySource, Region, SourceKind, Travelling, check_region, region_shape};

inventory::submit! {
    SourceKind { name: "npy", open: |from| Ok(std::sync::Arc::new(NpySource::reopen(from)?)) }
}

/// Runs shorter than this are read together with the bytes between them, when those are few.
const SHORT: usize = 4096;

/// Bytes read together at most.
const SPAN: usize = 1 << 20;

/// The array in a `.npy` file.
///
/// ```
/// use swath_array_io::{ArraySource, NpySource, write_npy};
/// use swath_block::Chunk;
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.npy");
/// write_npy(&path, &Chunk::from_vec(vec![1.0, 2.0, 3.0, 4.0], &[2, 2])?)?;
/// let source = NpySource::open(&path)?;
/// assert_eq!(source.shape(), [2, 2]);
/// assert_eq!(source.read(&[1..2, 0..2])?.as_slice::<f64>()?, Some(&[3.0, 4.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpySource {
    path: PathBuf,
    file: File,
    header: Header,
    stamp: Stamp,
    key: Key,
}

/// The file's length in bytes, and when it was changed, in seconds and nanoseconds: what tells contents apart.
type Stamp = (u64, u64, u32);

impl NpySource {
    /// Opens a file and checks its header against its length.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] or [`swath_error::ErrorKind::Io`] when it cannot be opened,
    /// [`swath_error::ErrorKind::InvalidData`] when it is no `.npy` file or is cut short,
    /// [`swath_error::ErrorKind::Unsupported`] for element types such as strings, objects, records and float16.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let named = |e| Error::io(path.display(), e);
        let file = File::open(&path).map_err(named)?;
        let metadata = file.metadata().map_err(named)?;
        if !metadata.is_file() {
            return Err(Error::argument(format!("'{}' is not a file", path.display())));
        }
        let header = read_header(&file, metadata.len()).map_err(|e| e.context(path.display().to_string()))?;
        let modified =
            metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let full = path.canonicalize().unwrap_or_else(|_| path.clone());
        let stamp = (metadata.len(), modified.as_secs(), modified.subsec_nanos());
        let key = Key::of("npy")
            .bytes(full.as_os_str().as_encoded_bytes())
            .u64(stamp.0)
            .u64(stamp.1)
            .u64(stamp.2.into())
            .finish();
        Ok(Self { path, file, header, stamp, key })
    }

    /// The file's path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that another process had open: the same one, seen from here.
    fn reopen(from: &Travelling) -> Result<Self> {
        let (path, stamp): (PathBuf, Stamp) = from.read()?;
        let source = Self::open(&path).map_err(|e| {
            e.with_help("every process that reads an array must see its file under the same path")
        })?;
        if source.stamp != stamp {
            return Err(Error::data(format!("'{}' is another file here, or has changed", path.display())));
        }
        Ok(source)
    }

    fn read_row_major(&self, shape: &[usize], region: &Region) -> Result<Buffer> {
        let size = self.header.dtype.size();
        let runs = Runs::new(shape, region);
        let mut out = MutableBuffer::from_len_zeroed(runs.count() * runs.len * size);
        self.read_runs(&runs, size, out.as_slice_mut()).map_err(|e| Error::io(self.path.display(), e))?;
        if self.header.swapped {
            swap(self.header.dtype, out.as_slice_mut());
        }
        Ok(out.into())
    }

    fn read_runs(&self, runs: &Runs, size: usize, out: &mut [u8]) -> std::io::Result<()> {
        let length = runs.len * size;
        if length == 0 {
            return Ok(());
        }
        let place = |element: usize| self.header.data + (element * size) as u64;
        let mut together = Vec::new();
        let (mut i, mut out) = (0, out);
        while i < runs.count() {
            let n = neighbours(runs, i, size);
            let (now, later) = out.split_at_mut(n * length);
            if n == 1 {
                read_at(&self.file, now, place(runs.start(i)))?;
            } else {
                let first = runs.start(i);
                together.resize((runs.start(i + n - 1) - first) * size + length, 0);
                read_at(&self.file, &mut together, place(first))?;
                for (k, run) in now.chunks_exact_mut(length).enumerate() {
                    let at = (runs.start(i + k) - first) * size;
                    run.copy_from_slice(together.get(at..at + length).unwrap_or(&[]));
                }
            }
            out = later;
            i += n;
        }
        Ok(())
    }
}

/// How many runs from run `i` on are read at once.
fn neighbours(runs: &Runs, i: usize, size: usize) -> usize {
    if runs.len * size >= SHORT {
        return 1;
    }
    let (first, mut last, mut n) = (runs.start(i), runs.start(i), 1);
    while i + n < runs.count() {
        let next = runs.start(i + n);
        if (next - last) * size > 4 * SHORT || (next + runs.len - first) * size > SPAN {
            break;
        }
        last = next;
        n += 1;
    }
    n
}

fn read_header(file: &File, length: u64) -> Result<Header> {
    let io = |e| Error::io("the .npy header", e);
    let mut start = vec![0; length.min(12) as usize];
    read_at(file, &mut start, 0).map_err(io)?;
    let (at, len) = text_range(&start)?;
    let data = (at + len) as u64;
    if data > length {
        return Err(Error::data("the .npy file is cut short within its header"));
    }
    let mut text = vec![0; len];
    read_at(file, &mut text, at as u64).map_err(io)?;
    Header::parse(&text, data, length)
}

/// Reverses the bytes of every number; a complex element is two.
fn swap(dtype: DType, bytes: &mut [u8]) {
    let size = if matches!(dtype, DType::C64 | DType::C128) { dtype.size() / 2 } else { dtype.size() };
    for number in bytes.chunks_exact_mut(size) {
        number.reverse();
    }
}

impl ArraySource for NpySource {
    fn dtype(&self) -> DType {
        self.header.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        let name = self.path.display().to_string();
        check_region(&name, &self.header.shape, region)?;
        let shape = region_shape(region);
        let dtype = self.header.dtype;
        let chunk = if self.header.fortran {
            // The file is the row-major file of the transposed array.
            let back = |v: &[usize]| v.iter().rev().copied().collect::<Vec<_>>();
            let reversed: Vec<_> = region.iter().rev().cloned().collect();
            let buffer = self.read_row_major(&back(&self.header.shape), &reversed)?;
            Chunk::from_buffer(buffer, dtype, &back(&shape)).and_then(|stored| {
                let strides: Strides = stored.strides().iter().rev().copied().collect();
                stored.restride(Shape::from_slice(&shape), strides, 0)
            })
        } else {
            Chunk::from_buffer(self.read_row_major(&self.header.shape, region)?, dtype, &shape)
        };
        chunk.map_err(|e| e.context(name))
    }

    fn key(&self) -> Key {
        self.key
    }

    fn travel(&self) -> Result<Travelling> {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        Travelling::new("npy", &(path, self.stamp))
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }
}
