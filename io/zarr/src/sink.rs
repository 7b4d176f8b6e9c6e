//! Chunks into a Zarr array, in any order and by any number of threads and processes; the folder appears when it is complete.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use swath_array_io::flat::{self, Place};
use swath_array_io::{
    ArraySink, Region, SinkKind, Travelling, absolute, check_local, check_write, region_shape,
};
use swath_aside::AsideDir;
use swath_block::{Chunk, DType};
use swath_error::{Error, ErrorKind, Result};
use zarrs::array::{Array, ArrayBytes, ArrayToBytesCodecTraits, CodecOptions};

use crate::element::version_2_name;
use crate::failure::{cannot_open, cannot_use, guarded};
use crate::folder::Folder;

inventory::submit! {
    SinkKind { name: "zarr", join: |from| Ok(Box::new(ZarrSink::join(from)?)) }
}

/// Bytes of a chunk where none were asked for.
const CHUNK_BYTES: usize = 16 << 20;

/// How an array is stored: version 3, compressed with zstd.
///
/// ```
/// use swath_zarr::ZarrOptions;
/// let options = ZarrOptions::default().chunks([100, 100]).shards([1000, 1000]).zstd(5);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZarrOptions {
    chunks: Option<Vec<usize>>,
    shards: Option<Vec<usize>>,
    codec: Option<(&'static str, i32)>,
    version_2: bool,
    overwrite: bool,
}

impl Default for ZarrOptions {
    fn default() -> Self {
        Self { chunks: None, shards: None, codec: Some(("zstd", 1)), version_2: false, overwrite: false }
    }
}

impl ZarrOptions {
    /// Stores chunks of this shape.
    #[must_use]
    pub fn chunks(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.chunks = Some(shape.into());
        self
    }

    /// Puts the chunks of a region of this shape, a multiple of theirs, in one file.
    #[must_use]
    pub fn shards(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.shards = Some(shape.into());
        self
    }

    /// Compresses chunks with zstd.
    #[must_use]
    pub fn zstd(mut self, level: i32) -> Self {
        self.codec = Some(("zstd", level));
        self
    }

    /// Compresses chunks with gzip at a level from 0 to 9.
    #[must_use]
    pub fn gzip(mut self, level: i32) -> Self {
        self.codec = Some(("gzip", level.clamp(0, 9)));
        self
    }

    /// Stores chunks as they are.
    #[must_use]
    pub fn uncompressed(mut self) -> Self {
        self.codec = None;
        self
    }

    /// Writes version 2 of the format, for older readers.
    #[must_use]
    pub fn version_2(mut self) -> Self {
        self.version_2 = true;
        self
    }

    /// Replaces an array that is there already.
    #[must_use]
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// Whether chunks are put together in shards.
    pub fn is_sharded(&self) -> bool {
        self.shards.is_some()
    }

    /// The shape that regions written at once are multiples of, for an array computed in `blocks`: a shard, or a chunk.
    ///
    /// # Errors
    /// As [`ZarrSink::create`].
    pub fn file_shape(&self, dtype: DType, shape: &[usize], blocks: &[usize]) -> Result<Vec<usize>> {
        let (chunk, shard) = self.shapes(dtype, shape, blocks)?;
        Ok(shard.unwrap_or(chunk))
    }

    /// The shapes of a chunk, and of a shard where there are shards.
    fn shapes(
        &self,
        dtype: DType,
        shape: &[usize],
        blocks: &[usize],
    ) -> Result<(Vec<usize>, Option<Vec<usize>>)> {
        let wrong = |what: &str, got: &[usize]| {
            Error::new(ErrorKind::ShapeMismatch, format!("{what} of {got:?} for an array of shape {shape:?}"))
                .with_help("name a length of at least 1 for every axis; shards are multiples of chunks")
        };
        let fits = |lengths: &[usize]| lengths.len() == shape.len() && !lengths.contains(&0);
        let chunk = match &self.chunks {
            Some(chunk) if fits(chunk) => chunk.clone(),
            Some(chunk) => return Err(wrong("chunks", chunk)),
            None => divided(dtype, shape, self.shards.as_deref().unwrap_or(blocks)),
        };
        match &self.shards {
            None => Ok((chunk, None)),
            Some(_) if self.version_2 => {
                Err(Error::unsupported("shards in version 2 of Zarr").with_help("write version 3"))
            }
            Some(shard) if fits(shard) && shard.iter().zip(&chunk).all(|(s, c)| s % c == 0) => {
                Ok((chunk, Some(shard.clone())))
            }
            Some(shard) => Err(wrong("shards", shard)),
        }
    }

    fn metadata(&self, dtype: DType, shape: &[usize], chunk: &[usize], shard: Option<&[usize]>) -> Value {
        let zero = match dtype {
            DType::Bool => json!(false),
            DType::C64 | DType::C128 => json!([0.0, 0.0]),
            DType::F32 | DType::F64 => json!(0.0),
            _ => json!(0),
        };
        if self.version_2 {
            let compressor = self.codec.map(|(name, level)| json!({"id": name, "level": level}));
            return json!({
                "zarr_format": 2, "shape": shape, "chunks": chunk, "dtype": version_2_name(dtype),
                "compressor": compressor, "fill_value": zero, "order": "C", "filters": null,
                "dimension_separator": "/",
            });
        }
        let endian = if cfg!(target_endian = "big") { "big" } else { "little" };
        let bytes = if dtype.size() == 1 {
            json!({"name": "bytes"})
        } else {
            json!({"name": "bytes", "configuration": {"endian": endian}})
        };
        let mut codecs = vec![bytes];
        codecs.extend(self.codec.map(|(name, level)| match name {
            "zstd" => json!({"name": name, "configuration": {"level": level, "checksum": false}}),
            _ => json!({"name": name, "configuration": {"level": level}}),
        }));
        if shard.is_some() {
            codecs = vec![json!({"name": "sharding_indexed", "configuration": {
                "chunk_shape": chunk,
                "codecs": codecs,
                "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
                "index_location": "end",
            }})];
        }
        json!({
            "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": dtype.name(),
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shard.unwrap_or(chunk)}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": zero, "codecs": codecs, "attributes": {},
        })
    }
}

/// Parts of a block, each a whole divisor of it where that makes them small enough.
fn divided(dtype: DType, shape: &[usize], blocks: &[usize]) -> Vec<usize> {
    let block = |(i, n): (usize, &usize)| blocks.get(i).copied().unwrap_or(*n).clamp(1, (*n).max(1));
    let mut chunk: Vec<usize> = shape.iter().enumerate().map(block).collect();
    while chunk.iter().product::<usize>().saturating_mul(dtype.size()) > CHUNK_BYTES {
        let Some(longest) = chunk.iter_mut().max_by_key(|n| **n).filter(|n| **n > 1) else { break };
        let factor = (2..=7).find(|f| *longest % f == 0);
        let Some(factor) = factor else { break };
        *longest /= factor;
    }
    chunk
}

/// A Zarr array being written. Regions begin and end at chunks (at shards, where there are any) or at the array's end.
#[derive(Debug)]
pub struct ZarrSink {
    path: PathBuf,
    /// The folder until it is finished.
    folder: PathBuf,
    /// None where another process created it, and finishes it.
    aside: Mutex<Option<AsideDir>>,
    array: Array<Folder>,
    dtype: DType,
    shape: Vec<usize>,
    /// The shape of what one file holds.
    file: Vec<usize>,
    overwrite: bool,
    finished: AtomicBool,
}

/// What another process needs to write to the array too.
#[derive(Serialize, Deserialize)]
struct Joined {
    path: PathBuf,
    folder: PathBuf,
    dtype: DType,
    shape: Vec<usize>,
    file: Vec<usize>,
}

impl ZarrSink {
    /// Starts an array, aside.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] when something is there already and is not to be replaced,
    /// [`ErrorKind::ShapeMismatch`] for chunks or shards that do not fit the shape, [`ErrorKind::Io`] when nothing can be
    /// written there.
    pub fn create(
        path: impl AsRef<Path>,
        dtype: DType,
        shape: &[usize],
        options: &ZarrOptions,
    ) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        check_local(&path)?;
        if !options.overwrite && std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::argument(format!("'{}' is there already", path.display()))
                .with_help("write to another path, or ask for overwriting"));
        }
        let (chunk, shard) =
            options.shapes(dtype, shape, shape).map_err(|e| e.context(path.display().to_string()))?;
        let aside = AsideDir::create(&path)?;
        let metadata = options.metadata(dtype, shape, &chunk, shard.as_deref());
        let name = if options.version_2 { ".zarray" } else { "zarr.json" };
        let text = serde_json::to_vec_pretty(&metadata)
            .map_err(|e| Error::internal("Zarr metadata cannot be encoded").with_source(e))?;
        std::fs::write(aside.path().join(name), text).map_err(|e| Error::io(path.display(), e))?;
        let from = Joined {
            folder: aside.path().to_owned(),
            path,
            dtype,
            shape: shape.to_vec(),
            file: shard.unwrap_or(chunk),
        };
        Self::with(from, Some(aside), options.overwrite)
    }

    fn with(from: Joined, aside: Option<AsideDir>, overwrite: bool) -> Result<Self> {
        let Joined { path, folder, dtype, shape, file } = from;
        let array = guarded(&path, || {
            Array::open(Arc::new(Folder::new(folder.clone())), "/").map_err(|e| cannot_open(&path, e))
        })?;
        let (aside, finished) = (Mutex::new(aside), AtomicBool::new(false));
        Ok(Self { path, folder, aside, array, dtype, shape, file, overwrite, finished })
    }

    /// The folder that another process has created, seen from here.
    fn join(from: &Travelling) -> Result<Self> {
        Self::with(from.read()?, None, false).map_err(|e| {
            e.with_help("every process that writes an array must see its folder under the same path")
        })
    }

    /// Writes the file that holds the chunk, or shard, at a place of the grid.
    fn write_file(&self, at: &[usize], region: &Region, bytes: &[u8]) -> Result<()> {
        let (mut local, mut given, mut whole) = (Vec::new(), Vec::new(), true);
        for (((i, c), r), n) in at.iter().zip(&self.file).zip(region).zip(&self.shape) {
            let (start, end) = (i * c, ((i + 1) * c).min(*n));
            let (from, to) = (start.max(r.start), end.min(r.end));
            local.push(from - start..to - start);
            given.push(from - r.start..to - r.start);
            whole &= from == start && to == end;
        }
        if !whole {
            let message =
                format!("{}: a region covers parts of chunks of {:?}", self.path.display(), self.file);
            return Err(Error::new(ErrorKind::ShapeMismatch, message).with_help(
                "write regions that begin and end at chunks: rechunk the array to multiples of them",
            ));
        }
        let size = self.dtype.size();
        let mut full = vec![0; self.file.iter().product::<usize>() * size];
        let source = Place { shape: &region_shape(region), region: &given };
        flat::copy(size, bytes, source, &mut full, Place { shape: &self.file, region: &local });
        let indices: Vec<u64> = at.iter().map(|i| *i as u64).collect();
        let encoded = self.encode(&indices, full)?;
        let target = self.folder.join(self.array.chunk_key(&indices).as_str());
        let io = |e| Error::io(self.path.display(), e);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        std::fs::write(target, encoded).map_err(io)
    }

    fn encode(&self, at: &[u64], bytes: Vec<u8>) -> Result<Vec<u8>> {
        let array = &self.array;
        let options = CodecOptions::default().with_concurrent_target(1);
        let shape = array.chunk_shape(at).map_err(|e| cannot_use(&self.path, e))?;
        let encoded = array.codecs().encode(
            ArrayBytes::Fixed(bytes.into()),
            &shape,
            array.data_type(),
            array.fill_value(),
            &options,
        );
        Ok(encoded.map_err(|e| cannot_use(&self.path, e.into()))?.into_owned())
    }
}

/// The places of the grid that a region touches.
fn touched(region: &Region, file: &[usize]) -> Vec<Vec<usize>> {
    let spans: Vec<Range<usize>> =
        region.iter().zip(file).map(|(r, c)| r.start / c..r.end.div_ceil(*c)).collect();
    let mut places = vec![Vec::new()];
    for span in spans {
        places = places
            .into_iter()
            .flat_map(|place: Vec<usize>| span.clone().map(move |i| [place.clone(), vec![i]].concat()))
            .collect();
    }
    places
}

impl ArraySink for ZarrSink {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
        let region = check_write(&self.describe(), self.dtype, &self.shape, offset, chunk)?;
        if chunk.is_empty() {
            return Ok(());
        }
        let chunk = flat::in_row_major_order(chunk)?;
        let bytes = chunk.as_bytes().ok_or_else(|| Error::internal("a copied chunk is not contiguous"))?;
        touched(&region, &self.file)
            .iter()
            .try_for_each(|at| guarded(&self.path, || self.write_file(at, &region, bytes)))
    }

    fn finish(&self) -> Result<()> {
        let Some(aside) = self.aside.lock().take().filter(|_| !self.finished.swap(true, Ordering::SeqCst))
        else {
            return Err(Error::internal(format!("{} was finished twice", self.path.display())));
        };
        if !self.overwrite || !self.path.exists() {
            return aside.commit();
        }
        // The old array steps aside until the new one is in its place.
        let old = AsideDir::create(&self.path)?;
        let away = old.path().join("old");
        std::fs::rename(&self.path, &away).map_err(|e| Error::io(self.path.display(), e))?;
        aside.commit()
    }

    fn travel(&self) -> Result<Travelling> {
        if self.aside.lock().is_none() {
            return Err(Error::internal(format!("{} is not open for writing", self.path.display())));
        }
        let joined = Joined {
            path: absolute(&self.path),
            folder: absolute(&self.folder),
            dtype: self.dtype,
            shape: self.shape.clone(),
            file: self.file.clone(),
        };
        Travelling::new("zarr", &joined)
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }
}
