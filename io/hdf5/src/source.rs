//! Regions of a dataset as chunks of an array.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arrow_buffer::{Buffer, MutableBuffer};
use swath_array_io::flat::{self, Place as Boxed, Runs};
use swath_array_io::{
    ArraySource, Bands, FileStamp, Region, SourceKind, Travelling, absolute, check_region, region_shape,
    seen_everywhere,
};
use swath_block::{Chunk, DType, Shape, Strides, zeroed_buffer};
use swath_error::{Error, Result};
use swath_graph::Key;

use crate::Hdf5File;
use crate::failure::Named;
use crate::filters::{Pipeline, Scratch, room};
use crate::index::{ChunkIndex, Stored};
use crate::layout::{Layout, Place};

inventory::submit! {
    SourceKind { name: "hdf5", open: |from| Ok(Arc::new(Hdf5Source::reopen(from)?)) }
}

/// Bytes of scratch that a thread keeps for its next chunk.
const KEPT: usize = 32 << 20;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

/// A dataset of an HDF5 file. Clones share the open file and the count of what was read.
///
/// ```
/// use swath_array_io::ArraySource;
/// use swath_hdf5::Hdf5Source;
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/earliest.h5");
/// let source = Hdf5Source::open(path, "chunked/f8")?;
/// let part = source.read(&[0..1, 2..4])?;
/// assert_eq!(part.shape(), [1, 2]);
/// assert_eq!(source.reads().chunks, 1);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone)]
pub struct Hdf5Source(Arc<Inner>);

struct Inner {
    file: Hdf5File,
    dataset: String,
    layout: Layout,
    /// Read with the first chunk.
    index: OnceLock<Result<ChunkIndex>>,
    /// The shape of a chunk, no longer than the array; none when it is in one piece.
    pieces: Option<Vec<usize>>,
    chunks: AtomicU64,
    bytes: AtomicU64,
    key: Key,
}

/// What a source has read from its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Chunks, each counted every time it is read.
    pub chunks: u64,
    /// Bytes of elements, as they are stored.
    pub bytes: u64,
}

/// Whether the chunks of a region that is read have been counted before, with a larger one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Anew,
    Before,
}

/// A chunk that a region touches: where it is stored, the part of it that is wanted, and where in the result that goes.
struct Wanted {
    stored: Stored,
    local: Vec<Range<usize>>,
    target: Vec<Range<usize>>,
}

impl Hdf5Source {
    /// Opens a dataset of a file: `group/x`.
    ///
    /// # Errors
    /// As [`Hdf5File::open`] and [`Hdf5File::source`].
    pub fn open(path: impl AsRef<std::path::Path>, dataset: &str) -> Result<Self> {
        Hdf5File::open(path)?.source(dataset)
    }

    pub(crate) fn new(file: Hdf5File, dataset: &str) -> Result<Self> {
        let found = file.dataset(dataset)?;
        let named = |e: Error| e.context(format!("{}:{dataset}", file.path.display()));
        let layout = Layout::of(&file.reader, &found, file.length()).named(&file.path)?.map_err(named)?;
        let key = file.stamp.key("hdf5", &file.path, dataset.trim_matches('/').as_bytes());
        let pieces = match &layout.place {
            Place::Chunks { shape, .. } => {
                Some(shape.iter().zip(&layout.shape).map(|(piece, n)| (*piece).min(*n).max(1)).collect())
            }
            _ => None,
        };
        let (chunks, bytes) = Default::default();
        let dataset = dataset.to_owned();
        Ok(Self(Arc::new(Inner {
            file,
            dataset,
            layout,
            index: OnceLock::new(),
            pieces,
            chunks,
            bytes,
            key,
        })))
    }

    /// The dataset that another process had open: the same one, seen from here.
    fn reopen(from: &Travelling) -> Result<Self> {
        let (path, stamp, dataset): (std::path::PathBuf, FileStamp, String) = from.read()?;
        let file = Hdf5File::open(&path).map_err(seen_everywhere)?;
        file.stamp.expect(&stamp, &path)?;
        file.source(&dataset)
    }

    /// The file.
    pub fn file(&self) -> &Hdf5File {
        &self.0.file
    }

    /// What was read so far, through this source and its clones in this process.
    pub fn reads(&self) -> Reads {
        Reads { chunks: self.0.chunks.load(Ordering::Relaxed), bytes: self.0.bytes.load(Ordering::Relaxed) }
    }
}

impl Inner {
    fn io(&self, error: std::io::Error) -> Error {
        Error::io(self.file.path.display(), error)
    }

    fn count(&self, chunks: u64, bytes: u64) {
        self.chunks.fetch_add(chunks, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A place of the file from which addresses count.
    fn absolute(&self, at: u64) -> u64 {
        at.saturating_add(self.file.reader.superblock().base_address)
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        let (shape, dtype) = (region_shape(region), self.layout.element.dtype);
        let count = shape.iter().product::<usize>();
        if count == 0 {
            return Chunk::from_buffer(Buffer::default(), dtype, &shape);
        }
        if self.never_written(region)? {
            return self.filled(&shape);
        }
        let mut out = zeroed_buffer(count * dtype.size())?;
        self.read_into(region, out.as_slice_mut(), Counted::Anew)?;
        Chunk::from_buffer(out.into(), dtype, &shape)
    }

    /// Whether nothing of the region is in the file.
    fn never_written(&self, region: &Region) -> Result<bool> {
        Ok(match &self.layout.place {
            Place::Inside(_) => false,
            Place::Flat(at) => at.is_none(),
            Place::Chunks { shape, .. } => self.wanted(shape, region)?.0.is_empty(),
        })
    }

    /// Reads a region, which is not empty, into memory of its size.
    fn read_into(&self, region: &Region, out: &mut [u8], counted: Counted) -> Result<()> {
        let (shape, element) = (region_shape(region), self.layout.element);
        let size = element.dtype.size();
        match &self.layout.place {
            Place::Inside(data) => {
                let zero: Vec<_> = shape.iter().map(|n| 0..*n).collect();
                let from = Boxed { shape: &self.layout.shape, region };
                flat::copy(size, data, from, out, Boxed { shape: &shape, region: &zero });
            }
            Place::Flat(None) => self.fill(out),
            Place::Flat(Some(at)) => {
                let at = self.absolute(*at);
                let read = flat::read(&self.file.file, at, &self.layout.shape, region, size, out);
                self.count(0, read.map_err(|e| self.io(e))?);
            }
            Place::Chunks { shape: chunk, pipeline, .. } => {
                let (wanted, whole) = self.wanted(chunk, region)?;
                if !whole {
                    self.fill(out);
                }
                for part in &wanted {
                    self.chunk(part, chunk, pipeline, &shape, out)?;
                }
                if counted == Counted::Anew {
                    self.count(wanted.len() as u64, 0);
                }
            }
        }
        if element.swapped {
            flat::swap_bytes(element.dtype, out);
        }
        Ok(())
    }

    /// The chunks a region touches, and whether all of them are stored.
    fn wanted(&self, chunk: &[usize], region: &Region) -> Result<(Vec<Wanted>, bool)> {
        let boxed: Vec<Range<u64>> =
            region.iter().zip(chunk).map(|(r, n)| (r.start / n) as u64..r.end.div_ceil(*n) as u64).collect();
        let (found, count) = self.index()?.within(&boxed);
        let whole = found.len() as u64 == count;
        let wanted = found.into_iter().map(|(at, stored)| {
            let spans = at.iter().zip(chunk).zip(region).map(|((i, n), r)| {
                let origin = *i as usize * n;
                (origin, origin.max(r.start)..(origin + n).min(r.end), r.start)
            });
            let (mut local, mut target) = (Vec::new(), Vec::new());
            for (origin, span, start) in spans {
                local.push(span.start - origin..span.end - origin);
                target.push(span.start - start..span.end - start);
            }
            Wanted { stored, local, target }
        });
        Ok((wanted.collect(), whole))
    }

    fn index(&self) -> Result<&ChunkIndex> {
        let load = || match &self.layout.place {
            Place::Chunks { plan, .. } => {
                let reader = &self.file.reader;
                plan.load(reader.storage(), reader.superblock()).named(&self.file.path)
            }
            _ => Ok(ChunkIndex::default()),
        };
        self.index.get_or_init(load).as_ref().map_err(Clone::clone)
    }

    /// Reads the wanted part of a chunk to its place in the result.
    fn chunk(
        &self,
        part: &Wanted,
        chunk: &[usize],
        pipeline: &Pipeline,
        shape: &[usize],
        out: &mut [u8],
    ) -> Result<()> {
        let full = chunk.iter().product::<usize>() * self.layout.element.dtype.size();
        let at = self.absolute(part.stored.at);
        let held = self.file.stamp.length().saturating_sub(at);
        let stored = if pipeline.is_empty() { full as u64 } else { part.stored.size };
        if stored > held {
            return Err(Error::data(format!(
                "{}: the file is cut short: a chunk of {stored} bytes begins {held} bytes before its end",
                self.file.path.display()
            )));
        }
        if pipeline.is_empty() {
            return self.plain(at, part, chunk, shape, out);
        }
        SCRATCH.with_borrow_mut(|scratch| {
            room(&mut scratch.bytes, stored as usize)?;
            flat::read_at(&self.file.file, &mut scratch.bytes, at).map_err(|e| self.io(e))?;
            self.count(0, stored);
            pipeline.decode(part.stored.mask, scratch, full)?;
            self.place(&scratch.bytes, chunk, &part.local, part, shape, out);
            scratch.forget(KEPT);
            Ok(())
        })
    }

    /// Reads of a chunk that is stored as it is only what is wanted, straight to its place where that is one run.
    fn plain(&self, at: u64, part: &Wanted, chunk: &[usize], shape: &[usize], out: &mut [u8]) -> Result<()> {
        let size = self.layout.element.dtype.size();
        let bytes = region_shape(&part.local).iter().product::<usize>() * size;
        let runs = Runs::new(shape, &part.target);
        let read = |to: &mut [u8]| flat::read(&self.file.file, at, chunk, &part.local, size, to);
        let first = runs.start(0) * size;
        let direct = if runs.count() == 1 { out.get_mut(first..first + bytes) } else { None };
        if let Some(direct) = direct {
            self.count(0, read(direct).map_err(|e| self.io(e))?);
            return Ok(());
        }
        SCRATCH.with_borrow_mut(|scratch| {
            room(&mut scratch.bytes, bytes)?;
            self.count(0, read(&mut scratch.bytes).map_err(|e| self.io(e))?);
            let lengths = region_shape(&part.local);
            let all: Vec<_> = lengths.iter().map(|n| 0..*n).collect();
            self.place(&scratch.bytes, &lengths, &all, part, shape, out);
            scratch.forget(KEPT);
            Ok(())
        })
    }

    fn place(
        &self,
        from: &[u8],
        chunk: &[usize],
        local: &Region,
        part: &Wanted,
        shape: &[usize],
        out: &mut [u8],
    ) {
        let size = self.layout.element.dtype.size();
        flat::copy(
            size,
            from,
            Boxed { shape: chunk, region: local },
            out,
            Boxed { shape, region: &part.target },
        );
    }

    /// Fills memory with what was never written, in the file's byte order.
    fn fill(&self, out: &mut [u8]) {
        if self.layout.fill.iter().all(|b| *b == 0) {
            return out.fill(0);
        }
        for element in out.chunks_exact_mut(self.layout.fill.len()) {
            element.copy_from_slice(&self.layout.fill);
        }
    }

    /// A chunk of what was never written; takes the memory of one element.
    fn filled(&self, shape: &[usize]) -> Result<Chunk> {
        let element = self.layout.element;
        let mut one = MutableBuffer::from_len_zeroed(element.dtype.size());
        self.fill(one.as_slice_mut());
        if element.swapped {
            flat::swap_bytes(element.dtype, one.as_slice_mut());
        }
        let strides: Strides = std::iter::repeat_n(0, shape.len()).collect();
        Chunk::from_buffer(one.into(), element.dtype, &[])?.restride(Shape::from_slice(shape), strides, 0)
    }
}

impl ArraySource for Hdf5Source {
    fn dtype(&self) -> DType {
        self.0.layout.element.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.0.layout.shape
    }

    fn storage_chunks(&self) -> Option<&[usize]> {
        self.0.pieces.as_deref()
    }

    fn is_compressed(&self) -> bool {
        matches!(&self.0.layout.place, Place::Chunks { pipeline, .. } if pipeline.is_compressed())
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        let name = self.describe();
        check_region(&name, self.shape(), region)?;
        self.0.read(region).map_err(|e| e.context(name))
    }

    fn reads_bands(&self) -> bool {
        match &self.0.layout.place {
            Place::Inside(_) => false,
            Place::Flat(_) => true,
            Place::Chunks { pipeline, .. } => pipeline.is_empty(),
        }
    }

    fn bands(&self, region: &Region) -> Result<Option<Bands<'_>>> {
        let (name, inner) = (self.describe(), &*self.0);
        check_region(&name, self.shape(), region)?;
        let empty = region.iter().any(Range::is_empty);
        if empty || !self.reads_bands() || inner.never_written(region).map_err(|e| e.context(name.clone()))? {
            return Ok(None);
        }
        if let Place::Chunks { shape, .. } = &inner.layout.place {
            inner.count(inner.wanted(shape, region)?.0.len() as u64, 0);
        }
        let read = move |part: &Region, out: &mut [u8]| {
            inner.read_into(part, out, Counted::Before).map_err(|e| e.context(name.clone()))
        };
        let bands = Bands::new(self.dtype(), region, Box::new(read));
        Ok(Some(match &inner.layout.place {
            Place::Chunks { shape, .. } => bands.of_chunks(shape),
            _ => bands,
        }))
    }

    fn key(&self) -> Key {
        self.0.key
    }

    fn travel(&self) -> Result<Travelling> {
        Travelling::new("hdf5", &(absolute(&self.0.file.path), self.0.file.stamp, &self.0.dataset))
    }

    fn describe(&self) -> String {
        format!("{}:{}", self.0.file.path.display(), self.0.dataset)
    }
}

impl fmt::Debug for Hdf5Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hdf5Source({})", self.describe())
    }
}
