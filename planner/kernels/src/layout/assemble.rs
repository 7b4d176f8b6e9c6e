//! Putting chunks together.

use ndarray::{ArrayViewMutD, IxDyn, SliceInfoElem};
use swath_block::{Chunk, DType, Element, with_dtype, zeroed};
use swath_error::{Error, Result};

use super::copy::copy_view;
use super::{expand_dims, mismatch};

/// One chunk of `shape` from pieces, each with the position of its first element. Places no piece covers are zero.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when a piece leaves the shape; [`swath_error::ErrorKind::TypeMismatch`] when its type
/// is not `dtype`.
pub fn assemble(dtype: DType, shape: &[usize], pieces: &[(Vec<usize>, Chunk)]) -> Result<Chunk> {
    if let [(at, only)] = pieces
        && only.shape() == shape
        && only.dtype() == dtype
        && at.iter().all(|p| *p == 0)
    {
        return Ok(only.clone());
    }
    with_dtype!(dtype, T => {
        let mut out = zeroed::<T>(shape.iter().product());
        let mut target = ArrayViewMutD::from_shape(IxDyn(shape), &mut out)
            .map_err(|e| Error::internal("an assembled chunk does not fit its buffer").with_source(e))?;
        for (at, piece) in pieces {
            place::<T>(&mut target, at, piece)?;
        }
        Chunk::from_vec(out, shape)
    })
}

fn place<T: Element>(target: &mut ArrayViewMutD<'_, T>, at: &[usize], piece: &Chunk) -> Result<()> {
    let fits = at.len() == target.ndim()
        && piece.shape().len() == at.len()
        && at
            .iter()
            .zip(piece.shape())
            .zip(target.shape())
            .all(|((a, n), whole)| a.checked_add(*n).is_some_and(|e| e <= *whole));
    if !fits {
        return Err(mismatch(format!(
            "a piece of shape {:?} at {at:?} does not fit into {:?}",
            piece.shape(),
            target.shape()
        )));
    }
    let region: Vec<SliceInfoElem> = at
        .iter()
        .zip(piece.shape())
        .map(|(a, n)| SliceInfoElem::Slice { start: *a as isize, end: Some((a + n) as isize), step: 1 })
        .collect();
    copy_view(piece.view::<T>()?, target.slice_mut(region.as_slice()).into_dyn());
    Ok(())
}

/// Chunks joined along an existing axis; all have one type and agree on the other axes.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] or [`swath_error::ErrorKind::TypeMismatch`] when they do not fit, or there is none.
pub fn concat(chunks: &[Chunk], axis: usize) -> Result<Chunk> {
    let mut grid = vec![1; axis + 1];
    if let Some(n) = grid.get_mut(axis) {
        *n = chunks.len();
    }
    if let Some(first) = chunks.first() {
        if axis >= first.shape().len() {
            return Err(mismatch(format!("axis {axis} of {:?} does not exist", first.shape())));
        }
        grid.resize(first.shape().len(), 1);
    }
    concat_grid(&grid, chunks)
}

/// Chunks joined along a new axis before axis `axis`; all have one type and one shape.
///
/// # Errors
/// As [`concat()`].
pub fn stack(chunks: &[Chunk], axis: usize) -> Result<Chunk> {
    let expanded = chunks.iter().map(|c| expand_dims(c, axis)).collect::<Result<Vec<_>>>()?;
    concat(&expanded, axis)
}

/// The chunks of a block grid as one chunk. `grid` counts blocks along each axis; `chunks` are in row-major order of the
/// grid, and blocks of one row, column, … agree on that axis' length.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] or [`swath_error::ErrorKind::TypeMismatch`] when they do not fit together.
pub fn concat_grid(grid: &[usize], chunks: &[Chunk]) -> Result<Chunk> {
    let first = chunks.first().ok_or_else(|| mismatch("there is no chunk to join".to_string()))?;
    let ndim = first.shape().len();
    if grid.len() != ndim || grid.iter().product::<usize>() != chunks.len() {
        return Err(mismatch(format!(
            "{} chunks of {ndim} axes do not fill a grid of {grid:?}",
            chunks.len()
        )));
    }
    let steps = super::row_major(grid);
    let lengths = axis_lengths(grid, &steps, chunks);
    let mut pieces = Vec::with_capacity(chunks.len());
    for (i, chunk) in chunks.iter().enumerate() {
        let mut at = Vec::with_capacity(ndim);
        for (axis, (lens, (step, count))) in lengths.iter().zip(steps.iter().zip(grid)).enumerate() {
            let block = (i / step) % count;
            if chunk.shape().get(axis) != lens.get(block) {
                return Err(mismatch(format!(
                    "a block of shape {:?} does not fit beside blocks of shape {:?} along axis {axis}",
                    chunk.shape(),
                    first.shape()
                )));
            }
            at.push(lens.iter().take(block).sum());
        }
        pieces.push((at, chunk.clone()));
    }
    let shape: Vec<usize> = lengths.iter().map(|l| l.iter().sum()).collect();
    assemble(first.dtype(), &shape, &pieces)
}

/// The lengths of the blocks along each axis, read off the blocks at the grid's edges.
fn axis_lengths(grid: &[usize], steps: &[usize], chunks: &[Chunk]) -> Vec<Vec<usize>> {
    let length = |axis: usize, block: usize, step: usize| {
        chunks.get(block * step).and_then(|c| c.shape().get(axis)).copied().unwrap_or(0)
    };
    grid.iter()
        .zip(steps)
        .enumerate()
        .map(|(axis, (count, step))| (0..*count).map(|block| length(axis, block, *step)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, concatenate};

    #[test]
    fn joins_grids_of_uneven_blocks() {
        let a = array![[1, 2, 3], [4, 5, 6], [7, 8, 9]];
        let block = |r: std::ops::Range<usize>, c: std::ops::Range<usize>| {
            Chunk::from_array(a.slice(ndarray::s![r, c]).to_owned().into_dyn())
        };
        let blocks = [block(0..2, 0..1), block(0..2, 1..3), block(2..3, 0..1), block(2..3, 1..3)];
        assert_eq!(concat_grid(&[2, 2], &blocks).unwrap().view::<i32>().unwrap(), a.clone().into_dyn());
        assert!(concat_grid(&[2, 2], &blocks[..3]).is_err());
        let twice = concat(&[block(0..3, 0..3), block(0..3, 0..2)], 1).unwrap();
        let want = concatenate(ndarray::Axis(1), &[a.view(), a.slice(ndarray::s![.., ..2])]).unwrap();
        assert_eq!(twice.view::<i32>().unwrap(), want.into_dyn());
        assert_eq!(stack(&[block(0..1, 0..3), block(1..2, 0..3)], 1).unwrap().shape(), [1, 2, 3]);
        assert!(concat(&[block(0..1, 0..3), block(0..2, 0..2)], 0).is_err());
    }
}
