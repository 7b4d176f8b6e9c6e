//! In which order a program visits its elements: axes ordered by the inputs' memory, neighbours joined, cut into tiles.
//!
//! An operand is anything with strides over the output's axes: an input, a reduction's accumulators, a running index.

use swath_error::Result;

/// Elements of a tile: the working set of a program of a few registers stays in the first- and second-level caches.
pub(crate) const TILE: usize = 2048;

/// Rows at least this long are tiles of their own; shorter ones share a tile.
const LONG_ROW: usize = 512;

/// An order of visiting all elements of a shape.
#[derive(Debug)]
pub(crate) struct Walk {
    /// Lengths after joining, outermost first; at least two.
    dims: Vec<usize>,
    /// For each operand its strides along `dims`.
    strides: Vec<Vec<usize>>,
    /// The output's axes in the order they are walked, outermost first.
    order: Vec<usize>,
    /// For each operand the offset of its first element.
    first: Vec<usize>,
    /// Elements of a tile at most.
    tile: usize,
}

/// One tile: `rows` runs of `cols` elements.
#[derive(Debug)]
pub(crate) struct Tile<'a> {
    /// Runs along the last dimension.
    pub rows: usize,
    /// Elements of a run.
    pub cols: usize,
    /// For each operand the offset of its first element.
    pub offsets: &'a [usize],
}

impl Tile<'_> {
    /// How many elements.
    pub fn len(&self) -> usize {
        self.rows * self.cols
    }
}

impl Walk {
    /// A walk over `shape` for operands with these strides; the order follows the first operand that has a stride
    /// along most axes.
    pub fn new(shape: &[usize], operands: &[Vec<usize>]) -> Self {
        Self::with_order(shape, operands, axis_order(shape, operands))
    }

    /// A walk that takes the axes in a given order, outermost first.
    pub fn with_order(shape: &[usize], operands: &[Vec<usize>], order: Vec<usize>) -> Self {
        let (mut dims, mut strides) = (Vec::new(), vec![Vec::new(); operands.len()]);
        // From the innermost axis outwards, an axis joins the one inside it when every operand just goes on.
        for &axis in order.iter().rev() {
            let n = shape.get(axis).copied().unwrap_or(1);
            if n == 1 {
                continue;
            }
            let own = |operand: &Vec<usize>| operand.get(axis).copied().unwrap_or(0);
            let joins = dims.last().is_some_and(|inner| {
                operands
                    .iter()
                    .zip(&strides)
                    .all(|(o, s): (_, &Vec<usize>)| s.last().map(|s| s * inner) == Some(own(o)))
            });
            if joins {
                if let Some(inner) = dims.last_mut() {
                    *inner *= n;
                }
            } else {
                dims.push(n);
                strides.iter_mut().zip(operands).for_each(|(s, o)| s.push(own(o)));
            }
        }
        while dims.len() < 2 {
            dims.push(1);
            for s in &mut strides {
                s.push(0);
            }
        }
        dims.reverse();
        for s in &mut strides {
            s.reverse();
        }
        let first = vec![0; operands.len()];
        Self { dims, strides, order, first, tile: TILE }
    }

    /// Uses tiles of up to so many elements.
    pub fn tiles_of(self, tile: usize) -> Self {
        Self { tile, ..self }
    }

    /// Lets an operand start at an offset.
    pub fn starting(mut self, operand: usize, offset: usize) -> Self {
        if let Some(first) = self.first.get_mut(operand) {
            *first = offset;
        }
        self
    }

    /// The output's axes in the order they are walked, outermost first.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The stride of an operand from row to row and from column to column of a tile.
    pub fn tile_strides(&self, operand: usize) -> (usize, usize) {
        match self.strides.get(operand).map(Vec::as_slice) {
            Some([.., row, col]) => (*row, *col),
            _ => (0, 0),
        }
    }

    /// Whether an operand is one element everywhere.
    pub fn is_single(&self, operand: usize) -> bool {
        self.strides.get(operand).is_none_or(|s| s.iter().all(|s| *s == 0))
    }

    /// Calls `visit` for every tile; elements come in the walk's row-major order.
    pub fn for_each(&self, mut visit: impl FnMut(&Tile<'_>) -> Result<()>) -> Result<()> {
        let [outer @ .., rows, cols] = self.dims.as_slice() else { return Ok(()) };
        if self.dims.contains(&0) {
            return Ok(());
        }
        let (tile_rows, tile_cols) =
            if *cols >= LONG_ROW { (1, even(*cols, self.tile)) } else { (self.tile / cols, *cols) };
        let mut position = vec![0; outer.len()];
        let mut base = self.first.clone();
        let mut offsets = base.clone();
        loop {
            for row in (0..*rows).step_by(tile_rows) {
                for col in (0..*cols).step_by(tile_cols) {
                    for (k, (offset, base)) in offsets.iter_mut().zip(&base).enumerate() {
                        let (row_stride, col_stride) = self.tile_strides(k);
                        *offset = base + row * row_stride + col * col_stride;
                    }
                    let (rows, cols) = (tile_rows.min(rows - row), tile_cols.min(cols - col));
                    visit(&Tile { rows, cols, offsets: &offsets })?;
                }
            }
            if !self.advance(outer, &mut position, &mut base) {
                return Ok(());
            }
        }
    }

    /// The next position of the outer dimensions; false after the last.
    fn advance(&self, outer: &[usize], position: &mut [usize], base: &mut [usize]) -> bool {
        for (axis, (n, p)) in outer.iter().zip(position.iter_mut()).enumerate().rev() {
            *p += 1;
            let wrapped = *p == *n;
            for (offset, strides) in base.iter_mut().zip(&self.strides) {
                let stride = strides.get(axis).copied().unwrap_or(0);
                *offset = if wrapped { *offset - (n - 1) * stride } else { *offset + stride };
            }
            if !wrapped {
                return true;
            }
            *p = 0;
        }
        false
    }
}

/// A tile length of at most `tile` that cuts a row of `n` into nearly equal pieces.
fn even(n: usize, tile: usize) -> usize {
    n.div_ceil(n.div_ceil(tile))
}

/// The axes from the largest stride to the smallest of the operand that has the most axes with a stride.
pub(crate) fn axis_order(shape: &[usize], operands: &[Vec<usize>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..shape.len()).collect();
    let real = |o: &&Vec<usize>| o.iter().zip(shape).filter(|(s, n)| **s > 0 && **n > 1).count();
    // The first of the best: `max_by_key` would take the last.
    if let Some(main) = operands.iter().rev().max_by_key(real) {
        let stride = |axis: usize| main.get(axis).copied().unwrap_or(0);
        // Axes along which the main operand repeats keep their place relative to their left neighbour.
        if order.iter().all(|a| stride(*a) > 0 || shape.get(*a) == Some(&1)) {
            order.sort_by_key(|a| std::cmp::Reverse(stride(*a)));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contiguous_axes_join_and_broadcast_ones_do_not() {
        let walk = Walk::new(&[3, 4, 5], &[vec![20, 5, 1]]);
        assert_eq!(walk.dims, [1, 60]);
        let walk = Walk::new(&[3, 4, 5], &[vec![20, 5, 1], vec![1, 0, 0]]);
        assert_eq!(walk.dims, [3, 20]);
        let walk = Walk::new(&[3, 4], &[vec![1, 3]]);
        assert_eq!((walk.order(), walk.dims.as_slice()), (&[1, 0][..], &[1, 12][..]));
    }

    #[test]
    fn every_element_is_visited_once() {
        for shape in
            [vec![], vec![1], vec![7, 3000], vec![5, 6, 7], vec![3000, 3], vec![2, 0, 4], vec![2, 3, 4, 5]]
        {
            let strides = crate::layout::row_major(&shape).to_vec();
            let mut padded = strides.clone();
            if let Some(first) = padded.first_mut() {
                *first += 1;
            }
            let walk = Walk::new(&shape, &[strides, padded]);
            let n: usize = shape.iter().product();
            let mut seen = vec![0u8; n];
            walk.for_each(|tile| {
                let (row_stride, col_stride) = walk.tile_strides(0);
                for r in 0..tile.rows {
                    for c in 0..tile.cols {
                        seen[tile.offsets[0] + r * row_stride + c * col_stride] += 1;
                    }
                }
                Ok(())
            })
            .unwrap();
            assert!(seen.iter().all(|s| *s == 1), "{shape:?}");
        }
    }
}
