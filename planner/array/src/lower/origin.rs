//! Where a task's leaf comes from: made, read by this process's source, or read by one that is opened where the task runs.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use swath_array_io::{ArraySource, Bands, Travelling, decode_source};
use swath_block::{Chunk, DType};
use swath_error::Result;

use crate::index::AxisSlice;
use crate::made::{Made, boxed};
use crate::nodes::Origin;

/// The origin of a leaf, as an operation holds it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum LeafOrigin {
    /// Made from its positions.
    Made(Made),
    /// A source that was written down; opened when it is first read, so that a file that is not there fails the task that
    /// needs it.
    Sent(Sent),
    /// A source of this process.
    #[serde(skip)]
    Source(Arc<dyn ArraySource>),
}

/// A source that was written down in another process.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Sent {
    from: Travelling,
    #[serde(skip)]
    open: Arc<OnceLock<Result<Arc<dyn ArraySource>>>>,
}

impl LeafOrigin {
    /// The origin as it leaves this process.
    pub(crate) fn travelling(&self) -> Result<Self> {
        match self {
            Self::Source(source) => Ok(Self::Sent(Sent { from: source.travel()?, open: Arc::default() })),
            other => Ok(other.clone()),
        }
    }

    /// The values at the positions `region` names along each axis.
    pub(crate) fn produce(&self, region: &[AxisSlice]) -> Result<Chunk> {
        match self {
            Self::Made(made) => made.produce(region),
            Self::Source(source) => read(&**source, region),
            Self::Sent(sent) => read(sent.source()?, region),
        }
    }

    /// The values at these positions in bands; none where they come as a whole.
    pub(crate) fn bands(&self, region: &[AxisSlice]) -> Result<Option<Bands<'_>>> {
        if region.iter().any(|s| s.step != 1) {
            return Ok(None);
        }
        let region: Vec<_> = region.iter().map(|s| s.start..s.start + s.len).collect();
        match self {
            Self::Made(_) => Ok(None),
            Self::Source(source) => source.bands(&region),
            Self::Sent(sent) => sent.source()?.bands(&region),
        }
    }

    /// The length along an axis of the pieces that the source's storage is made of.
    pub(crate) fn storage_rows(&self, axis: usize) -> Option<usize> {
        let source = match self {
            Self::Made(_) => return None,
            Self::Source(source) => &**source,
            Self::Sent(sent) => sent.source().ok()?,
        };
        source.storage_chunks()?.get(axis).map(|n| (*n).max(1))
    }

    /// The element type.
    pub(crate) fn dtype(&self) -> Result<DType> {
        match self {
            Self::Made(made) => Ok(made.dtype()),
            Self::Source(source) => Ok(source.dtype()),
            Self::Sent(sent) => Ok(sent.source()?.dtype()),
        }
    }
}

impl Sent {
    /// The source, opened by the first who asks.
    fn source(&self) -> Result<&dyn ArraySource> {
        match self.open.get_or_init(|| decode_source(&self.from)) {
            Ok(source) => Ok(&**source),
            Err(e) => Err(e.clone()),
        }
    }
}

fn read(source: &dyn ArraySource, region: &[AxisSlice]) -> Result<Chunk> {
    boxed(region, &|offset, shape| {
        let region: Vec<_> = offset.iter().zip(shape).map(|(start, n)| *start..start + n).collect();
        source.read(&region)
    })
}

impl From<&Origin> for LeafOrigin {
    fn from(origin: &Origin) -> Self {
        match origin {
            Origin::Made(made) => Self::Made(made.clone()),
            Origin::Source(source) => Self::Source(source.clone()),
        }
    }
}

impl fmt::Debug for LeafOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(made) => write!(f, "{made}"),
            Self::Sent(sent) => write!(f, "Sent({})", sent.from.kind),
            Self::Source(source) => write!(f, "{source:?}"),
        }
    }
}
