//! Chunks into a Zarr array, in any order and by any number of threads and processes; the folder appears when it is complete.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use swath_array_io::flat::{self, Place};
use swath_array_io::{
    ArraySink, Region, SinkKind, Travelling, absolute, check_local, check_write, region_shape,
};
use swath_aside::AsideDir;
use swath_block::{Chunk, DType};
use swath_error::{Error, ErrorKind, Result};
use zarrs::array::{Array, ArrayBytes, ArrayToBytesCodecTraits, CodecOptions};

use crate::failure::{cannot_open, cannot_use, guarded};
use crate::folder::Folder;
use crate::options::ZarrOptions;

inventory::submit! {
    SinkKind { name: "zarr", join: |from| Ok(Box::new(ZarrSink::join(from)?)) }
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
        if options.version_2 && !options.attributes.is_empty() {
            let text = options.attributes().to_string();
            std::fs::write(aside.path().join(".zattrs"), text).map_err(|e| Error::io(path.display(), e))?;
        }
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
