//! Folders of `.npy` files that make one array, side by side along one axis.
//!
//! Files are called `0.npy`, `1.npy`, …; `info`, as Dask writes and reads it, says along which axis they lie.

use std::fs::OpenOptions;
use std::ops::Range;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use swath_aside::AsideDir;
use swath_block::{Chunk, DType, zeroed_buffer};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Key;

use super::header::Header;
use super::reader::NpySource;
use crate::flat::{self, Place, write_at};
use crate::stamp::{absolute, seen_everywhere};
use crate::{
    ArraySink, ArraySource, Region, SinkKind, SourceKind, Travelling, check_region, check_write, region_shape,
};

inventory::submit! {
    SourceKind { name: "npy-stack", open: |from| Ok(std::sync::Arc::new(NpyStackSource::reopen(from)?)) }
}

inventory::submit! {
    SinkKind { name: "npy-stack", join: |from| Ok(Box::new(NpyStackSink::join(from)?)) }
}

/// Files of a stack at most.
const MOST: usize = 1 << 20;

/// The array in a folder of `.npy` files. A file is open only while it is read.
///
/// ```
/// use swath_array_io::{ArraySource, NpyStackSource, write_npy};
/// use swath_block::Chunk;
/// # let folder = tempfile::tempdir()?;
/// for (i, first) in [0, 3].into_iter().enumerate() {
///     let chunk = Chunk::from_vec(vec![first, first + 1, first + 2], &[3])?;
///     write_npy(folder.path().join(format!("{i}.npy")), &chunk)?;
/// }
/// let source = NpyStackSource::open(folder.path())?;
/// assert_eq!(source.read(&[2..4])?.as_slice::<i32>()?, Some(&[2, 3][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpyStackSource {
    folder: PathBuf,
    dtype: DType,
    shape: Vec<usize>,
    axis: usize,
    /// The length of each file along the axis, and its key.
    lengths: Vec<usize>,
    keys: Vec<Key>,
    key: Key,
}

impl NpyStackSource {
    /// Opens a folder and checks that its files fit together.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no `0.npy` in it; [`ErrorKind::SchemaMismatch`] when files differ in type or in
    /// their lengths along other axes; as [`NpySource::open`] for each.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref().to_path_buf();
        let first = NpySource::open(file(&folder, 0))?;
        let (dtype, mut shape) = (first.dtype(), first.shape().to_vec());
        let axis = std::fs::read(folder.join("info")).ok().and_then(|text| axis_of(&text)).unwrap_or(0);
        if axis >= shape.len() {
            let message = format!("'{}': files of shape {shape:?} along axis {axis}", folder.display());
            return Err(Error::new(ErrorKind::SchemaMismatch, message));
        }
        let others = |shape: &[usize]| -> Vec<usize> {
            shape.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, n)| *n).collect()
        };
        let along = |shape: &[usize]| shape.get(axis).copied().unwrap_or(0);
        let (mut lengths, mut keys) = (vec![along(&shape)], vec![first.key()]);
        while lengths.len() < MOST && file(&folder, lengths.len()).exists() {
            let path = file(&folder, lengths.len());
            let next = NpySource::open(&path)?;
            if next.dtype() != dtype || others(next.shape()) != others(&shape) {
                return Err(Error::new(
                    ErrorKind::SchemaMismatch,
                    format!(
                        "'{}' holds {:?} of {}, which does not fit {shape:?} of {dtype} along axis {axis}",
                        path.display(),
                        next.shape(),
                        next.dtype()
                    ),
                ));
            }
            lengths.push(along(next.shape()));
            keys.push(next.key());
        }
        let total = lengths.iter().try_fold(0usize, |n, d| n.checked_add(*d));
        let total =
            total.ok_or_else(|| Error::data(format!("'{}': the files are damaged", folder.display())))?;
        shape.get_mut(axis).into_iter().for_each(|n| *n = total);
        let mut builder = Key::of("npy-stack").u64(axis as u64);
        for key in &keys {
            builder = builder.key(*key);
        }
        let key = builder.finish();
        Ok(Self { folder, dtype, shape, axis, lengths, keys, key })
    }

    fn reopen(from: &Travelling) -> Result<Self> {
        let (folder, key): (PathBuf, Key) = from.read()?;
        let source = Self::open(&folder).map_err(seen_everywhere)?;
        if source.key != key {
            return Err(Error::data(format!(
                "'{}' is another folder here, or has changed",
                folder.display()
            )));
        }
        Ok(source)
    }

    /// The axis along which the files lie.
    pub fn axis(&self) -> usize {
        self.axis
    }

    /// The lengths of the files along that axis.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Reads from one of the files, which must be the one that was there when the folder was opened.
    fn read_file(&self, i: usize, region: &Region) -> Result<Chunk> {
        let source = NpySource::open(file(&self.folder, i))?;
        if self.keys.get(i) != Some(&source.key()) {
            return Err(Error::data(format!(
                "'{}' has changed since it was opened",
                source.path().display()
            )));
        }
        source.read(region)
    }
}

/// The files that a range along the axis touches: which, what of them, and where in the range that goes.
fn touched(lengths: &[usize], range: &Range<usize>) -> Vec<(usize, Range<usize>, Range<usize>)> {
    let mut start = 0;
    let mut found = Vec::new();
    for (i, n) in lengths.iter().enumerate() {
        let (from, to) = (range.start.max(start), range.end.min(start + n));
        if from < to {
            found.push((i, from - start..to - start, from - range.start..to - range.start));
        }
        start += n;
    }
    found
}

fn file(folder: &Path, i: usize) -> PathBuf {
    folder.join(format!("{i}.npy"))
}

fn replaced(region: &Region, axis: usize, range: Range<usize>) -> Vec<Range<usize>> {
    let mut region = region.to_vec();
    region.get_mut(axis).into_iter().for_each(|r| *r = range.clone());
    region
}

impl ArraySource for NpyStackSource {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        check_region(&self.describe(), &self.shape, region)?;
        let shape = region_shape(region);
        let empty = 0..0;
        let parts = touched(&self.lengths, region.get(self.axis).unwrap_or(&empty));
        if let [(i, local, _)] = parts.as_slice() {
            return self.read_file(*i, &replaced(region, self.axis, local.clone()));
        }
        let size = self.dtype.size();
        let mut out = zeroed_buffer(shape.iter().product::<usize>() * size)?;
        let all: Vec<_> = shape.iter().map(|n| 0..*n).collect();
        for (i, local, target) in parts {
            let part = self.read_file(i, &replaced(region, self.axis, local))?;
            let part = flat::in_row_major_order(&part)?;
            let bytes = part.as_bytes().ok_or_else(|| Error::internal("a copied chunk is not contiguous"))?;
            let whole: Vec<_> = part.shape().iter().map(|n| 0..*n).collect();
            let target = replaced(&all, self.axis, target);
            let from = Place { shape: part.shape(), region: &whole };
            flat::copy(size, bytes, from, out.as_slice_mut(), Place { shape: &shape, region: &target });
        }
        Chunk::from_buffer(out.into(), self.dtype, &shape)
    }

    fn key(&self) -> Key {
        self.key
    }

    fn travel(&self) -> Result<Travelling> {
        Travelling::new("npy-stack", &(absolute(&self.folder), self.key))
    }

    fn describe(&self) -> String {
        self.folder.display().to_string()
    }
}

/// What Dask's `info` says of the axis. It is a pickle of a dictionary, in which the key is followed by a small integer.
fn axis_of(pickle: &[u8]) -> Option<usize> {
    let at = pickle.windows(4).rposition(|w| w == b"axis")?;
    let mut rest = pickle.get(at + 4..)?;
    // In the text form a quote and a newline follow, then memos.
    rest = rest.strip_prefix(b"'").unwrap_or(rest);
    rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    if let Some(memo) = rest.strip_prefix(b"p") {
        rest = memo.get(memo.iter().position(|b| *b == b'\n')? + 1..)?;
    }
    rest = rest.strip_prefix(b"\x94").unwrap_or(rest);
    rest = match rest {
        [b'q', _, after @ ..] => after,
        other => other,
    };
    match rest {
        [b'K', axis, ..] => Some(usize::from(*axis)),
        [b'I' | b'L', text @ ..] => {
            let digits = text.iter().take_while(|b| b.is_ascii_digit());
            let digits: String = digits.map(|b| char::from(*b)).collect();
            digits.parse().ok().filter(|n| *n < 64)
        }
        _ => None,
    }
}

/// The pickle that Dask reads: chunks, element type and axis.
fn info(dtype: DType, shape: &[usize], axis: usize, lengths: &[usize]) -> String {
    let numbers = |lengths: &[usize]| lengths.iter().fold(String::new(), |text, n| text + &format!("I{n}\n"));
    let along = |(i, n): (usize, &usize)| {
        let inner = if i == axis { numbers(lengths) } else { numbers(&[*n]) };
        format!("({inner}t")
    };
    let chunks: String = shape.iter().enumerate().map(along).collect();
    format!("(dS'chunks'\n({chunks}tsS'dtype'\ncnumpy\ndtype\n(S'{dtype}'\ntRsS'axis'\nI{axis}\ns.")
}

/// A folder of `.npy` files being written.
#[derive(Debug)]
pub struct NpyStackSink {
    path: PathBuf,
    folder: PathBuf,
    /// None where another process created the folder, and finishes it.
    aside: Mutex<Option<AsideDir>>,
    layout: Layout,
}

/// Which elements are in which file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Layout {
    dtype: DType,
    shape: Vec<usize>,
    axis: usize,
    lengths: Vec<usize>,
}

impl NpyStackSink {
    /// Starts a folder, aside, of files with these `lengths` along `axis`.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] when the lengths do not add up to the shape, [`ErrorKind::InvalidArgument`] when the
    /// folder is there and not empty, [`ErrorKind::Io`] when nothing can be written there.
    pub fn create(
        folder: impl AsRef<Path>,
        dtype: DType,
        shape: &[usize],
        axis: usize,
        lengths: &[usize],
    ) -> Result<Self> {
        let path = folder.as_ref().to_path_buf();
        if std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::argument(format!("the folder '{}' is not empty", path.display())));
        }
        if shape.get(axis) != Some(&lengths.iter().sum()) {
            let message =
                format!("files of lengths {lengths:?} along axis {axis} for an array of shape {shape:?}");
            return Err(Error::new(ErrorKind::ShapeMismatch, message));
        }
        let aside = AsideDir::create(&path)?;
        let io = |e| Error::io(path.display(), e);
        let layout = Layout { dtype, shape: shape.to_vec(), axis, lengths: lengths.to_vec() };
        for i in 0..lengths.len() {
            let own = layout.file_shape(i);
            let start = Header::encode(dtype, &own)?;
            let file = aside.part(format!("{i}.npy"))?;
            file.set_len((start.len() + own.iter().product::<usize>() * dtype.size()) as u64).map_err(io)?;
            write_at(&file, &start, 0).map_err(io)?;
        }
        std::fs::write(aside.path().join("info"), info(dtype, shape, axis, lengths)).map_err(io)?;
        let folder = aside.path().to_owned();
        Ok(Self { path, folder, aside: Mutex::new(Some(aside)), layout })
    }

    /// The folder that another process has created, seen from here.
    fn join(from: &Travelling) -> Result<Self> {
        let (path, folder, layout): (PathBuf, PathBuf, Layout) = from.read()?;
        if !folder.is_dir() {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(Error::io(folder.display(), missing)
                .with_help("every process that writes an array must see its folder under the same path"));
        }
        Ok(Self { path, folder, aside: Mutex::new(None), layout })
    }
}

impl Layout {
    fn file_shape(&self, i: usize) -> Vec<usize> {
        let mut shape = self.shape.clone();
        let length = self.lengths.get(i).copied().unwrap_or(0);
        shape.get_mut(self.axis).into_iter().for_each(|n| *n = length);
        shape
    }
}

impl ArraySink for NpyStackSink {
    fn dtype(&self) -> DType {
        self.layout.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
        let Layout { dtype, axis, lengths, shape } = &self.layout;
        let region = check_write(&self.describe(), *dtype, shape, offset, chunk)?;
        let chunk = flat::in_row_major_order(chunk)?;
        let bytes = chunk.as_bytes().ok_or_else(|| Error::internal("a copied chunk is not contiguous"))?;
        let io = |e| Error::io(self.path.display(), e);
        let whole: Vec<_> = chunk.shape().iter().map(|n| 0..*n).collect();
        for (i, local, given) in touched(lengths, region.get(*axis).unwrap_or(&(0..0))) {
            let given = replaced(&whole, *axis, given);
            let part_shape = region_shape(&given);
            let mut part = vec![0; part_shape.iter().product::<usize>() * dtype.size()];
            let all: Vec<_> = part_shape.iter().map(|n| 0..*n).collect();
            let from = Place { shape: chunk.shape(), region: &given };
            flat::copy(dtype.size(), bytes, from, &mut part, Place { shape: &part_shape, region: &all });
            let own = self.layout.file_shape(i);
            let data = Header::encode(*dtype, &own)?.len() as u64;
            let file = OpenOptions::new().write(true).open(file(&self.folder, i)).map_err(io)?;
            flat::write(&file, data, &own, &replaced(&region, *axis, local), dtype.size(), &part)
                .map_err(io)?;
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
        if self.aside.lock().is_none() {
            return Err(Error::internal(format!("{} is not open for writing", self.path.display())));
        }
        Travelling::new("npy-stack", &(absolute(&self.path), absolute(&self.folder), self.layout.clone()))
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_of_pickles() {
        // Protocols 4, 2 and 0, as `pickle.dumps({'axis': 1}, protocol)` writes them.
        assert_eq!(axis_of(b"\x80\x04\x95\x0d\0\0\0\0\0\0\0}\x94\x8c\x04axis\x94K\x01s."), Some(1));
        assert_eq!(axis_of(b"\x80\x02}q\0X\x04\0\0\0axisq\x01K\x01s."), Some(1));
        assert_eq!(axis_of(b"(dp0\nVaxis\np1\nI1\ns."), Some(1));
        assert_eq!(axis_of(info(DType::F64, &[2, 5], 1, &[2, 3]).as_bytes()), Some(1));
        assert_eq!(axis_of(b"nothing"), None);
    }

    #[test]
    fn ranges_fall_into_files() {
        assert_eq!(touched(&[3, 0, 4], &(2..5)), [(0, 2..3, 0..1), (2, 0..2, 1..3)]);
        assert_eq!(touched(&[3, 4], &(3..3)), []);
    }
}
