//! Files of elements without a header: what a `.npy` file is after its own.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, DType};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Key;

use super::header::Header;
use super::reader::NpySource;
use super::writer::NpySink;
use crate::stamp::{FileStamp, absolute, seen_everywhere};
use crate::{ArraySink, ArraySource, Bands, Region, SourceKind, Travelling};

inventory::submit! {
    SourceKind { name: "raw", open: |from| Ok(std::sync::Arc::new(RawSource::reopen(from)?)) }
}

/// How the elements of a file without a header lie: from its first byte on, in row-major order and in this machine's byte
/// order, unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawOptions {
    offset: u64,
    swapped: bool,
    column_major: bool,
}

impl RawOptions {
    /// The elements begin at this byte.
    #[must_use]
    pub fn offset(mut self, bytes: u64) -> Self {
        self.offset = bytes;
        self
    }

    /// Numbers are stored with their most significant byte first.
    #[must_use]
    pub fn big_endian(mut self) -> Self {
        self.swapped = !cfg!(target_endian = "big");
        self
    }

    /// Numbers are stored with their least significant byte first.
    #[must_use]
    pub fn little_endian(mut self) -> Self {
        self.swapped = cfg!(target_endian = "big");
        self
    }

    /// The first axis runs fastest, as in Fortran.
    #[must_use]
    pub fn column_major(mut self) -> Self {
        self.column_major = true;
        self
    }
}

/// The array in a file without a header.
///
/// ```
/// use swath_array_io::{ArraySource, RawOptions, RawSource};
/// use swath_block::DType;
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.bin");
/// std::fs::write(&path, [0, 1, 0, 2, 0, 3, 0, 4])?;
/// let source = RawSource::open(&path, DType::U16, &[2, 2], &RawOptions::default().big_endian())?;
/// assert_eq!(source.read(&[1..2, 0..2])?.as_slice::<u16>()?, Some(&[3, 4][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RawSource {
    source: NpySource,
    stamp: FileStamp,
    options: RawOptions,
}

impl RawSource {
    /// Opens a file and checks that it is long enough.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] or [`ErrorKind::Io`] when it cannot be opened, [`ErrorKind::InvalidData`] when it is too short.
    pub fn open(path: impl AsRef<Path>, dtype: DType, shape: &[usize], options: &RawOptions) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let (file, stamp) = FileStamp::open(&path)?;
        let options = *options;
        let swapped = options.swapped && dtype.size() > 1;
        let header = Header {
            dtype,
            swapped,
            fortran: options.column_major,
            shape: shape.to_vec(),
            data: options.offset,
            time: None,
        };
        let held = stamp.length().saturating_sub(options.offset);
        if header.bytes().is_none_or(|n| n > held) {
            let needed = header.bytes().map_or_else(|| "more than 2^64".to_owned(), |n| n.to_string());
            return Err(Error::data(format!(
                "'{}' is too short: shape {shape:?} of {dtype} needs {needed} bytes, it holds {held}",
                path.display()
            )));
        }
        let part = format!("{dtype} {shape:?} {options:?}");
        let key = stamp.key("raw", &path, part.as_bytes());
        Ok(Self { source: NpySource::with(path, file, header, stamp, key), stamp, options })
    }

    /// The file that another process had open: the same one, seen from here.
    fn reopen(from: &Travelling) -> Result<Self> {
        let (path, stamp, dtype, shape, options): (PathBuf, FileStamp, DType, Vec<usize>, RawOptions) =
            from.read()?;
        let source = Self::open(&path, dtype, &shape, &options).map_err(|e| match e.kind() {
            ErrorKind::NotFound => seen_everywhere(e),
            _ => e,
        })?;
        source.stamp.expect(&stamp, &path)?;
        Ok(source)
    }
}

impl ArraySource for RawSource {
    fn dtype(&self) -> DType {
        self.source.dtype()
    }

    fn shape(&self) -> &[usize] {
        self.source.shape()
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        self.source.read(region)
    }

    fn reads_bands(&self) -> bool {
        self.source.reads_bands()
    }

    fn bands(&self, region: &Region) -> Result<Option<Bands<'_>>> {
        self.source.bands(region)
    }

    fn key(&self) -> Key {
        self.source.key()
    }

    fn travel(&self) -> Result<Travelling> {
        let path = absolute(self.source.path());
        Travelling::new("raw", &(path, self.stamp, self.dtype(), self.shape().to_vec(), self.options))
    }

    fn describe(&self) -> String {
        self.source.describe()
    }
}

/// A file of elements without a header being written, in row-major order and this machine's byte order.
///
/// ```
/// use swath_array_io::{ArraySink, RawSink};
/// use swath_block::{Chunk, DType};
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.bin");
/// let sink = RawSink::create(&path, DType::U8, &[4])?;
/// sink.write(&[0], &Chunk::from_vec(vec![1u8, 2, 3, 4], &[4])?)?;
/// sink.finish()?;
/// assert_eq!(std::fs::read(&path)?, [1, 2, 3, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RawSink(NpySink);

impl RawSink {
    /// Starts a file of its final size, aside.
    ///
    /// # Errors
    /// As [`NpySink::create`].
    pub fn create(path: impl AsRef<Path>, dtype: DType, shape: &[usize]) -> Result<Self> {
        NpySink::with_start(path.as_ref(), dtype, shape, &[]).map(Self)
    }
}

impl ArraySink for RawSink {
    fn dtype(&self) -> DType {
        self.0.dtype()
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
        self.0.write(offset, chunk)
    }

    fn finish(&self) -> Result<()> {
        self.0.finish()
    }

    // Writers that join find the elements by their place: the header, or none, is there already.
    fn travel(&self) -> Result<Travelling> {
        self.0.travel()
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

impl NpySource {
    /// The array in an open file whose header was read, or is known.
    pub(super) fn with(path: PathBuf, file: File, header: Header, stamp: FileStamp, key: Key) -> Self {
        Self { path, file, header, stamp, key }
    }
}
