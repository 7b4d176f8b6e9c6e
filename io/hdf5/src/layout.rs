//! What a dataset's header says about its elements and where they are, checked against the file.

use hdf5_reader::error::Error as Cause;
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::dataspace::DataspaceType;
use hdf5_reader::messages::layout::DataLayout;
use hdf5_reader::{Dataset, Hdf5File as Reader};
use swath_error::{Error, Result};

use crate::element::{Stored, describe, is_ordinary};
use crate::filters::{Pipeline, name_of};
use crate::index::IndexPlan;

/// Bytes of one chunk at most, by the format.
const LARGEST_CHUNK: usize = u32::MAX as usize;

/// Axes at most, by the format.
const MOST_AXES: usize = 32;

/// Where the elements are.
#[derive(Debug)]
pub(crate) enum Place {
    /// In the header, which holds them as bytes.
    Inside(Vec<u8>),
    /// In one piece, from this byte after the superblock on; none when they were never written.
    Flat(Option<u64>),
    /// In chunks.
    Chunks { plan: IndexPlan, shape: Vec<usize>, pipeline: Pipeline },
}

/// A dataset as its header describes it.
#[derive(Debug)]
pub(crate) struct Layout {
    pub element: Stored,
    pub shape: Vec<usize>,
    pub place: Place,
    /// An element that was never written, as it would be stored; zeros where empty.
    pub fill: Vec<u8>,
}

/// The messages of a header that matter here.
#[derive(Default)]
struct Messages {
    layout: Option<DataLayout>,
    filters: Option<hdf5_reader::messages::filter_pipeline::FilterPipelineMessage>,
    fill: Vec<u8>,
    external: bool,
    null: bool,
}

impl Messages {
    fn read(reader: &Reader, dataset: &Dataset) -> Result<Self, Cause> {
        let header = reader.get_or_parse_header(dataset.address())?;
        let mut found = Self::default();
        for message in &header.messages {
            match message {
                HdfMessage::DataLayout(m) => found.layout = Some(m.layout.clone()),
                HdfMessage::FilterPipeline(m) => found.filters = Some(m.clone()),
                HdfMessage::FillValue(m) => found.fill = m.value.clone().unwrap_or_default(),
                HdfMessage::ExternalFiles(_) => found.external = true,
                HdfMessage::Dataspace(m) => found.null = m.dataspace_type == DataspaceType::Null,
                _ => {}
            }
        }
        Ok(found)
    }
}

/// The names of a dataset's filters; empty when it has none or its header cannot be read.
pub(crate) fn filter_names(reader: &Reader, dataset: &Dataset) -> Vec<String> {
    let filters = Messages::read(reader, dataset).ok().and_then(|m| m.filters);
    filters.map(|m| m.filters.iter().map(|f| name_of(f.id)).collect()).unwrap_or_default()
}

impl Layout {
    /// Reads a dataset's header and checks it against the `length` of the file after the superblock. The outer error is
    /// the reader's.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] for types, filters and layouts that are not read, naming them;
    /// [`swath_error::ErrorKind::InvalidData`] for a header that contradicts itself or the file.
    pub fn of(reader: &Reader, dataset: &Dataset, length: u64) -> Result<Result<Self>, Cause> {
        let messages = Messages::read(reader, dataset)?;
        Ok(Self::check(reader, dataset, messages, length))
    }

    fn check(reader: &Reader, dataset: &Dataset, messages: Messages, length: u64) -> Result<Self> {
        let element = Stored::of(dataset.dtype()).ok_or_else(|| {
            Error::unsupported(format!("elements of type {}", describe(dataset.dtype()))).with_help(
                "arrays hold booleans, integers of 8 to 64 bits, float32, float64 and complex numbers",
            )
        })?;
        if !dataset.raw_datatype().is_ok_and(|encoding| is_ordinary(&encoding)) {
            return Err(Error::unsupported(format!(
                "{} in an unusual layout of bits",
                describe(dataset.dtype())
            )));
        }
        if messages.external || messages.null {
            let what =
                if messages.null { "a dataset without elements" } else { "elements in external files" };
            return Err(Error::unsupported(what));
        }
        let shape = lengths(dataset.shape())?;
        let size = element.dtype.size();
        let bytes = shape.iter().try_fold(size as u64, |n, d| n.checked_mul(*d as u64));
        let Some(bytes) = bytes.filter(|n| isize::try_from(*n).is_ok()) else {
            return Err(Error::data(format!("the shape {shape:?} is larger than any file: it is damaged")));
        };
        let fill = if messages.fill.len() == size { messages.fill.clone() } else { Vec::new() };
        let layout = messages.layout.clone().ok_or_else(|| Error::data("a dataset has no layout"))?;
        let place = match layout {
            DataLayout::Compact { data } => inside(data, bytes)?,
            DataLayout::Contiguous { address, .. } => flat(reader, address, bytes, length)?,
            DataLayout::Chunked { address, dims, element_size, chunk_indexing } => {
                if element_size != 0 && element_size as usize != size {
                    return Err(Error::data(format!(
                        "chunks of elements of {element_size} bytes, not {size}"
                    )));
                }
                let chunk = chunk_shape(dims, &shape, size)?;
                let plan = IndexPlan {
                    address: defined(reader, address),
                    kind: chunk_indexing,
                    shape: dataset.shape().to_vec(),
                    max_shape: dataset.max_dims().map(<[u64]>::to_vec),
                    chunk: chunk.iter().map(|n| *n as u32).collect(),
                    element: size,
                };
                let pipeline = messages.filters.as_ref().map(|m| Pipeline::of(m, size)).transpose()?;
                Place::Chunks { plan, shape: chunk, pipeline: pipeline.unwrap_or_default() }
            }
        };
        Ok(Self { element, shape, place, fill })
    }
}

fn lengths(dims: &[u64]) -> Result<Vec<usize>> {
    if dims.len() > MOST_AXES {
        return Err(Error::data(format!("a dataset of {} axes", dims.len())));
    }
    let length = |n: &u64| usize::try_from(*n).map_err(|_| Error::data(format!("an axis of length {n}")));
    dims.iter().map(length).collect()
}

fn defined(reader: &Reader, address: u64) -> Option<u64> {
    (!Cursor::is_undefined_offset(address, reader.superblock().offset_size)).then_some(address)
}

fn inside(data: Vec<u8>, bytes: u64) -> Result<Place> {
    if (data.len() as u64) < bytes {
        return Err(Error::data(format!("a compact dataset of {bytes} bytes holds {}", data.len())));
    }
    Ok(Place::Inside(data))
}

fn flat(reader: &Reader, address: u64, bytes: u64, length: u64) -> Result<Place> {
    let address = defined(reader, address);
    let held = address.map(|at| length.saturating_sub(at));
    match held {
        Some(held) if held < bytes => Err(Error::data(format!(
            "the file is cut short: a dataset of {bytes} bytes begins {held} bytes before the file's end"
        ))),
        _ => Ok(Place::Flat(address)),
    }
}

fn chunk_shape(mut dims: Vec<u32>, shape: &[usize], size: usize) -> Result<Vec<usize>> {
    // Older layouts name the element's size as a last axis.
    if dims.len() == shape.len() + 1 {
        dims.pop();
    }
    let chunk: Vec<usize> = dims.iter().map(|n| *n as usize).collect();
    let bytes = chunk.iter().try_fold(size, |n, d| n.checked_mul(*d)).filter(|n| *n <= LARGEST_CHUNK);
    if chunk.len() != shape.len() || chunk.contains(&0) || bytes.is_none() {
        return Err(Error::data(format!("chunks of shape {chunk:?} in a dataset of shape {shape:?}")));
    }
    Ok(chunk)
}
