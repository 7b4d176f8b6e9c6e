//! One chunk of an n-d array: a flat reference-counted buffer, a shape and strides.
//!
//! Slicing, transposing and broadcasting a chunk share its buffer; kernels see it as an ndarray view. A chunk never
//! has negative strides and never changes after it is made.

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_buffer::Buffer;
use ndarray::{ArrayD, ArrayViewD, IxDyn, ShapeBuilder};
use smallvec::SmallVec;
use swath_error::{Error, ErrorKind, Result};

use crate::dtype::private::Sealed as _;
use crate::{DType, Element, Scalar, with_dtype};

/// Lengths along each axis.
pub type Shape = SmallVec<[usize; 4]>;

/// Elements from one index to the next along each axis; 0 where one element stands for a whole axis.
pub type Strides = SmallVec<[usize; 4]>;

/// A chunk: immutable, cheap to clone, typed at run time.
///
/// ```
/// use swath_block::Chunk;
/// let c = Chunk::from_vec(vec![1.0, 2.0, 3.0, 4.0], &[2, 2])?;
/// assert_eq!(c.view::<f64>()?[[1, 0]], 3.0);
/// assert_eq!(c.bytes(), 32);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone)]
pub struct Chunk {
    dtype: DType,
    shape: Shape,
    strides: Strides,
    /// Elements before the first one.
    offset: usize,
    /// Holds elements of `dtype`, aligned for it; for `Bool` every byte is 0 or 1.
    data: Buffer,
}

impl Chunk {
    /// A chunk of `values` in row-major order. The vector is taken over without copying.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] when the shape's product is not the number of values.
    pub fn from_vec<T: Element>(values: Vec<T>, shape: &[usize]) -> Result<Self> {
        if Some(values.len()) != elements(shape) {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("{} values do not fill the shape {shape:?}", values.len()),
            ));
        }
        Ok(Self {
            dtype: T::DTYPE,
            shape: shape.into(),
            strides: row_major(shape),
            offset: 0,
            data: T::into_buffer(values),
        })
    }

    /// A chunk that owns an ndarray's elements; copies only when they are not in row-major order.
    pub fn from_array<T: Element>(array: ArrayD<T>) -> Self {
        let shape: Shape = array.shape().into();
        let standard = array.is_standard_layout();
        let values = match (standard, array) {
            (true, array) => {
                let (values, offset) = array.into_raw_vec_and_offset();
                match offset {
                    None | Some(0) if Some(values.len()) == elements(&shape) => values,
                    _ => values
                        .into_iter()
                        .skip(offset.unwrap_or(0))
                        .take(elements(&shape).unwrap_or(0))
                        .collect(),
                }
            }
            (false, array) => array.iter().copied().collect(),
        };
        Self { dtype: T::DTYPE, strides: row_major(&shape), shape, offset: 0, data: T::into_buffer(values) }
    }

    /// A chunk of one repeated element; takes the memory of one.
    pub fn full(shape: &[usize], value: Scalar) -> Self {
        let data =
            with_dtype!(value.dtype(), T => T::into_buffer(vec![T::from_scalar(value).unwrap_or_default()]));
        Self {
            dtype: value.dtype(),
            shape: shape.into(),
            strides: std::iter::repeat_n(0, shape.len()).collect(),
            offset: 0,
            data,
        }
    }

    /// A chunk over a buffer of elements of `dtype` in row-major order, without copying.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] when the buffer is too short; [`ErrorKind::InvalidData`] when it is not aligned for
    /// `dtype` or a boolean byte is neither 0 nor 1.
    pub fn from_buffer(data: Buffer, dtype: DType, shape: &[usize]) -> Result<Self> {
        let needed = elements(shape).and_then(|n| n.checked_mul(dtype.size()));
        if needed.is_none_or(|n| n > data.len()) {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("a buffer of {} bytes does not fill {shape:?} of {dtype}", data.len()),
            ));
        }
        if with_dtype!(dtype, T => data.as_ptr().align_offset(align_of::<T>())) != 0 {
            return Err(Error::data(format!("a buffer is not aligned for {dtype}")));
        }
        if dtype == DType::Bool && data.as_slice().iter().any(|b| *b > 1) {
            return Err(Error::data("a boolean buffer holds bytes other than 0 and 1"));
        }
        Ok(Self { dtype, shape: shape.into(), strides: row_major(shape), offset: 0, data })
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Lengths along each axis; empty for a scalar.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Elements from one index to the next along each axis.
    pub fn strides(&self) -> &[usize] {
        &self.strides
    }

    /// How many elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// Bytes this chunk is charged for: its elements', at most those of its buffer. A view of a larger buffer is charged
    /// for its own part only; whoever makes a small view of a large chunk copies it, so that the rest can be freed.
    pub fn bytes(&self) -> u64 {
        let elements = (self.len() as u64).saturating_mul(self.dtype.size() as u64);
        elements.min(self.data.capacity().max(self.data.len()) as u64)
    }

    /// Whether the elements lie one after another in row-major order.
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.is_empty()
            || self.shape.iter().zip(&self.strides).rev().all(|(&n, &s)| {
                let fits = n == 1 || s == expected;
                expected *= n;
                fits
            })
    }

    /// The elements as an ndarray view.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when the chunk's elements are not `T`.
    pub fn view<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        let all = self.typed::<T>()?;
        let from_offset = all.get(self.offset..).unwrap_or(&[]);
        let shape = IxDyn(&self.shape);
        let view = if self.is_empty() {
            ArrayViewD::from_shape(shape, &[])
        } else {
            ArrayViewD::from_shape(shape.strides(IxDyn(&self.strides)), from_offset)
        };
        view.map_err(|e| {
            Error::internal(format!("a chunk's strides do not fit its buffer: {e}")).with_source(e)
        })
    }

    /// The elements in row-major order, when they lie that way.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when the chunk's elements are not `T`.
    pub fn as_slice<T: Element>(&self) -> Result<Option<&[T]>> {
        let all = self.typed::<T>()?;
        Ok(self.is_contiguous().then(|| all.get(self.offset..self.offset + self.len())).flatten())
    }

    /// The elements' bytes in row-major order and this machine's byte order, when they lie that way.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        let size = self.dtype.size();
        let start = self.offset * size;
        self.is_contiguous().then(|| self.data.get(start..start + self.len() * size)).flatten()
    }

    /// An ndarray of the elements; takes the buffer over when nobody else holds it, copies otherwise.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when the chunk's elements are not `T`.
    pub fn into_array<T: Element>(self) -> Result<ArrayD<T>> {
        if self.dtype != T::DTYPE || self.offset != 0 || !self.is_contiguous() {
            return Ok(self.view::<T>()?.to_owned());
        }
        let n = self.len();
        match T::from_buffer(self.data) {
            Ok(mut values) => {
                values.truncate(n);
                ArrayD::from_shape_vec(IxDyn(&self.shape), values)
                    .map_err(|e| Error::internal("a chunk's shape does not fit its buffer").with_source(e))
            }
            Err(data) => Ok(Self { data, ..self }.view::<T>()?.to_owned()),
        }
    }

    /// The same buffer seen with another shape, strides and offset, in elements.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the last element would lie outside the buffer.
    pub fn restride(&self, shape: Shape, strides: Strides, offset: usize) -> Result<Self> {
        let last: usize =
            shape.iter().zip(&strides).map(|(n, s)| n.saturating_sub(1).saturating_mul(*s)).sum();
        let held = self.data.len() / self.dtype.size();
        if shape.len() != strides.len() || (!shape.contains(&0) && offset.saturating_add(last) >= held) {
            return Err(Error::internal(format!(
                "shape {shape:?} with strides {strides:?} leaves the chunk's buffer"
            )));
        }
        let offset = if shape.contains(&0) { 0 } else { offset };
        Ok(Self { dtype: self.dtype, shape, strides, offset, data: self.data.clone() })
    }

    /// A range of [`Self::as_bytes`] as a chunk of `uint8` with one axis, without copying.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] when the elements do not lie in row-major order or the range leaves them.
    pub fn byte_range(&self, range: std::ops::Range<u64>) -> Result<Self> {
        let bytes = self.as_bytes().ok_or_else(|| {
            Error::argument("a range of bytes was asked of a chunk that does not lie in row-major order")
        })?;
        let ends = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let (start, end) = ends.filter(|(s, e)| s <= e && *e <= bytes.len()).ok_or_else(|| {
            Error::argument(format!("the range {range:?} leaves a chunk of {} bytes", bytes.len()))
        })?;
        let first = self.offset * self.dtype.size() + start;
        Self::from_buffer(self.data.slice_with_length(first, end - start), DType::U8, &[end - start])
    }

    /// A buffer that holds each element once, and the strides from its start at which this chunk sees them. The chunk's
    /// own buffer where its elements lie side by side in some order of the axes, a row-major copy otherwise.
    pub(crate) fn dense(&self) -> Result<(Buffer, Strides)> {
        let size = self.dtype.size();
        if self.is_empty() {
            return Ok((Buffer::default(), row_major(&self.shape)));
        }
        // An axis of one repeated element counts once, and takes no stride.
        let once = |(n, s): (&usize, &usize)| if *s == 0 { 1 } else { *n };
        let lengths: Shape = self.shape.iter().zip(&self.strides).map(once).collect();
        let mut axes: Vec<usize> = (0..lengths.len()).filter(|a| lengths[*a] > 1).collect();
        axes.sort_by_key(|a| self.strides[*a]);
        let mut step = 1;
        let side_by_side = axes.iter().all(|a| {
            let fits = self.strides[*a] == step;
            step *= lengths[*a];
            fits
        });
        if side_by_side {
            let start = self.offset * size;
            let fits = start + step * size <= self.data.len();
            let outside = || Error::internal("a chunk's elements lie outside its buffer");
            let data = fits.then(|| self.data.slice_with_length(start, step * size)).ok_or_else(outside)?;
            let stride = |a: usize| if lengths[a] > 1 { self.strides[a] } else { 0 };
            return Ok((data, (0..lengths.len()).map(stride).collect()));
        }
        let view = self.restride(lengths.clone(), self.strides.clone(), self.offset)?;
        let copy = with_dtype!(self.dtype, T => Self::from_array(view.view::<T>()?.to_owned()));
        let strides = row_major(&lengths);
        let stride = |a: usize| if lengths[a] > 1 { strides[a] } else { 0 };
        Ok((copy.data, (0..lengths.len()).map(stride).collect()))
    }

    /// Elements before the first one, in the buffer.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn typed<T: Element>(&self) -> Result<&[T]> {
        if T::DTYPE != self.dtype {
            return Err(Error::new(
                ErrorKind::TypeMismatch,
                format!("a chunk of {} was read as {}", self.dtype, T::DTYPE),
            ));
        }
        let bytes = self.data.as_slice();
        // SAFETY: every constructor checks that the buffer is aligned for `dtype` and, for `Bool`, that each byte is
        // 0 or 1; every other element type allows any bit pattern; `T` is the Rust type of `dtype`.
        #[allow(unsafe_code)]
        let (before, values, _) = unsafe { bytes.align_to::<T>() };
        if before.is_empty() { Ok(values) } else { Err(Error::internal("a chunk's buffer is not aligned")) }
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk<{}, {:?}>", self.dtype, self.shape)
    }
}

/// The product of a shape; none when it overflows.
fn elements(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d))
}

/// Strides of a row-major array.
fn row_major(shape: &[usize]) -> Strides {
    let mut strides: Strides = std::iter::repeat_n(0, shape.len()).collect();
    let mut step = 1;
    for (stride, n) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step *= (*n).max(1);
    }
    strides
}

/// A buffer that keeps a vector of a type Arrow does not know alive, without copying.
pub(crate) fn buffer_over<T: Element>(values: Vec<T>) -> Buffer {
    let owner = Arc::new(values);
    let length = size_of_val(owner.as_slice());
    let Some(pointer) = NonNull::new(owner.as_ptr().cast_mut().cast::<u8>()) else {
        return Buffer::default();
    };
    // SAFETY: the vector lives in `owner`, which the buffer keeps alive and nobody can reach to change; `Element`
    // types hold no padding and no pointers, so all their bytes are initialised.
    #[allow(unsafe_code)]
    unsafe {
        Buffer::from_custom_allocation(pointer, length, owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn views_share_the_buffer() {
        let c = Chunk::from_array(array![[1i32, 2, 3], [4, 5, 6]].into_dyn());
        let t = c.restride(Shape::from_slice(&[3, 2]), Strides::from_slice(&[1, 3]), 0).unwrap();
        assert_eq!(t.view::<i32>().unwrap(), array![[1, 4], [2, 5], [3, 6]].into_dyn());
        assert!(!t.is_contiguous());
        assert_eq!(t.as_slice::<i32>().unwrap(), None);
        assert!(c.restride(Shape::from_slice(&[7]), Strides::from_slice(&[1]), 0).is_err());
    }

    #[test]
    fn full_takes_the_memory_of_one() {
        let c = Chunk::full(&[1000, 1000], Scalar::F64(2.5));
        assert_eq!((c.len(), c.bytes()), (1_000_000, 8));
        assert_eq!(c.view::<f64>().unwrap().sum(), 2_500_000.0);
    }

    #[test]
    fn column_major_arrays_are_copied_right() {
        let a = array![[1.0, 2.0], [3.0, 4.0]].reversed_axes().into_dyn();
        let c = Chunk::from_array(a.clone());
        assert_eq!(c.into_array::<f64>().unwrap(), a);
    }

    #[test]
    fn booleans_from_outside_are_checked() {
        assert!(Chunk::from_buffer(Buffer::from_vec(vec![0u8, 1, 2]), DType::Bool, &[3]).is_err());
        let c = Chunk::from_buffer(Buffer::from_vec(vec![0u8, 1, 1]), DType::Bool, &[3]).unwrap();
        assert_eq!(c.as_slice::<bool>().unwrap(), Some(&[false, true, true][..]));
        assert!(c.view::<u8>().is_err());
    }

    #[test]
    fn scalars_and_empty_chunks() {
        assert_eq!(Chunk::from_vec(vec![7u8], &[]).unwrap().view::<u8>().unwrap().len(), 1);
        let e = Chunk::from_vec(Vec::<f32>::new(), &[0, 5]).unwrap();
        assert_eq!(e.view::<f32>().unwrap().shape(), [0, 5]);
        assert!(Chunk::from_vec(vec![1u8], &[2]).is_err());
    }
}
