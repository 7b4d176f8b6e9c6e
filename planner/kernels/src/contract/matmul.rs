//! Matrix products by NumPy's rules for `@`.

use ndarray::{ArrayView2, ArrayViewD, Axis, Ix2, IxDyn};
use num_complex::{Complex32, Complex64};
use swath_block::{Alone, Chunk, DType, Element, Together, zeroed};
use swath_error::{Error, ErrorKind, Result};

#[cfg(target_arch = "x86_64")]
use super::tiled::{multiply, suits};
use crate::layout::{broadcast_shapes, broadcast_to, mismatch, reshape};

/// The matrix product by NumPy's rules for `@`: vectors count as a row on the left and a column on the right, leading axes
/// are batches and broadcast. Both chunks have one type; booleans give booleans.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when the inner lengths differ, an operand is a scalar or the batches do not broadcast;
/// [`ErrorKind::TypeMismatch`] when the types differ.
///
/// ```
/// use swath_block::Chunk;
/// let a = Chunk::from_vec(vec![1.0, 2.0, 3.0, 4.0], &[2, 2])?;
/// let v = Chunk::from_vec(vec![1.0, 1.0], &[2])?;
/// assert_eq!(swath_kernels::matmul(&a, &v)?.as_slice::<f64>()?, Some(&[3.0, 7.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn matmul(a: &Chunk, b: &Chunk) -> Result<Chunk> {
    multiplied(None, a, b, &Alone)
}

/// `sum + a @ b`, in `sum`'s memory when nobody else holds it.
///
/// # Errors
/// As [`matmul`], and [`ErrorKind::ShapeMismatch`] when `sum` has not the product's shape.
pub fn matmul_add(sum: Chunk, a: &Chunk, b: &Chunk) -> Result<Chunk> {
    multiplied(Some(sum), a, b, &Alone)
}

/// As [`matmul`] or [`matmul_add`], by several threads.
pub(super) fn multiplied(sum: Option<Chunk>, a: &Chunk, b: &Chunk, together: &dyn Together) -> Result<Chunk> {
    if a.dtype() != b.dtype() || sum.as_ref().is_some_and(|s| s.dtype() != a.dtype()) {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("matrices of {} and {} cannot be multiplied without a cast", a.dtype(), b.dtype()),
        ));
    }
    let shapes = Shapes::of(a.shape(), b.shape())?;
    if let Some(sum) = &sum
        && sum.shape() != shapes.result
    {
        return Err(mismatch(format!(
            "a sum of shape {:?} does not take a product of {:?}",
            sum.shape(),
            shapes.result
        )));
    }
    match a.dtype() {
        DType::Bool => shapes.run::<bool>(a, b, sum, together),
        DType::I8 => shapes.run::<i8>(a, b, sum, together),
        DType::I16 => shapes.run::<i16>(a, b, sum, together),
        DType::I32 => shapes.run::<i32>(a, b, sum, together),
        DType::I64 => shapes.run::<i64>(a, b, sum, together),
        DType::U8 => shapes.run::<u8>(a, b, sum, together),
        DType::U16 => shapes.run::<u16>(a, b, sum, together),
        DType::U32 => shapes.run::<u32>(a, b, sum, together),
        DType::U64 => shapes.run::<u64>(a, b, sum, together),
        DType::F32 => shapes.run::<f32>(a, b, sum, together),
        DType::F64 => shapes.run::<f64>(a, b, sum, together),
        DType::C64 => shapes.run::<Complex32>(a, b, sum, together),
        DType::C128 => shapes.run::<Complex64>(a, b, sum, together),
    }
}

/// The shapes of a product: operands as stacks of matrices, and the result.
struct Shapes {
    a: Vec<usize>,
    b: Vec<usize>,
    rows: usize,
    cols: usize,
    result: Vec<usize>,
}

impl Shapes {
    fn of(a: &[usize], b: &[usize]) -> Result<Self> {
        let fail = || mismatch(format!("matrices of shapes {a:?} and {b:?} cannot be multiplied"));
        let (a_vector, b_vector) = (a.len() == 1, b.len() == 1);
        let a2 = if a_vector { [&[1], a].concat() } else { a.to_vec() };
        let b2 = if b_vector { [b, &[1]].concat() } else { b.to_vec() };
        let ([a_batch @ .., rows, inner], [b_batch @ .., inner_b, cols]) = (a2.as_slice(), b2.as_slice())
        else {
            return Err(fail().with_help("use multiplication for scalars"));
        };
        if inner != inner_b {
            return Err(
                fail().with_help("the left one's last axis must be as long as the right one's last but one")
            );
        }
        let batch = broadcast_shapes(a_batch, b_batch)?;
        let mut result = batch.clone();
        if !a_vector {
            result.push(*rows);
        }
        if !b_vector {
            result.push(*cols);
        }
        let full = |m: usize, n: usize| [batch.as_slice(), &[m, n]].concat();
        Ok(Self { a: full(*rows, *inner), b: full(*inner_b, *cols), rows: *rows, cols: *cols, result })
    }

    fn run<T: Product>(
        &self,
        a: &Chunk,
        b: &Chunk,
        sum: Option<Chunk>,
        together: &dyn Together,
    ) -> Result<Chunk> {
        let a = broadcast_to(&as_matrix(a, true)?, &self.a)?;
        let b = broadcast_to(&as_matrix(b, false)?, &self.b)?;
        let add = sum.is_some();
        let mut out = match sum {
            Some(sum) => sum.into_array::<T>()?.as_standard_layout().into_owned().into_raw_vec_and_offset().0,
            None => zeroed::<T>(self.result.iter().product()),
        };
        let into = Into { out: &mut out, add, together };
        multiply_stack(&a.view::<T>()?, &b.view::<T>()?, into, self.rows * self.cols)?;
        Chunk::from_vec(out, &self.result)
    }
}

/// A vector as a row (on the left) or a column.
fn as_matrix(chunk: &Chunk, left: bool) -> Result<Chunk> {
    match chunk.shape() {
        [n] => {
            let shape = if left { [1, *n] } else { [*n, 1] };
            reshape(chunk, &shape)
        }
        _ => Ok(chunk.clone()),
    }
}

/// Where products go.
struct Into<'a, T> {
    /// Row-major.
    out: &'a mut [T],
    /// Whether they are added to what is there.
    add: bool,
    together: &'a dyn Together,
}

/// Products of matrices of `size` elements.
fn multiply_stack<T: Product>(
    a: &ArrayViewD<'_, T>,
    b: &ArrayViewD<'_, T>,
    into: Into<'_, T>,
    size: usize,
) -> Result<()> {
    if size == 0 {
        return Ok(());
    }
    let batch: Vec<usize> = a.shape().iter().take(a.ndim().saturating_sub(2)).copied().collect();
    let Into { out, add, together } = into;
    for (index, out) in ndarray::indices(IxDyn(&batch)).into_iter().zip(out.chunks_exact_mut(size)) {
        T::product(matrix(a, &index)?, matrix(b, &index)?, Into { out, add, together });
    }
    Ok(())
}

/// One matrix of a stack.
fn matrix<'a, T: Element>(of: &'a ArrayViewD<'_, T>, index: &IxDyn) -> Result<ArrayView2<'a, T>> {
    let mut view = of.view();
    for i in ndarray::Dimension::slice(index) {
        view = view.index_axis_move(Axis(0), *i);
    }
    view.into_dimensionality::<Ix2>()
        .map_err(|e| Error::internal("a stack of matrices has other axes").with_source(e))
}

/// The product of two matrices.
trait Product: Element {
    fn product(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>, into: Into<'_, Self>);
}

macro_rules! by_gemm {
    ($($t:ty, $one:expr, $tiled:expr;)*) => { $(
        impl Product for $t {
            fn product(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>, into: Into<'_, Self>) {
                let Into { out, add, together } = into;
                let ((m, k), (inner, n)) = (a.dim(), b.dim());
                assert!(inner == k && out.len() == m * n, "matrix shapes were checked before");
                let tiled: Option<Tiles<Self>> = $tiled;
                if let Some(tiled) = tiled.filter(|_| suits(m, n, k)) {
                    return tiled(&a, &b, out, add, together);
                }
                let (a_strides, b_strides) = (a.strides(), b.strides());
                let stride = |s: &[isize], i: usize| s.get(i).copied().unwrap_or(0);
                // SAFETY: the views give valid pointers and strides for m*k and k*n elements, `out` is exclusive and holds m*n
                // elements read and written with strides n and 1, as asserted above.
                #[allow(unsafe_code)]
                unsafe {
                    gemm::gemm(
                        m, n, k,
                        out.as_mut_ptr(), 1, n as isize, add,
                        a.as_ptr(), stride(a_strides, 1), stride(a_strides, 0),
                        b.as_ptr(), stride(b_strides, 1), stride(b_strides, 0),
                        $one, $one, false, false, false, gemm::Parallelism::None,
                    );
                }
            }
        }
    )* };
}

/// A product in tiles of registers.
type Tiles<T> = fn(&ArrayView2<'_, T>, &ArrayView2<'_, T>, &mut [T], bool, &dyn Together);

#[cfg(target_arch = "x86_64")]
by_gemm! { f32, 1.0, Some(multiply::<f32>); f64, 1.0, Some(multiply::<f64>); }

#[cfg(not(target_arch = "x86_64"))]
by_gemm! { f32, 1.0, None; f64, 1.0, None; }

by_gemm! { Complex32, Complex32::new(1.0, 0.0), None; Complex64, Complex64::new(1.0, 0.0), None; }

/// Without such tiles nothing suits them.
#[cfg(not(target_arch = "x86_64"))]
fn suits(_: usize, _: usize, _: usize) -> bool {
    false
}

macro_rules! by_loops {
    ($($t:ty, $zero:expr, $add:expr, $mul:expr;)*) => { $(
        impl Product for $t {
            fn product(a: ArrayView2<'_, Self>, b: ArrayView2<'_, Self>, into: Into<'_, Self>) {
                let Into { out, add, .. } = into;
                if !add {
                    out.fill($zero);
                }
                let b = b.as_standard_layout();
                for (a, out) in a.rows().into_iter().zip(out.chunks_exact_mut(b.ncols().max(1))) {
                    for (a, b) in a.iter().zip(b.rows()) {
                        for (out, b) in out.iter_mut().zip(b) {
                            *out = $add(*out, $mul(*a, *b));
                        }
                    }
                }
            }
        }
    )* };
}

by_loops! {
    bool, false, |a: bool, b: bool| a | b, |a: bool, b: bool| a & b;
    i8, 0, i8::wrapping_add, i8::wrapping_mul;
    i16, 0, i16::wrapping_add, i16::wrapping_mul;
    i32, 0, i32::wrapping_add, i32::wrapping_mul;
    i64, 0, i64::wrapping_add, i64::wrapping_mul;
    u8, 0, u8::wrapping_add, u8::wrapping_mul;
    u16, 0, u16::wrapping_add, u16::wrapping_mul;
    u32, 0, u32::wrapping_add, u32::wrapping_mul;
    u64, 0, u64::wrapping_add, u64::wrapping_mul;
}
