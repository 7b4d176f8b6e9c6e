//! Regions of a Zarr array as chunks of an array.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow_buffer::{Buffer, MutableBuffer};
use swath_array_io::{
    ArraySource, FileStamp, Region, SourceKind, Travelling, absolute, check_local, check_region,
    region_shape, seen_everywhere,
};
use swath_block::{Chunk, DType};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Key;
use zarrs::array::{Array, ArrayBytes, ArrayShardedExt, ArraySubset, CodecOptions};

use crate::element::element;
use crate::failure::{cannot_open, cannot_use, guarded};
use crate::folder::Folder;
use crate::metadata::Metadata;

inventory::submit! {
    SourceKind { name: "zarr", open: |from| Ok(Arc::new(ZarrSource::reopen(from)?)) }
}

/// Bytes of a decoded chunk at most where the array itself is smaller, and at most in any case.
const PLENTY: u64 = 256 << 20;
const LARGEST: u64 = 8 << 30;

/// Folders whose change is noticed at most.
const WATCHED: usize = 4096;

/// An array in a Zarr store, versions 2 and 3. Clones share the count of what was read.
///
/// ```
/// use swath_array_io::{ArraySink, ArraySource};
/// use swath_block::{Chunk, DType};
/// use swath_zarr::{ZarrOptions, ZarrSink, ZarrSource};
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.zarr");
/// let sink = ZarrSink::create(&path, DType::I64, &[4], &ZarrOptions::default().chunks([2]))?;
/// sink.write(&[0], &Chunk::from_vec(vec![1i64, 2, 3, 4], &[4])?)?;
/// sink.finish()?;
/// let x = ZarrSource::open(&path)?;
/// assert_eq!(x.read(&[1..2])?.as_slice::<i64>()?, Some(&[2][..]));
/// assert_eq!(x.reads().chunks, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ZarrSource(Arc<Inner>);

struct Inner {
    folder: Arc<Folder>,
    array: Array<Folder>,
    dtype: DType,
    shape: Vec<usize>,
    pieces: Option<Vec<usize>>,
    stamp: FileStamp,
    key: Key,
}

/// What a source has read from its store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Chunks, or parts of them, each counted every time it is read; an index of a shard is one too.
    pub chunks: u64,
    /// Bytes, as they are stored.
    pub bytes: u64,
}

impl ZarrSource {
    /// Opens the array in a folder.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none, naming the arrays of a group; [`ErrorKind::Unsupported`] for types and
    /// codecs that are not offered, naming them; [`ErrorKind::InvalidData`] for metadata that is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        check_local(&path)?;
        let Some(metadata) = Metadata::read(&path)? else { return Err(missing(&path)) };
        guarded(&path.clone(), || Self::with(path, &metadata))
    }

    fn with(path: PathBuf, metadata: &Metadata) -> Result<Self> {
        let named = |e: Error| e.context(path.display().to_string());
        let folder = Arc::new(Folder::new(path.clone()));
        let array = Array::open(folder.clone(), "/").map_err(|e| cannot_open(&path, e))?;
        let dtype = element(array.data_type()).ok_or_else(|| {
            let name = metadata.fields.get("data_type").or_else(|| metadata.fields.get("dtype"));
            let name = name.map(ToString::to_string).unwrap_or_default();
            named(Error::unsupported(format!("elements of type {name}")).with_help(
                "arrays hold booleans, integers of 8 to 64 bits, float32, float64 and complex numbers",
            ))
        })?;
        let length =
            |n: &u64| usize::try_from(*n).map_err(|_| named(Error::data(format!("an axis of length {n}"))));
        let shape = array.shape().iter().map(length).collect::<Result<Vec<_>>>()?;
        let bytes = shape.iter().try_fold(dtype.size() as u64, |n, d| n.checked_mul(*d as u64));
        let Some(bytes) = bytes.filter(|n| isize::try_from(*n).is_ok()) else {
            return Err(named(Error::data(format!(
                "the shape {shape:?} is larger than any store: it is damaged"
            ))));
        };
        let pieces = pieces(&array, dtype, bytes).map_err(named)?.filter(|_| metadata.is_regular());
        let pieces = pieces.map(|p| p.iter().zip(&shape).map(|(p, n)| (*p).min(*n).max(1)).collect());
        let key = metadata.stamp.key("zarr", &path, &stamps(&path));
        folder.reads.store(0, Ordering::Relaxed);
        folder.bytes.store(0, Ordering::Relaxed);
        Ok(Self(Arc::new(Inner { folder, array, dtype, shape, pieces, stamp: metadata.stamp, key })))
    }

    /// The array that another process had open: the same one, seen from here.
    fn reopen(from: &Travelling) -> Result<Self> {
        let (path, stamp): (PathBuf, FileStamp) = from.read()?;
        let source = Self::open(&path).map_err(seen_everywhere)?;
        source.0.stamp.expect(&stamp, &path)?;
        Ok(source)
    }

    /// The folder, as it was given.
    pub fn path(&self) -> &Path {
        self.0.folder.path()
    }

    /// What was read so far, through this source and its clones in this process.
    pub fn reads(&self) -> Reads {
        let folder = &self.0.folder;
        Reads { chunks: folder.reads.load(Ordering::Relaxed), bytes: folder.bytes.load(Ordering::Relaxed) }
    }
}

fn missing(path: &Path) -> Error {
    match crate::list(path) {
        Ok(listing) => {
            let names: Vec<_> = listing.arrays.iter().take(20).map(|a| a.name.as_str()).collect();
            let message = format!("{}: this is a group, not an array", path.display());
            Error::new(ErrorKind::NotFound, message).with_help(format!("arrays in it: {}", names.join(", ")))
        }
        Err(e) => e,
    }
}

/// The shape of what is decoded as a whole: a chunk, or an inner chunk of a shard. None where there is no first one.
fn pieces(array: &Array<Folder>, dtype: DType, bytes: u64) -> Result<Option<Vec<usize>>> {
    let first = vec![0; array.shape().len()];
    let Ok(chunk) = array.chunk_shape(&first) else { return Ok(None) };
    let piece = array.subchunk_shape().unwrap_or_else(|| chunk.clone());
    for (shape, limit) in [(&piece, PLENTY.max(bytes).min(LARGEST)), (&chunk, u64::MAX >> 1)] {
        let size = shape.iter().try_fold(dtype.size() as u64, |n, d| n.checked_mul(d.get()));
        if size.is_none_or(|n| n > limit) {
            return Err(Error::data(format!("chunks of {shape:?} in an array of {:?}", array.shape())));
        }
    }
    let lengths = piece.iter().map(|n| usize::try_from(n.get()).unwrap_or(usize::MAX)).collect();
    Ok(Some(lengths))
}

/// When the folders of an array were changed: chunks are files that come and go in them.
fn stamps(path: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    let mut open = vec![path.to_owned()];
    let mut seen = 0;
    while let Some(folder) = open.pop().filter(|_| seen < WATCHED) {
        seen += 1;
        let Ok(metadata) = std::fs::metadata(&folder) else { continue };
        out.extend(format!("{:?}", FileStamp::of(&metadata)).into_bytes());
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut inner: Vec<_> =
            entries.filter(|e| e.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()).collect();
        inner.sort_unstable();
        open.extend(inner);
    }
    out
}

impl Inner {
    fn read(&self, region: &Region) -> Result<Chunk> {
        let shape = region_shape(region);
        if shape.contains(&0) {
            return Chunk::from_buffer(Buffer::default(), self.dtype, &shape);
        }
        let ranges: Vec<_> = region.iter().map(|r| r.start as u64..r.end as u64).collect();
        let subset = ArraySubset::new_with_ranges(&ranges);
        // The caller's tasks are the threads.
        let options = CodecOptions::default().with_concurrent_target(1);
        let bytes: ArrayBytes<'static> = self
            .array
            .retrieve_array_subset_opt(&subset, &options)
            .map_err(|e| cannot_use(self.folder.path(), e))?;
        let ArrayBytes::Fixed(bytes) = bytes else {
            return Err(Error::internal("elements of one size came as elements of many"));
        };
        let buffer = Buffer::from_vec(bytes.into_owned());
        // A vector of bytes is aligned for elements where the allocator is generous.
        let aligned = buffer.as_ptr().align_offset(8) == 0;
        let buffer = if aligned { buffer } else { copied(&buffer) };
        Chunk::from_buffer(buffer, self.dtype, &shape)
    }
}

fn copied(bytes: &[u8]) -> Buffer {
    let mut copy = MutableBuffer::with_capacity(bytes.len());
    copy.extend_from_slice(bytes);
    copy.into()
}

impl ArraySource for ZarrSource {
    fn dtype(&self) -> DType {
        self.0.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn storage_chunks(&self) -> Option<&[usize]> {
        self.0.pieces.as_deref()
    }

    fn is_compressed(&self) -> bool {
        let codecs = self.0.array.codecs();
        // What shards are made of is not looked into: nearly all are compressed.
        !codecs.bytes_to_bytes_codecs().is_empty() || self.0.array.subchunk_shape().is_some()
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        let name = self.describe();
        check_region(&name, self.shape(), region)?;
        guarded(self.path(), || self.0.read(region))
    }

    fn key(&self) -> Key {
        self.0.key
    }

    fn travel(&self) -> Result<Travelling> {
        Travelling::new("zarr", &(absolute(self.path()), self.0.stamp))
    }

    fn describe(&self) -> String {
        self.path().display().to_string()
    }
}

impl fmt::Debug for ZarrSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZarrSource({})", self.describe())
    }
}
