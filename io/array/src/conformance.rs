//! What every source and sink must do, as checks that an implementation's own tests call.
//!
//! In: a small array behind the interface. Out: nothing, or an error that names the rule that was broken. It never looks at
//! how the array is stored.

use std::ops::Range;

use swath_block::Chunk;
use swath_error::{Error, ErrorKind, Result};

use crate::flat::in_row_major_order;
use crate::{ArraySink, ArraySource, Region, decode_source, region_shape};

/// Elements of an array at most: every check reads it whole.
const MOST: usize = 1 << 22;

/// Threads that read at once.
const THREADS: usize = 4;

fn broken(rule: &str, found: impl std::fmt::Debug) -> Error {
    Error::internal(format!("a source breaks a rule: {rule}; found {found:?}"))
}

fn hold(rule: &str, holds: bool, found: impl std::fmt::Debug) -> Result<()> {
    if holds { Ok(()) } else { Err(broken(rule, found)) }
}

/// Checks that a source keeps the contract of [`ArraySource`]: regions agree with the whole, in every shape and from several
/// threads; regions that leave the array are refused; the key stays; and a source that travels arrives as itself. The array
/// should have at least two elements along an axis, and four million in all at most.
///
/// ```
/// use swath_array_io::{MemorySource, conformance};
/// let array = ndarray::Array3::from_shape_fn((4, 5, 6), |(i, j, k)| (100 * i + 10 * j + k) as i32);
/// conformance::check_source(&MemorySource::from_ndarray(array))?;
/// # Ok::<(), swath_error::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Internal`], naming the rule that was broken; the source's own errors.
pub fn check_source(source: &dyn ArraySource) -> Result<()> {
    let shape = source.shape().to_vec();
    let count: usize = shape.iter().product();
    if count > MOST {
        return Err(Error::argument(format!(
            "a source is checked on a small array, this one has {count} elements"
        )));
    }
    hold("describe() says what it is", !source.describe().is_empty(), "nothing")?;
    hold("key() is always the same", source.key() == source.key(), "two keys")?;
    if let Some(pieces) = source.storage_chunks() {
        let fits = pieces.len() == shape.len() && !pieces.contains(&0);
        hold("storage_chunks() has a length of at least 1 for every axis", fits, pieces)?;
    }
    let whole = read(source, &full(&shape))?;
    let regions = regions(&shape);
    for region in &regions {
        compare(&whole, &shape, region, &read(source, region)?)?;
        in_bands(source, &whole, &shape, region)?;
    }
    refuses(source, &shape)?;
    read_at_once(source, &whole, &shape, &regions)?;
    match source.travel() {
        Ok(sent) => {
            let there = decode_source(&sent)?;
            hold("a source that travels keeps its shape", there.shape() == shape, there.shape())?;
            hold("a source that travels keeps its key", there.key() == source.key(), "another key")?;
            compare(&whole, &shape, &full(&shape), &read(&*there, &full(&shape))?)
        }
        Err(e) => hold("travel() is refused as unsupported", e.kind() == ErrorKind::Unsupported, e.kind()),
    }
}

fn full(shape: &[usize]) -> Vec<Range<usize>> {
    shape.iter().map(|n| 0..*n).collect()
}

/// Reads a region and checks that the chunk is what was asked for.
fn read(source: &dyn ArraySource, region: &Region) -> Result<Chunk> {
    let chunk = source.read(region)?;
    let lengths = region_shape(region);
    hold("a chunk has the region's shape", chunk.shape() == lengths, (chunk.shape(), lengths))?;
    hold("a chunk has the source's type", chunk.dtype() == source.dtype(), chunk.dtype())?;
    in_row_major_order(&chunk)
}

/// Regions of many shapes: the whole, single elements, halves, the inside, rows, nothing.
fn regions(shape: &[usize]) -> Vec<Vec<Range<usize>>> {
    let mut regions = vec![full(shape)];
    let along = |pick: &dyn Fn(usize) -> Range<usize>| shape.iter().map(|n| pick(*n)).collect::<Vec<_>>();
    regions.push(along(&|n| 0..n.min(1)));
    regions.push(along(&|n| n.saturating_sub(1)..n));
    regions.push(along(&|n| n / 2..n));
    regions.push(along(&|n| 0..n / 2));
    regions.push(along(&|n| n / 3..n - n / 3));
    for axis in 0..shape.len() {
        for pick in [0..0, 0..1, 1..2] {
            let mut region = full(shape);
            if let Some(slot) = region.get_mut(axis).filter(|r| r.end >= pick.end) {
                *slot = pick;
                regions.push(region);
            }
        }
    }
    regions
}

/// Reads a region in bands of one row, two rows and so on, when the source offers it.
fn in_bands(source: &dyn ArraySource, whole: &Chunk, shape: &[usize], region: &Region) -> Result<()> {
    let Some(mut bands) = source.bands(region)? else { return Ok(()) };
    hold("a source that gives bands says so", source.reads_bands(), source.describe())?;
    let axis = region.iter().position(|r| r.len() > 1).unwrap_or(0);
    let mut rest = region.to_vec();
    for rows in 1.. {
        let mut part = rest.clone();
        if let (Some(now), Some(later)) = (part.get_mut(axis), rest.get_mut(axis)) {
            now.end = now.end.min(now.start + rows);
            later.start = now.end;
        }
        let lengths = region_shape(&part);
        let band = bands.next_rows(lengths.get(axis).copied().unwrap_or(1))?;
        hold("a band has the type and shape asked for", band.shape() == lengths, (band.shape(), &lengths))?;
        compare(whole, shape, &part, &in_row_major_order(&band)?)?;
        if rest.get(axis).is_none_or(Range::is_empty) {
            break;
        }
    }
    let more = bands.next_rows(1).is_err();
    hold("a region has no more rows than it has", more || region.is_empty(), region)
}

/// Compares a region's chunk with the same part of the whole, byte by byte.
fn compare(whole: &Chunk, shape: &[usize], region: &Region, part: &Chunk) -> Result<()> {
    let size = whole.dtype().size();
    let (Some(all), Some(got)) = (whole.as_bytes(), part.as_bytes()) else {
        return Err(Error::internal("a copied chunk is not contiguous"));
    };
    let runs = crate::flat::Runs::new(shape, region);
    for (i, run) in got.chunks_exact((runs.len * size).max(1)).enumerate().take(runs.count()) {
        let at = runs.start(i) * size;
        hold("a region holds what the whole holds there", all.get(at..at + run.len()) == Some(run), region)?;
    }
    Ok(())
}

/// Regions that leave the array, or have another number of axes.
fn refuses(source: &dyn ArraySource, shape: &[usize]) -> Result<()> {
    let mut longer = full(shape);
    longer.push(0..1);
    let mut wrong = vec![longer];
    for axis in 0..shape.len() {
        let mut region = full(shape);
        region.get_mut(axis).into_iter().for_each(|r| r.end += 1);
        wrong.push(region);
    }
    for region in wrong {
        let kind = source.read(&region).map(|_| ()).map_err(|e| e.kind());
        let rule = "a region that leaves the array is refused as a mismatch of shapes";
        hold(rule, kind == Err(ErrorKind::ShapeMismatch), (region, kind))?;
    }
    Ok(())
}

fn read_at_once(
    source: &dyn ArraySource,
    whole: &Chunk,
    shape: &[usize],
    regions: &[Vec<Range<usize>>],
) -> Result<()> {
    let all = || regions.iter().try_for_each(|r| compare(whole, shape, r, &read(source, r)?));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(all)).collect();
        threads
            .into_iter()
            .try_for_each(|t| t.join().unwrap_or_else(|_| Err(broken("read() never panics", "a panic"))))
    })
}

/// Checks that a sink keeps the contract of [`ArraySink`], by writing `array` to it in the regions that begin at the `cuts`
/// along each axis (0 is the first), from several threads; `open` reads what was written.
///
/// ```
/// use swath_array_io::{NpySink, NpySource, conformance};
/// use swath_block::{Chunk, DType};
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.npy");
/// let array = Chunk::from_vec((0..20).collect::<Vec<i64>>(), &[4, 5])?;
/// let sink = NpySink::create(&path, DType::I64, &[4, 5])?;
/// conformance::check_sink(&sink, &array, &[vec![0, 3], vec![0, 2, 4]], || {
///     Ok(Box::new(NpySource::open(&path)?))
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Internal`], naming the rule that was broken; the sink's own errors.
pub fn check_sink(
    sink: &dyn ArraySink,
    array: &Chunk,
    cuts: &[Vec<usize>],
    open: impl Fn() -> Result<Box<dyn ArraySource>>,
) -> Result<()> {
    hold("a sink has the array's shape", sink.shape() == array.shape(), sink.shape())?;
    hold("a sink has the array's type", sink.dtype() == array.dtype(), sink.dtype())?;
    let beyond: Vec<usize> = array.shape().to_vec();
    if !array.is_empty() && !beyond.is_empty() {
        let refused = sink.write(&beyond, array).map_err(|e| e.kind());
        let rule = "a chunk that leaves the array is refused as a mismatch of shapes";
        hold(rule, refused == Err(ErrorKind::ShapeMismatch), refused)?;
    }
    hold("nothing is visible before finish()", open().is_err(), "an array")?;
    let boxes = boxes(array.shape(), cuts);
    let write = |region: &Vec<Range<usize>>| {
        let start: usize = region.iter().zip(array.strides()).map(|(r, s)| r.start * s).sum();
        let offset: Vec<usize> = region.iter().map(|r| r.start).collect();
        let shape = region_shape(region).into();
        sink.write(&offset, &array.restride(shape, array.strides().into(), array.offset() + start)?)
    };
    std::thread::scope(|scope| {
        let share = boxes.len().div_ceil(THREADS).max(1);
        let threads: Vec<_> =
            boxes.chunks(share).map(|mine| scope.spawn(|| mine.iter().try_for_each(write))).collect();
        threads
            .into_iter()
            .try_for_each(|t| t.join().unwrap_or_else(|_| Err(broken("write() never panics", "a panic"))))
    })?;
    sink.finish()?;
    hold("a sink is finished once", sink.finish().is_err(), "a second time")?;
    let source = open()?;
    let whole = in_row_major_order(array)?;
    compare(&whole, array.shape(), &full(array.shape()), &read(&*source, &full(array.shape()))?)
}

/// The boxes between cuts.
fn boxes(shape: &[usize], cuts: &[Vec<usize>]) -> Vec<Vec<Range<usize>>> {
    let mut boxes = vec![Vec::new()];
    for (n, cuts) in shape.iter().zip(cuts) {
        let ends = cuts.iter().skip(1).copied().chain([*n]);
        let spans: Vec<Range<usize>> = cuts.iter().zip(ends).map(|(start, end)| *start..end).collect();
        boxes = boxes
            .into_iter()
            .flat_map(|b: Vec<Range<usize>>| spans.iter().map(move |s| [b.clone(), vec![s.clone()]].concat()))
            .collect();
    }
    boxes
}
