//! Chunks made from a rule: ranges and identity matrices. Each element is computed from its own position, so that the
//! result does not depend on how the array is chunked.

use swath_block::{Chunk, DType, Element, Scalar, with_dtype, zeroed};
use swath_error::Result;

use crate::program::ProgramBuilder;
use crate::promote::{Kind, convert_scalar};

/// Elements `first .. first + len` of `start, start + step, …` in `dtype`.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk cannot be made.
///
/// ```
/// use swath_block::{DType, Scalar};
/// let c = swath_kernels::arange(Scalar::I64(10), Scalar::I64(-2), 1, 3, DType::I64)?;
/// assert_eq!(c.as_slice::<i64>()?, Some(&[8, 6, 4][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn arange(start: Scalar, step: Scalar, first: usize, len: usize, dtype: DType) -> Result<Chunk> {
    let positions = first..first + len;
    if Kind::of(dtype).is_integer()
        && Kind::of(start.dtype()) < Kind::Float
        && Kind::of(step.dtype()) < Kind::Float
    {
        let (start, step) = (as_i64(start), as_i64(step));
        let values = positions.map(|i| start.wrapping_add(step.wrapping_mul(i as i64))).collect();
        return converted::<i64>(values, dtype);
    }
    let (start, step) = (as_f64(start), as_f64(step));
    converted::<f64>(positions.map(|i| start + i as f64 * step).collect(), dtype)
}

/// Elements `first .. first + len` of `num` values from `start` to `stop`, evenly spaced; `stop` is the last one when
/// `endpoint`, exactly.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk cannot be made.
pub fn linspace(
    (start, stop): (f64, f64),
    num: usize,
    endpoint: bool,
    first: usize,
    len: usize,
    dtype: DType,
) -> Result<Chunk> {
    let gaps = if endpoint { num.saturating_sub(1) } else { num };
    let step = if gaps == 0 { f64::NAN } else { (stop - start) / gaps as f64 };
    let value = |i: usize| {
        if i == 0 {
            start
        } else if endpoint && i + 1 == num {
            stop
        } else {
            i as f64 * step + start
        }
    };
    let values: Vec<f64> = (first..first + len).map(value).collect();
    // NumPy rounds down before it cuts to integers.
    let values =
        if Kind::of(dtype).is_integer() { values.into_iter().map(f64::floor).collect() } else { values };
    converted::<f64>(values, dtype)
}

/// The block of `shape` at `offset` of a matrix with ones where `column - row == diagonal`, zeros elsewhere.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk cannot be made.
pub fn eye(offset: [usize; 2], shape: [usize; 2], diagonal: isize, dtype: DType) -> Result<Chunk> {
    let [rows, cols] = shape;
    let one_at = |row: usize| {
        let column = (offset[0] + row) as isize + diagonal - offset[1] as isize;
        usize::try_from(column).ok().filter(|c| *c < cols)
    };
    if (0..rows).all(|row| one_at(row).is_none()) {
        return Ok(Chunk::full(&shape, convert_scalar(Scalar::Bool(false), dtype)));
    }
    with_dtype!(dtype, T => {
        let one = T::from_scalar(convert_scalar(Scalar::Bool(true), dtype)).unwrap_or_default();
        let mut values = zeroed::<T>(rows * cols);
        for row in 0..rows {
            if let Some(v) = one_at(row).and_then(|c| values.get_mut(row * cols + c)) {
                *v = one;
            }
        }
        Chunk::from_vec(values, &shape)
    })
}

fn converted<S: Element>(values: Vec<S>, dtype: DType) -> Result<Chunk> {
    let n = values.len();
    let chunk = Chunk::from_vec(values, &[n])?;
    if dtype == S::DTYPE {
        return Ok(chunk);
    }
    let mut b = ProgramBuilder::new();
    let x = b.input(S::DTYPE);
    let y = b.cast(x, dtype);
    b.finish(y)?.eval(vec![chunk], &[n])
}

fn as_i64(scalar: Scalar) -> i64 {
    match convert_scalar(scalar, DType::I64) {
        Scalar::I64(v) => v,
        _ => 0,
    }
}

fn as_f64(scalar: Scalar) -> f64 {
    match convert_scalar(scalar, DType::F64) {
        Scalar::F64(v) => v,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_do_not_depend_on_their_pieces() {
        let whole = arange(Scalar::F64(0.1), Scalar::F64(0.1), 0, 10, DType::F64).unwrap();
        let part = arange(Scalar::F64(0.1), Scalar::F64(0.1), 4, 3, DType::F64).unwrap();
        assert_eq!(part.as_slice::<f64>().unwrap(), Some(&whole.as_slice::<f64>().unwrap().unwrap()[4..7]));
        let line = linspace((0.0, 1.0), 11, true, 8, 3, DType::F64).unwrap();
        assert_eq!(line.as_slice::<f64>().unwrap(), Some(&[0.8, 0.9, 1.0][..]));
        let single = linspace((3.0, 1.0), 1, true, 0, 1, DType::I32).unwrap();
        assert_eq!(single.as_slice::<i32>().unwrap(), Some(&[3][..]));
    }

    #[test]
    fn identity_blocks() {
        let block = eye([2, 1], [2, 3], -1, DType::I8).unwrap();
        assert_eq!(block.as_slice::<i8>().unwrap(), Some(&[1, 0, 0, 0, 1, 0][..]));
        assert_eq!(eye([0, 50], [50, 50], 0, DType::F64).unwrap().bytes(), 8);
    }
}
