//! Running sums, products, minima and maxima along an axis.
//!
//! In: a chunk, and what came before it along the axis. Out: a chunk of the same shape. It never converts elements.

use num_complex::{Complex32, Complex64};
use serde::{Deserialize, Serialize};
use swath_block::{Chunk, DType, Element};
use swath_error::{Error, ErrorKind, Result};

use crate::layout::{contiguous, mismatch};
use crate::order::{Order, values_of};

/// How an element joins those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ScanOp {
    /// Sums; whole numbers wrap.
    Sum,
    /// Products; whole numbers wrap.
    Prod,
    /// The smallest so far; NaN from the first NaN on.
    Min,
    /// The largest so far; NaN from the first NaN on.
    Max,
}

impl ScanOp {
    /// NumPy's name of the running form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum => "cumsum",
            Self::Prod => "cumprod",
            Self::Min => "cummin",
            Self::Max => "cummax",
        }
    }
}

/// A type that can be added and multiplied.
trait Joined: Order {
    fn add(self, b: Self) -> Self;
    fn mul(self, b: Self) -> Self;
}

macro_rules! whole {
    ($($t:ty)*) => { $(
        impl Joined for $t {
            #[inline]
            fn add(self, b: Self) -> Self { self.wrapping_add(b) }

            #[inline]
            fn mul(self, b: Self) -> Self { self.wrapping_mul(b) }
        }
    )* };
}

macro_rules! others {
    ($($t:ty)*) => { $(
        impl Joined for $t {
            #[inline]
            fn add(self, b: Self) -> Self { self + b }

            #[inline]
            fn mul(self, b: Self) -> Self { self * b }
        }
    )* };
}

whole! { i8 i16 i32 i64 u8 u16 u32 u64 }
others! { f32 f64 Complex32 Complex64 }

impl Joined for bool {
    fn add(self, b: Self) -> Self {
        self | b
    }

    fn mul(self, b: Self) -> Self {
        self & b
    }
}

/// The running sums, products, minima or maxima of a chunk along an axis. `before` is what comes before the chunk: of its
/// shape with length 1 along the axis.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when `before` has another shape or the axis does not exist;
/// [`ErrorKind::TypeMismatch`] for the order of complex numbers.
///
/// ```
/// use swath_block::Chunk;
/// use swath_kernels::{ScanOp, scan};
/// let c = Chunk::from_vec(vec![1i64, 2, 3], &[3])?;
/// assert_eq!(scan(ScanOp::Sum, &c, 0, None)?.as_slice::<i64>()?, Some(&[1, 3, 6][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn scan(op: ScanOp, chunk: &Chunk, axis: usize, before: Option<&Chunk>) -> Result<Chunk> {
    if matches!(chunk.dtype(), DType::C64 | DType::C128) && matches!(op, ScanOp::Min | ScanOp::Max) {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("{} is not defined for {}: complex numbers have no order", op.name(), chunk.dtype()),
        ));
    }
    match chunk.dtype() {
        DType::Bool => of::<bool>(op, chunk, axis, before),
        DType::I8 => of::<i8>(op, chunk, axis, before),
        DType::I16 => of::<i16>(op, chunk, axis, before),
        DType::I32 => of::<i32>(op, chunk, axis, before),
        DType::I64 => of::<i64>(op, chunk, axis, before),
        DType::U8 => of::<u8>(op, chunk, axis, before),
        DType::U16 => of::<u16>(op, chunk, axis, before),
        DType::U32 => of::<u32>(op, chunk, axis, before),
        DType::U64 => of::<u64>(op, chunk, axis, before),
        DType::F32 => of::<f32>(op, chunk, axis, before),
        DType::F64 => of::<f64>(op, chunk, axis, before),
        DType::C64 => of::<Complex32>(op, chunk, axis, before),
        DType::C128 => of::<Complex64>(op, chunk, axis, before),
    }
}

fn of<T: Joined>(op: ScanOp, chunk: &Chunk, axis: usize, before: Option<&Chunk>) -> Result<Chunk> {
    let pick = |wins: bool, a: T, b: T| if a.missing() || (wins && !b.missing()) { a } else { b };
    match op {
        ScanOp::Sum => run(chunk, axis, before, T::add),
        ScanOp::Prod => run(chunk, axis, before, T::mul),
        ScanOp::Min => run(chunk, axis, before, |a: T, b: T| pick(a.order(&b).is_le(), a, b)),
        ScanOp::Max => run(chunk, axis, before, |a: T, b: T| pick(a.order(&b).is_ge(), a, b)),
    }
}

fn run<T: Element>(
    chunk: &Chunk,
    axis: usize,
    before: Option<&Chunk>,
    join: impl Fn(T, T) -> T,
) -> Result<Chunk> {
    let shape = chunk.shape();
    let n = *shape.get(axis).ok_or_else(|| mismatch(format!("axis {axis} of {shape:?} does not exist")))?;
    let inner: usize = shape.iter().skip(axis + 1).product();
    let own = contiguous(chunk)?;
    let mut out: Vec<T> = values_of::<T>(&own)?.to_vec();
    let before = before.map(contiguous).transpose()?;
    let first = before.as_ref().map(values_of::<T>).transpose()?;
    if n == 0 || inner == 0 {
        return Chunk::from_vec(out, shape);
    }
    if first.is_some_and(|f| f.len() * n != out.len()) {
        return Err(mismatch(format!("what comes before a chunk of shape {shape:?} has another shape")));
    }
    for (i, block) in out.chunks_mut(n * inner).enumerate() {
        if let Some(first) = first.and_then(|f| f.get(i * inner..(i + 1) * inner)) {
            for (v, b) in block.iter_mut().zip(first) {
                *v = join(*b, *v);
            }
        }
        for at in inner..block.len() {
            let (done, rest) = block.split_at_mut(at);
            if let (Some(v), Some(b)) = (rest.first_mut(), done.get(at - inner)) {
                *v = join(*b, *v);
            }
        }
    }
    Chunk::from_vec(out, shape)
}
