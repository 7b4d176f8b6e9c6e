//! New arrays: from memory, from sources, or from nothing.

use std::fmt;
use std::sync::Arc;

use ndarray::Dimension;
use swath_array_io::{ArraySource, MemorySource, Region, check_region, region_shape};
use swath_array_plan::{ChunkSpec, Expr, Made, from_made, from_source as leaf};
use swath_block::{Chunk, DType, with_room};
use swath_error::{Error, Result};
use swath_graph::Key;
use swath_kernels::convert_scalar;

use crate::{Array, Dims, DynArray, Element, Scalar};

/// An array over an ndarray, which is taken over without copying. Cut it with [`Array::chunks`]; by default chunks have
/// about 128 MiB.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::from_ndarray(ndarray::Array2::<f64>::eye(100)).chunks([50, 50]);
/// assert_eq!(x.sum(..).item()?, 100.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_ndarray<T: Element, D: Dimension>(array: ndarray::Array<T, D>) -> Array<T> {
    Array::new(leaf(Arc::new(MemorySource::from_ndarray(array)), &ChunkSpec::default()))
}

/// The same as [`from_ndarray`], under Dask's name.
#[track_caller]
pub fn from_array<T: Element, D: Dimension>(array: ndarray::Array<T, D>) -> Array<T> {
    from_ndarray(array)
}

/// An array of what can become one: an ndarray, a vector, a single value, or an array, which stays as it is.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let total = da::asarray(vec![1, 2, 3]) * da::asarray(ndarray::array![[1], [10]]) + da::asarray(5);
/// assert_eq!(total.compute()?, ndarray::array![[6, 7, 8], [15, 25, 35]].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn asarray<T: Element>(values: impl Into<Array<T>>) -> Array<T> {
    values.into()
}

impl<T: Element, D: Dimension> From<ndarray::Array<T, D>> for Array<T> {
    #[track_caller]
    fn from(values: ndarray::Array<T, D>) -> Self {
        from_ndarray(values)
    }
}

impl<T: Element> From<Vec<T>> for Array<T> {
    #[track_caller]
    fn from(values: Vec<T>) -> Self {
        array(values)
    }
}

impl<T: Element> From<T> for Array<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        from_ndarray(ndarray::arr0(value))
    }
}

impl<T: Element> From<&Self> for Array<T> {
    fn from(array: &Self) -> Self {
        array.clone()
    }
}

/// An array of one axis over values in memory.
#[track_caller]
pub fn array<T: Element>(values: Vec<T>) -> Array<T> {
    from_ndarray(ndarray::Array1::from(values))
}

/// An array read from a source of one's own, region by region: anything that implements [`ArraySource`].
///
/// A region is read when a task needs it, on any thread, in blocks made of whole [`ArraySource::storage_chunks`].
/// `swath_array_io::conformance` checks that a source keeps the rules.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// use da::{ArraySource, Chunk, DType, Key, Region};
///
/// #[derive(Debug)]
/// struct Squares {
///     shape: [usize; 1],
///     key: Key,
/// }
///
/// impl ArraySource for Squares {
///     fn dtype(&self) -> DType {
///         DType::I64
///     }
///
///     fn shape(&self) -> &[usize] {
///         &self.shape
///     }
///
///     fn read(&self, region: &Region) -> swath_error::Result<Chunk> {
///         let values: Vec<i64> = region[0].clone().map(|i| (i * i) as i64).collect();
///         let length = values.len();
///         Chunk::from_vec(values, &[length])
///     }
///
///     fn key(&self) -> Key {
///         self.key
///     }
///
///     fn describe(&self) -> String {
///         "squares".to_owned()
///     }
/// }
///
/// let squares = Squares { shape: [1000], key: Key::unique("squares") };
/// let x = da::from_source(squares).chunks(100);
/// assert_eq!(x.typed::<i64>().slice(10..13).compute()?.as_slice(), Some(&[100, 121, 144][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_source(source: impl ArraySource + 'static) -> DynArray {
    let source: Arc<dyn ArraySource> = Arc::new(source);
    let spec = natural_chunks(source.as_ref());
    DynArray::new(leaf(source, &spec))
}

/// Chunks of about the default size that are made of whole pieces of the storage.
pub(crate) fn natural_chunks(source: &dyn ArraySource) -> ChunkSpec {
    let Some(pieces) = source.storage_chunks() else { return ChunkSpec::default() };
    let Ok(auto) = ChunkSpec::default().resolve(source.shape(), source.dtype(), None) else {
        return ChunkSpec::default();
    };
    let sizes = auto.axes().iter().zip(pieces).map(|(axis, piece)| {
        let piece = (*piece).max(1);
        (axis.largest() / piece).max(1) * piece
    });
    ChunkSpec::from(sizes.collect::<Vec<usize>>())
}

/// An array of one value.
#[track_caller]
pub fn full<T: Element>(shape: impl Into<Dims>, value: T) -> Array<T> {
    Array::new(filled(&shape.into(), value.to_scalar()))
}

/// An array of zeros, of `f64`; [`zeros_as`] makes others.
#[track_caller]
pub fn zeros(shape: impl Into<Dims>) -> Array<f64> {
    zeros_as(shape)
}

/// An array of zeros of any type: `da::zeros_as::<i32>([3, 4])`.
#[track_caller]
pub fn zeros_as<T: Element>(shape: impl Into<Dims>) -> Array<T> {
    full(shape, T::zero())
}

/// An array of ones, of `f64`; [`ones_as`] makes others.
#[track_caller]
pub fn ones(shape: impl Into<Dims>) -> Array<f64> {
    ones_as(shape)
}

/// An array of ones of any type: `da::ones_as::<i32>([3, 4])`.
#[track_caller]
pub fn ones_as<T: Element>(shape: impl Into<Dims>) -> Array<T> {
    Array::new(filled(&shape.into(), one(T::DTYPE)))
}

/// Zeros with another array's shape, type and chunks.
#[track_caller]
pub fn zeros_like<T: Element>(like: &Array<T>) -> Array<T> {
    full_like(like, T::zero())
}

/// Ones with another array's shape, type and chunks.
#[track_caller]
pub fn ones_like<T: Element>(like: &Array<T>) -> Array<T> {
    like.map(|x| like_with(x, one(T::DTYPE)))
}

/// One value with another array's shape, type and chunks.
#[track_caller]
pub fn full_like<T: Element>(like: &Array<T>, value: T) -> Array<T> {
    like.map(|x| like_with(x, value.to_scalar()))
}

fn like_with(like: &Expr, value: Scalar) -> Result<Expr> {
    from_made(Made::Full(value), &like.shape()?, &like.chunks().into())
}

fn filled(shape: &Dims, value: Scalar) -> Result<Expr> {
    from_made(Made::Full(value), &shape.lengths()?, &ChunkSpec::default())
}

fn one(dtype: DType) -> Scalar {
    convert_scalar(Scalar::I64(1), dtype)
}

/// What [`arange`] takes: a stop, a range, or `(start, stop, step)`, in whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    start: i64,
    stop: i64,
    step: i64,
}

macro_rules! steps_from {
    ($($t:ty)*) => { $(
        impl From<$t> for Steps {
            fn from(stop: $t) -> Self {
                (0..stop).into()
            }
        }

        impl From<std::ops::Range<$t>> for Steps {
            fn from(range: std::ops::Range<$t>) -> Self {
                (range.start, range.end, 1).into()
            }
        }

        impl From<($t, $t, $t)> for Steps {
            fn from((start, stop, step): ($t, $t, $t)) -> Self {
                // A bound beyond `i64` is as far out of reach as its end.
                let wide = |n: $t| i64::try_from(n).unwrap_or(i64::MAX);
                Self { start: wide(start), stop: wide(stop), step: wide(step) }
            }
        }
    )* };
}

steps_from! { i32 i64 usize }

fn integers(start: i64, stop: i64, step: i64) -> Result<(usize, Made)> {
    let step_wide = i128::from(step);
    if step == 0 {
        return Err(no_step());
    }
    let span = i128::from(stop) - i128::from(start);
    let count =
        if (span > 0) == (step > 0) { (span.abs() + step_wide.abs() - 1) / step_wide.abs() } else { 0 };
    let count = usize::try_from(count).map_err(|_| too_long())?;
    Ok((count, Made::Integers { start, step }))
}

fn floats(start: f64, stop: f64, step: f64) -> Result<(usize, Made)> {
    if step == 0.0 {
        return Err(no_step());
    }
    let count = ((stop - start) / step).ceil();
    if !count.is_finite() || count >= isize::MAX as f64 {
        return Err(too_long());
    }
    // As NumPy: the step between elements is that of the first two, rounded as they are.
    Ok((count.max(0.0) as usize, Made::Floats { start, step: (start + step) - start }))
}

fn no_step() -> Error {
    Error::argument("the step of a range cannot be 0")
}

fn too_long() -> Error {
    Error::argument("Maximum allowed size exceeded")
}

/// Whole numbers, of `i64`: `arange(10)`, `arange(2..10)`, `arange((10, 0, -2))`. [`arange_f64`] makes fractions.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// assert_eq!(da::arange((5, 0, -2)).compute()?.as_slice(), Some(&[5, 3, 1][..]));
/// assert_eq!(da::arange(4).astype::<f32>().sum(..).item()?, 6.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn arange(steps: impl Into<Steps>) -> Array<i64> {
    let steps = steps.into();
    Array::new(ranged(integers(steps.start, steps.stop, steps.step)))
}

/// Values from `start` up to `stop`, which is not one of them, by `step`. Every element is computed from its position,
/// never by adding up.
#[track_caller]
pub fn arange_f64(start: f64, stop: f64, step: f64) -> Array<f64> {
    Array::new(ranged(floats(start, stop, step)))
}

fn ranged(made: Result<(usize, Made)>) -> Result<Expr> {
    made.and_then(|(n, made)| from_made(made, &[n], &ChunkSpec::default()))
}

/// `num` values from `start` to `stop`, which is the last one.
#[track_caller]
pub fn linspace(start: f64, stop: f64, num: usize) -> Array<f64> {
    let step = if num > 1 { (stop - start) / (num - 1) as f64 } else { 0.0 };
    let last = (num > 1).then(|| (stop, num as u64 - 1));
    Array::new(from_made(Made::Line { start, step, stop: last }, &[num], &ChunkSpec::default()))
}

/// The identity matrix of `n` rows.
#[track_caller]
pub fn eye(n: usize) -> Array<f64> {
    eye_as(n, n, 0)
}

/// The identity matrix of `n` rows.
#[track_caller]
pub fn identity(n: usize) -> Array<f64> {
    eye(n)
}

/// A matrix with ones on the diagonal that lies `k` to the right of the main one.
#[track_caller]
pub fn eye_as<T: Element>(rows: usize, columns: usize, k: i64) -> Array<T> {
    Array::new(from_made(Made::Eye { k, dtype: T::DTYPE }, &[rows, columns], &ChunkSpec::default()))
}

/// A matrix with ones on and below the diagonal that lies `k` to the right of the main one.
#[track_caller]
pub fn tri<T: Element>(rows: usize, columns: usize, k: i64) -> Array<T> {
    Array::new(from_made(Made::Tri { k, dtype: T::DTYPE }, &[rows, columns], &ChunkSpec::default()))
}

/// An array whose elements are computed from their positions by `function`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::fromfunction([4, 5], |at| (10 * at[0] + at[1]) as i64).chunks([2, 2]);
/// assert_eq!(x.compute()?[[3, 4]], 34);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn fromfunction<T, F>(shape: impl Into<Dims>, function: F) -> Array<T>
where
    T: Element,
    F: Fn(&[usize]) -> T + Send + Sync + 'static,
{
    let build = || {
        let source =
            FunctionSource { shape: shape.into().lengths()?, function, key: Key::unique("fromfunction") };
        leaf(Arc::new(source), &ChunkSpec::default())
    };
    Array::new(build())
}

/// Elements computed from their positions.
struct FunctionSource<F> {
    shape: Vec<usize>,
    function: F,
    key: Key,
}

impl<F> fmt::Debug for FunctionSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionSource({:?})", self.shape)
    }
}

impl<T: Element, F: Fn(&[usize]) -> T + Send + Sync> ArraySource for FunctionSource<F> {
    fn dtype(&self) -> DType {
        T::DTYPE
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        check_region("the array of a function", &self.shape, region)?;
        let shape = region_shape(region);
        let mut at: Vec<usize> = region.iter().map(|r| r.start).collect();
        let count = shape.iter().product();
        let mut values = with_room(count);
        for _ in 0..count {
            values.push((self.function)(&at));
            // To the next position, the last axis fastest.
            for (i, range) in at.iter_mut().zip(region).rev() {
                *i += 1;
                if *i < range.end {
                    break;
                }
                *i = range.start;
            }
        }
        Chunk::from_vec(values, &shape)
    }

    fn key(&self) -> Key {
        self.key
    }

    fn describe(&self) -> String {
        "fromfunction".to_string()
    }
}
