//! LU factorisation with partial pivoting, one tall column of chunks at a time.
//!
//! In: columns of the matrix, each a chunk of all rows. Out: the same columns with the factors in place of the elements
//! (`L` below the diagonal, its ones left out, `U` on and above it), and which rows went where. Step `k` factorises
//! column `k` ([`lu_panel`]) and applies what it found to those right of it ([`lu_update`]). `start` is the row at which
//! the step's diagonal block begins. It never divides by a pivot of zero: a singular matrix shows as a zero on the
//! diagonal of `U`.

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve as solve;
use faer::reborrow::{Reborrow, ReborrowMut};
use faer::{Accum, MatMut, MatRef, Par};
use swath_block::{Chunk, Element, with_dtype};
use swath_error::{Error, Result};
use swath_kernels::{SliceIndex, take};

use crate::field::{Field, chunk_of, matrix, with_field};
use crate::scale::{has_reciprocal, quotient};
use crate::triangular::{check_diagonal, divide};

/// Columns that are factorised without recursion.
const NARROW: usize = 8;

/// Factorises the rows of a column from `start` on: the column with its factors, and for each of these rows the row
/// (counted from `start`) that stands there now.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] for integers.
pub fn lu_panel(column: &Chunk, start: usize) -> Result<[Chunk; 2]> {
    with_field!(column.dtype(), T => matrix::<T, _>(column, |c| {
        let mut whole = c.to_owned();
        let rows = c.nrows().saturating_sub(start);
        let mut order: Vec<usize> = (0..rows).collect();
        factorise::<T>(whole.as_mut().submatrix_mut(start, 0, rows, c.ncols()), &mut order);
        let order: Vec<i64> = order.into_iter().map(|i| i as i64).collect();
        Ok([chunk_of(whole.as_ref())?, Chunk::from_vec(order, &[rows])?])
    }))
}

/// Factorises in place; `order` is permuted as the rows are.
fn factorise<T: Field>(mut a: MatMut<'_, T>, order: &mut [usize]) {
    let (m, n) = (a.nrows(), a.ncols());
    let k = m.min(n);
    if k <= NARROW {
        return narrow(a, order);
    }
    // Recursion on the columns: most of the work becomes matrix products.
    let half = k / 2;
    let mut swaps: Vec<usize> = (0..m).collect();
    factorise(a.rb_mut().subcols_mut(0, half), &mut swaps);
    permute_rows(a.rb_mut().subcols_mut(half, n - half), &swaps);
    {
        let (a00, mut a01, a10, mut a11) = a.rb_mut().split_at_mut(half, half);
        solve::solve_unit_lower_triangular_in_place(a00.rb(), a01.rb_mut(), Par::Seq);
        matmul(a11.rb_mut(), Accum::Add, a10.rb(), a01.rb(), -faer::traits::math_utils::one::<T>(), Par::Seq);
        let mut lower: Vec<usize> = (0..m - half).collect();
        factorise(a11, &mut lower);
        permute_rows(a10, &lower);
        let tail: Vec<usize> = lower.iter().filter_map(|i| swaps.get(half + i).copied()).collect();
        swaps.truncate(half);
        swaps.extend(tail);
    }
    let old = order.to_vec();
    for (slot, from) in order.iter_mut().zip(&swaps) {
        *slot = old.get(*from).copied().unwrap_or(0);
    }
}

/// Column by column.
fn narrow<T: Field>(mut a: MatMut<'_, T>, order: &mut [usize]) {
    let (m, n) = (a.nrows(), a.ncols());
    for j in 0..m.min(n) {
        let size = |i: usize| faer::traits::math_utils::abs1(&a[(i, j)]);
        let mut best = j;
        for i in j + 1..m {
            if size(i) > size(best) {
                best = i;
            }
        }
        if best != j {
            order.swap(j, best);
            (0..n).for_each(|c| {
                let held = a[(j, c)];
                a[(j, c)] = a[(best, c)];
                a[(best, c)] = held;
            });
        }
        let pivot = a[(j, j)];
        if pivot == <T as Element>::zero() {
            continue;
        }
        let inverse: T = faer::traits::math_utils::recip(&pivot);
        let by_inverse = has_reciprocal(pivot);
        for i in j + 1..m {
            let value = a[(i, j)];
            a[(i, j)] = if by_inverse { value * inverse } else { quotient(value, pivot) };
        }
        for c in j + 1..n {
            let top = a[(j, c)];
            for i in j + 1..m {
                a[(i, c)] = a[(i, c)] - a[(i, j)] * top;
            }
        }
    }
}

/// Row `i` becomes the row that was at `order[i]`.
fn permute_rows<T: Field>(mut a: MatMut<'_, T>, order: &[usize]) {
    let moved: Vec<(usize, usize)> =
        order.iter().enumerate().filter(|(i, from)| i != *from).map(|(i, from)| (i, *from)).collect();
    let mut held: Vec<T> = Vec::with_capacity(moved.len());
    for j in 0..a.ncols() {
        held.clear();
        held.extend(moved.iter().map(|(_, from)| a[(*from, j)]));
        for ((to, _), value) in moved.iter().zip(&held) {
            a[(*to, j)] = *value;
        }
    }
}

/// What a step does to a column beside the panel: rows from `start` on go where the panel's went (`order`), the
/// diagonal block's rows become rows of `U` (or of the solution of `L y = b`), and their part of the rows below is
/// subtracted.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] for integers.
pub fn lu_update(panel: &Chunk, order: &Chunk, column: &Chunk, start: usize) -> Result<Chunk> {
    let column = lu_permute(column, order, start)?;
    with_field!(panel.dtype(), T => matrix::<T, _>(panel, |p| matrix::<T, _>(&column, |c| {
        let mut c = c.to_owned();
        let rows = p.nrows().saturating_sub(start);
        let width = p.ncols().min(rows);
        let (top, below) = lower_part(p, start, rows, width);
        let columns = c.ncols();
        let (mut x, rest) = c.as_mut().submatrix_mut(start, 0, rows, columns).split_at_row_mut(width);
        solve::solve_unit_lower_triangular_in_place(top, x.rb_mut(), Par::Seq);
        matmul(rest, Accum::Add, below, x.rb(), -faer::traits::math_utils::one::<T>(), Par::Seq);
        chunk_of(c.as_ref())
    })))
}

/// The diagonal block of a panel and what is below it.
fn lower_part<T: Field>(
    panel: MatRef<'_, T>,
    start: usize,
    rows: usize,
    width: usize,
) -> (MatRef<'_, T>, MatRef<'_, T>) {
    panel.submatrix(start, 0, rows, width).split_at_row(width)
}

/// One step of the solution of `U x = y`, from the last column of `U` to the first: the diagonal block's rows of `y`
/// become rows of `x`, and their part of the rows above is subtracted.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] when the diagonal of `U` has a zero; [`swath_error::ErrorKind::TypeMismatch`] for integers.
pub fn lu_back(panel: &Chunk, y: &Chunk, start: usize) -> Result<Chunk> {
    with_field!(panel.dtype(), T => matrix::<T, _>(panel, |p| matrix::<T, _>(y, |y| {
        let mut y = y.to_owned();
        let width = p.ncols();
        let (above, diagonal) = p.submatrix(0, 0, start + width, width).split_at_row(start);
        check_diagonal(diagonal)?;
        let columns = y.ncols();
        let (rest, mut x) = y.as_mut().submatrix_mut(0, 0, start + width, columns).split_at_row_mut(start);
        divide(diagonal, x.rb_mut(), false);
        matmul(rest, Accum::Add, above, x.rb(), -faer::traits::math_utils::one::<T>(), Par::Seq);
        chunk_of(y.as_ref())
    })))
}

/// The rows from `start` on in another order: row `start + i` becomes row `start + order[i]`. Any number of axes.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when `order` leaves the chunk.
pub fn lu_permute(column: &Chunk, order: &Chunk, start: usize) -> Result<Chunk> {
    let order = order.view::<i64>()?;
    let moved = order.iter().map(|i| start + *i as usize);
    let rows: Vec<usize> = (0..start).chain(moved).collect();
    take(column, 0, &rows)
}

/// The diagonal of `U` in a factorised column whose diagonal block begins at `start`.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] for a chunk without rows there.
pub fn lu_diagonal(column: &Chunk, start: usize) -> Result<Chunk> {
    let [rows, columns] = column.shape() else {
        return Err(Error::internal("a column of a factorisation has two axes"));
    };
    let len = rows.saturating_sub(start).min(*columns);
    let block = swath_kernels::slice(
        column,
        &[SliceIndex::Range { start, step: 1, len }, SliceIndex::Range { start: 0, step: 1, len }],
    )?;
    with_dtype!(column.dtype(), T => {
        let view = block.view::<T>()?;
        Chunk::from_vec((0..len).map(|i| view[[i, i]]).collect::<Vec<T>>(), &[len])
    })
}

/// 1 when a permutation is made of an even number of exchanges, else -1.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk is no permutation.
pub fn permutation_sign(order: &Chunk) -> Result<Chunk> {
    let order: Vec<usize> = order.view::<i64>()?.iter().map(|i| *i as usize).collect();
    let mut seen = vec![false; order.len()];
    let mut even = true;
    for first in 0..order.len() {
        let (mut at, mut length) = (first, 0usize);
        while let Some(slot) = seen.get_mut(at).filter(|s| !**s) {
            *slot = true;
            length += 1;
            at = order.get(at).copied().ok_or_else(|| Error::internal("not a permutation"))?;
        }
        // A cycle of n elements is n - 1 exchanges.
        even ^= length > 0 && length % 2 == 0;
    }
    Chunk::from_vec(vec![if even { 1.0 } else { -1.0 }], &[])
}

/// The part of a factorised column that belongs to `L`: zeros above its diagonal block, ones on the diagonal.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] for integers.
pub fn lu_lower(column: &Chunk, start: usize) -> Result<Chunk> {
    with_field!(column.dtype(), T => matrix::<T, _>(column, |c| {
        let one = faer::traits::math_utils::one::<T>();
        let l = faer::Mat::from_fn(c.nrows(), c.ncols(), |i, j| match i.cmp(&(start + j)) {
            std::cmp::Ordering::Less => <T as Element>::zero(),
            std::cmp::Ordering::Equal => one,
            std::cmp::Ordering::Greater => c[(i, j)],
        });
        chunk_of(l.as_ref())
    }))
}

/// The first `rows` rows of a column that belong to `U`: zeros below the diagonal.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] for integers.
pub fn lu_upper(column: &Chunk, start: usize, rows: usize) -> Result<Chunk> {
    with_field!(column.dtype(), T => matrix::<T, _>(column, |c| {
        let u = faer::Mat::from_fn(rows.min(c.nrows()), c.ncols(), |i, j| {
            if i <= start + j { c[(i, j)] } else { <T as Element>::zero() }
        });
        chunk_of(u.as_ref())
    }))
}
