//! What a user writes for chunks, and the exact lengths it stands for, as Dask's `normalize_chunks` has them.

use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

use super::auto::{Target, auto_chunks};
use super::{Axis, Chunks, limits, parse_bytes};

/// What is asked for along one axis.
///
/// Made from an integer (`1000`; `-1` is the whole axis), a list of lengths (`vec![3, 3, 4]`), `"auto"`, or a size in
/// bytes (`"100 MiB"`).
#[derive(Clone, Debug, PartialEq)]
pub enum AxisSpec {
    /// Chunks of this length, the last one shorter if need be.
    Size(usize),
    /// One chunk.
    Whole,
    /// As it is: only when an array is cut anew.
    Keep,
    /// Whatever makes chunks of the target size, or of the bytes given.
    Auto(Option<u64>),
    /// These lengths.
    Sizes(Vec<usize>),
    /// What was written is no chunk length; the error says so when the array is built.
    Invalid(String),
}

/// What is asked for along every axis.
///
/// ```
/// use swath_array_plan::{ChunkSpec, Chunks};
/// use swath_block::DType;
/// let chunks = ChunkSpec::from((-1, "auto")).resolve(&[10_000, 10_000], DType::F64, None)?;
/// assert_eq!(chunks.axis(0)?.sizes()?, [10_000]);
/// assert_eq!(chunks.axis(1)?.largest(), 1677);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum ChunkSpec {
    /// The same along every axis.
    Every(AxisSpec),
    /// One for each axis.
    PerAxis(Vec<AxisSpec>),
    /// For the axes named (negative ones count from the last); the others stay as they are.
    Named(Vec<(isize, AxisSpec)>),
}

impl Default for ChunkSpec {
    /// `"auto"` along every axis.
    fn default() -> Self {
        Self::Every(AxisSpec::Auto(None))
    }
}

impl ChunkSpec {
    /// For the axes named only, the others staying as they are: `ChunkSpec::named([(0, 100), (-1, 50)])`. Negative axes count
    /// from the last.
    pub fn named<S: Into<AxisSpec>>(axes: impl IntoIterator<Item = (isize, S)>) -> Self {
        Self::Named(axes.into_iter().map(|(axis, spec)| (axis, spec.into())).collect())
    }

    /// The chunk lengths this stands for over an array of `shape`; `previous` are the chunks it has now, if any.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] when lengths do not add up or there are more or fewer axes than in `shape`;
    /// [`ErrorKind::InvalidArgument`] for a size that is none, for a shape larger than memory could be, and for more
    /// chunks than a graph can have.
    pub fn resolve(&self, shape: &[usize], dtype: DType, previous: Option<&Chunks>) -> Result<Chunks> {
        limits::check_shape(shape, dtype)?;
        let specs = self.per_axis(shape)?;
        let mut limit = None;
        for spec in &specs {
            match spec {
                AxisSpec::Auto(Some(bytes)) => match limit.replace(*bytes) {
                    Some(other) if other != *bytes => {
                        return Err(Error::argument(format!(
                            "only one size in bytes can be given for the chunks of an array, found {other} and {bytes}"
                        )));
                    }
                    _ => {}
                },
                AxisSpec::Invalid(text) => parse_bytes(text).map(drop)?,
                _ => {}
            }
        }
        let fixed = specs
            .iter()
            .enumerate()
            .map(|(i, spec)| fixed_axis(spec, i, shape, previous.and_then(|p| p.axes().get(i))))
            .collect::<Result<Vec<_>>>()?;
        let target = Target::new(limit, dtype);
        let previous = previous.filter(|p| p.is_known());
        let axes = auto_chunks(fixed, shape, target, previous)?;
        limits::check_count(&axes, shape)?;
        Ok(Chunks::new(axes))
    }

    fn per_axis(&self, shape: &[usize]) -> Result<Vec<AxisSpec>> {
        match self {
            Self::Every(spec) => Ok(vec![spec.clone(); shape.len()]),
            Self::PerAxis(specs) => match explicit_line(specs, shape) {
                Some(line) => Ok(vec![line]),
                None if specs.len() == shape.len() => Ok(specs.clone()),
                None => Err(Error::new(
                    ErrorKind::ShapeMismatch,
                    format!(
                        "chunks and shape must have the same number of axes, got {} for the shape {}",
                        specs.len(),
                        Chunks::single(shape)
                    ),
                )),
            },
            Self::Named(named) => {
                let mut specs = vec![AxisSpec::Keep; shape.len()];
                for (axis, spec) in named {
                    let axis = crate::axes::normalize_axis(*axis, shape.len())?;
                    if let Some(slot) = specs.get_mut(axis) {
                        *slot = spec.clone();
                    }
                }
                Ok(specs)
            }
        }
    }
}

/// Several plain numbers for an array of one axis are that axis's chunk lengths.
fn explicit_line(specs: &[AxisSpec], shape: &[usize]) -> Option<AxisSpec> {
    if shape.len() != 1 || specs.len() < 2 {
        return None;
    }
    let sizes = specs.iter().map(|s| match s {
        AxisSpec::Size(n) => Some(*n),
        _ => None,
    });
    sizes.collect::<Option<Vec<_>>>().map(AxisSpec::Sizes)
}

/// The axis, or none when it is left to the target size.
fn fixed_axis(
    spec: &AxisSpec,
    axis: usize,
    shape: &[usize],
    previous: Option<&Axis>,
) -> Result<Option<Axis>> {
    let len = shape.get(axis).copied().unwrap_or(0);
    Ok(Some(match spec {
        AxisSpec::Size(0) if len > 0 => {
            return Err(Error::argument(format!("chunks of length 0 along axis {axis} of length {len}"))
                .with_help("give a length of at least 1, or -1 for the whole axis"));
        }
        AxisSpec::Size(size) => limits::regular(len, *size, shape)?,
        AxisSpec::Whole => Axis::whole(len),
        AxisSpec::Keep => previous.cloned().unwrap_or_else(|| Axis::whole(len)),
        AxisSpec::Sizes(sizes) => {
            if sizes.is_empty() || sizes.iter().copied().try_fold(0, usize::checked_add) != Some(len) {
                return Err(Error::new(
                    ErrorKind::ShapeMismatch,
                    format!("chunks do not add up to the shape: {sizes:?} along axis {axis} of length {len}"),
                ));
            }
            Axis::known(without_empty(sizes))
        }
        AxisSpec::Auto(_) | AxisSpec::Invalid(_) => return Ok(None),
    }))
}

/// Chunk lengths without the zeros among them.
fn without_empty(sizes: &[usize]) -> Vec<usize> {
    sizes.iter().copied().filter(|n| *n > 0).collect()
}

macro_rules! from_integers {
    ($($t:ty)*) => { $(
        impl From<$t> for AxisSpec {
            /// A chunk length; -1 is the whole axis.
            #[allow(unused_comparisons, clippy::allow_attributes)]
            fn from(size: $t) -> Self {
                match usize::try_from(size) {
                    Ok(size) => Self::Size(size),
                    Err(_) if i64::try_from(size).is_ok_and(|n| n == -1) => Self::Whole,
                    Err(_) => Self::Invalid(format!("chunk length {size}")),
                }
            }
        }

        impl From<$t> for ChunkSpec {
            fn from(size: $t) -> Self {
                Self::Every(size.into())
            }
        }

        impl From<Vec<$t>> for AxisSpec {
            /// Chunk lengths, which must add up to the axis.
            fn from(sizes: Vec<$t>) -> Self {
                match sizes.iter().map(|n| usize::try_from(*n).ok()).collect() {
                    Some(sizes) => Self::Sizes(sizes),
                    None => Self::Invalid(format!("chunk lengths {sizes:?}")),
                }
            }
        }
    )* };
}

from_integers! { i32 i64 isize u32 u64 usize }

impl From<&str> for AxisSpec {
    /// `"auto"`, or a size in bytes.
    fn from(text: &str) -> Self {
        match (text, parse_bytes(text)) {
            ("auto", _) => Self::Auto(None),
            (_, Ok(bytes)) => Self::Auto(Some(bytes)),
            (_, Err(_)) => Self::Invalid(text.into()),
        }
    }
}

impl From<&str> for ChunkSpec {
    fn from(text: &str) -> Self {
        Self::Every(text.into())
    }
}

impl From<AxisSpec> for ChunkSpec {
    fn from(spec: AxisSpec) -> Self {
        Self::Every(spec)
    }
}

impl<S: Into<AxisSpec>, const N: usize> From<[S; N]> for ChunkSpec {
    fn from(specs: [S; N]) -> Self {
        Self::PerAxis(specs.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<AxisSpec>> From<Vec<S>> for ChunkSpec {
    fn from(specs: Vec<S>) -> Self {
        Self::PerAxis(specs.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<AxisSpec> + Clone> From<&[S]> for ChunkSpec {
    fn from(specs: &[S]) -> Self {
        Self::PerAxis(specs.iter().cloned().map(Into::into).collect())
    }
}

impl From<()> for ChunkSpec {
    /// No axis: the chunks of a scalar.
    fn from((): ()) -> Self {
        Self::PerAxis(Vec::new())
    }
}

macro_rules! from_tuples {
    ($($($t:ident $v:ident),+;)*) => { $(
        impl<$($t: Into<AxisSpec>),+> From<($($t,)+)> for ChunkSpec {
            fn from(($($v,)+): ($($t,)+)) -> Self {
                Self::PerAxis(vec![$($v.into()),+])
            }
        }
    )* };
}

from_tuples! {
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
}

impl From<&Chunks> for ChunkSpec {
    /// Exactly these chunks.
    fn from(chunks: &Chunks) -> Self {
        Self::PerAxis(
            chunks
                .axes()
                .iter()
                .map(|a| match a {
                    Axis::Known(sizes) => AxisSpec::Sizes(sizes.to_vec()),
                    Axis::Unknown(_) => AxisSpec::Keep,
                })
                .collect(),
        )
    }
}
