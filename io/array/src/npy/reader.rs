//! Regions of a `.npy` file as chunks.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_buffer::Buffer;
use swath_block::{Chunk, DType, Shape, Strides, zeroed_buffer};
use swath_error::{Error, Result};
use swath_graph::Key;

use super::header::{Header, text_range};
use crate::flat::{self, read_at};
use crate::stamp::{FileStamp, absolute, seen_everywhere};
use crate::{
    ArraySource, Bands, Region, SourceKind, TimeKind, TimeUnit, Travelling, check_region, region_shape,
};

inventory::submit! {
    SourceKind { name: "npy", open: |from| Ok(std::sync::Arc::new(NpySource::reopen(from)?)) }
}

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
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) header: Header,
    pub(super) stamp: FileStamp,
    pub(super) key: Key,
}

impl NpySource {
    /// Opens a file and checks its header against its length.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] or [`swath_error::ErrorKind::Io`] when it cannot be opened,
    /// [`swath_error::ErrorKind::InvalidData`] when it is no `.npy` file or is cut short,
    /// [`swath_error::ErrorKind::Unsupported`] for element types such as strings, objects, records and float16.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let (file, stamp) = FileStamp::open(&path)?;
        let header = read_header(&file, stamp.length()).map_err(|e| e.context(path.display().to_string()))?;
        let key = stamp.key("npy", &path, b"");
        Ok(Self { path, file, header, stamp, key })
    }

    /// The file's path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the whole numbers stand for, where the file's elements are instants or durations: they are read as `int64`.
    pub fn time(&self) -> Option<(TimeKind, TimeUnit)> {
        self.header.time
    }

    /// The file that another process had open: the same one, seen from here.
    fn reopen(from: &Travelling) -> Result<Self> {
        let (path, stamp): (PathBuf, FileStamp) = from.read()?;
        let source = Self::open(&path).map_err(seen_everywhere)?;
        source.stamp.expect(&stamp, &path)?;
        Ok(source)
    }

    fn read_row_major(&self, shape: &[usize], region: &Region) -> Result<Buffer> {
        let size = self.header.dtype.size();
        let count: usize = region_shape(region).iter().product();
        let mut out = zeroed_buffer(count * size)?;
        self.read_into(shape, region, out.as_slice_mut())?;
        Ok(out.into())
    }

    fn read_into(&self, shape: &[usize], region: &Region, out: &mut [u8]) -> Result<()> {
        let dtype = self.header.dtype;
        flat::read(&self.file, self.header.data, shape, region, dtype.size(), out)
            .map_err(|e| Error::io(self.path.display(), e))?;
        if self.header.swapped {
            flat::swap_bytes(dtype, out);
        }
        Ok(())
    }
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

    fn reads_bands(&self) -> bool {
        !self.header.fortran
    }

    fn bands(&self, region: &Region) -> Result<Option<Bands<'_>>> {
        check_region(&self.path.display().to_string(), &self.header.shape, region)?;
        if self.header.fortran {
            return Ok(None);
        }
        let read = |part: &Region, out: &mut [u8]| self.read_into(&self.header.shape, part, out);
        Ok(Some(Bands::new(self.header.dtype, region, Box::new(read))))
    }

    fn key(&self) -> Key {
        self.key
    }

    fn travel(&self) -> Result<Travelling> {
        Travelling::new("npy", &(absolute(&self.path), self.stamp))
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }
}
