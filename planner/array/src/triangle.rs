//! The places in a triangle of a matrix, in row-major order, each found from its rank alone.
//!
//! In: the matrix's lengths, the diagonal, ranks. Out: rows or columns. How many places there are is known from the start,
//! so that arrays of them have known chunks. It never makes more places than it is asked for.

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

/// What lies on a diagonal and below it, or above it, in a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triangle {
    rows: usize,
    columns: usize,
    /// How far the diagonal lies to the right of the main one; never beyond the matrix.
    k: i128,
    upper: bool,
}

/// The places of one row: their ranks and the first one's column.
struct Run {
    row: usize,
    ranks: std::ops::Range<i128>,
    column: i128,
}

impl Triangle {
    /// The diagonal that lies `k` to the right of the main one, and what lies below it.
    pub fn lower(rows: usize, columns: usize, k: i64) -> Self {
        Self::new(rows, columns, k, false)
    }

    /// The diagonal that lies `k` to the right of the main one, and what lies above it.
    pub fn upper(rows: usize, columns: usize, k: i64) -> Self {
        Self::new(rows, columns, k, true)
    }

    fn new(rows: usize, columns: usize, k: i64, upper: bool) -> Self {
        // Beyond the matrix all diagonals are alike.
        let k = i128::from(k).clamp(-(rows as i128), columns as i128);
        Self { rows, columns, k, upper }
    }

    /// How many places there are.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for more than any array can hold.
    pub fn count(&self) -> Result<usize> {
        let count = self.before(self.rows);
        isize::try_from(count)
            .ok()
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| Error::argument("Maximum allowed size exceeded"))
    }

    /// The row of each place, or its column, by rank.
    pub(crate) fn places(&self, ranks: impl Iterator<Item = usize>, columns: bool) -> Vec<i64> {
        let mut run = Run { row: 0, ranks: 0..0, column: 0 };
        ranks
            .map(|rank| {
                let rank = rank as i128;
                if !run.ranks.contains(&rank) {
                    run = self.run_of(rank);
                }
                if columns { (run.column + rank - run.ranks.start) as i64 } else { run.row as i64 }
            })
            .collect()
    }

    /// The row in which the place of this rank lies.
    fn run_of(&self, rank: i128) -> Run {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.before(middle + 1) > rank {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let column = if self.upper { (low as i128 + self.k).clamp(0, self.columns as i128) } else { 0 };
        Run { row: low, ranks: self.before(low)..self.before(low + 1), column }
    }

    /// How many places the first `rows` rows have.
    fn before(&self, rows: usize) -> i128 {
        let (rows, columns) = (rows as i128, self.columns as i128);
        if self.upper {
            let left_out = self.stairs(rows + self.k - 1) - self.stairs(self.k - 1);
            rows.saturating_mul(columns) - left_out
        } else {
            self.stairs(rows + self.k) - self.stairs(self.k)
        }
    }

    /// The sum of 1, 2, … up to `count` terms, none larger than the number of columns.
    fn stairs(&self, count: i128) -> i128 {
        let (count, columns) = (count.max(0), self.columns as i128);
        let rising = count.min(columns);
        rising.saturating_mul(rising + 1) / 2 + (count - rising).saturating_mul(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_from_its_rank() {
        for rows in 0..6 {
            for columns in 0..6 {
                for k in -8i64..8 {
                    for upper in [false, true] {
                        let triangle = Triangle::new(rows, columns, k, upper);
                        let inside = |r: usize, c: usize| {
                            let right = c as i64 - r as i64;
                            if upper { right >= k } else { right <= k }
                        };
                        let want: Vec<(i64, i64)> = (0..rows)
                            .flat_map(|r| (0..columns).map(move |c| (r, c)))
                            .filter(|(r, c)| inside(*r, *c))
                            .map(|(r, c)| (r as i64, c as i64))
                            .collect();
                        assert_eq!(triangle.count().unwrap(), want.len());
                        let backwards = || (0..want.len()).rev();
                        let (at, along) =
                            (triangle.places(backwards(), false), triangle.places(backwards(), true));
                        let found: Vec<(i64, i64)> = at.into_iter().zip(along).rev().collect();
                        assert_eq!(found, want, "{triangle:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn large_matrices_are_counted_or_refused() {
        let wide = Triangle::lower(1 << 32, 1 << 31, i64::MIN);
        assert_eq!(wide.count().unwrap(), 0);
        assert_eq!(Triangle::upper(1 << 31, 1 << 31, i64::MIN).count().unwrap(), 1 << 62);
        let last = Triangle::lower(1 << 31, 1 << 31, 0);
        let count = last.count().unwrap();
        assert_eq!(last.places([count - 1].into_iter(), true), [(1 << 31) - 1]);
        assert!(Triangle::lower(usize::MAX, usize::MAX, 0).count().is_err());
        assert!(Triangle::upper(1 << 40, 1 << 40, 0).count().is_err());
    }
}
