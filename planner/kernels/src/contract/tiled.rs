//! Matrix products in tiles of registers, for processors with AVX2 and fused multiply-add.
//!
//! In: two matrices of any strides. Out: their product, in a row-major matrix. The loops are those of Goto and van de Geijn,
//! "Anatomy of high-performance matrix multiplication" (2008): a panel of the right matrix stays in the third cache, a
//! block of the left one in the second, a strip of the panel in the first and a tile of the result in registers.
//! It never runs where the processor lacks the instructions.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256, __m256d, _MM_HINT_T0, _mm_prefetch, _mm256_add_pd, _mm256_add_ps, _mm256_broadcast_sd,
    _mm256_broadcast_ss, _mm256_fmadd_pd, _mm256_fmadd_ps, _mm256_loadu_pd, _mm256_loadu_ps,
    _mm256_setzero_pd, _mm256_setzero_ps, _mm256_storeu_pd, _mm256_storeu_ps,
};

use std::sync::{Mutex, PoisonError};

use ndarray::{ArrayView2, s};
use swath_block::{Alone, Together};

use super::pack::pack;

/// Columns of the left matrix and rows of the right one that are multiplied at a time.
const DEPTH: usize = 256;

/// Rows of the left matrix in a block.
const BLOCK: usize = 16 * ROWS;

/// Columns of the right matrix in a panel.
const PANEL: usize = 4096;

/// Rows of a tile.
const ROWS: usize = 6;

/// How many bytes before it is read the left matrix is asked for.
const AHEAD: usize = 576;

/// Multiplications below which packing costs more than it saves.
const WORTH: usize = 32 * 32 * 32;

/// Multiplications in a block from which on other threads may take it: half a millisecond.
const SHARED: usize = 10_000_000;

/// Whether [`multiply`] does best: tiles this large fill the registers that AVX2 has, and those of AVX-512 are more.
pub(super) fn suits(m: usize, n: usize, k: usize) -> bool {
    m.saturating_mul(n).saturating_mul(k) >= WORTH
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && !is_x86_feature_detected!("avx512f")
}

/// An element of which tiles are made.
pub(super) trait Tiled: Copy + Default + Send + Sync + std::ops::Add<Output = Self> {
    /// Columns of a tile: two registers.
    const COLUMNS: usize;

    /// The right matrix in strips as wide as a tile.
    fn strips(matrix: &ArrayView2<'_, Self>, out: &mut Vec<Self>);

    /// The product of `depth` columns of a strip and `depth` rows of another, added to a tile of the result or instead
    /// of it.
    ///
    /// # Safety
    /// The processor has AVX2 and fused multiply-add; `a` and `b` hold `depth` times [`ROWS`] and
    /// [`Self::COLUMNS`] elements; `c` has [`ROWS`] rows of [`Self::COLUMNS`] elements each, `stride` apart.
    unsafe fn tile(depth: usize, a: *const Self, b: *const Self, c: *mut Self, stride: usize, add: bool);
}

macro_rules! tiled {
    ($t:ty, $register:ty, $lanes:literal, $zero:ident, $load:ident, $broadcast:ident, $fmadd:ident, $add:ident, $store:ident) => {
        impl Tiled for $t {
            const COLUMNS: usize = 2 * $lanes;

            fn strips(matrix: &ArrayView2<'_, Self>, out: &mut Vec<Self>) {
                pack::<Self, { 2 * $lanes }>(matrix, out);
            }

            #[target_feature(enable = "avx2,fma")]
            unsafe fn tile(
                depth: usize,
                mut a: *const Self,
                mut b: *const Self,
                c: *mut Self,
                stride: usize,
                add: bool,
            ) {
                let mut sums: [[$register; 2]; ROWS] = [[$zero(); 2]; ROWS];
                // SAFETY: the caller's promise; what is prefetched need not exist.
                unsafe {
                    for row in 0..ROWS {
                        let first = c.add(row * stride);
                        _mm_prefetch::<_MM_HINT_T0>(first.cast());
                        _mm_prefetch::<_MM_HINT_T0>(first.add(Self::COLUMNS - 1).cast());
                    }
                    let mut step = || {
                        let (left, right) = ($load(b), $load(b.add($lanes)));
                        for (row, sum) in sums.iter_mut().enumerate() {
                            let value = $broadcast(&*a.add(row));
                            *sum = [$fmadd(value, left, sum[0]), $fmadd(value, right, sum[1])];
                        }
                        a = a.add(ROWS);
                        b = b.add(Self::COLUMNS);
                        a
                    };
                    for _ in 0..depth / 4 {
                        let (_, _, _, a) = (step(), step(), step(), step());
                        // Four steps read three cache lines of doubles.
                        for line in 0..3 {
                            _mm_prefetch::<_MM_HINT_T0>(a.cast::<i8>().wrapping_add(AHEAD + line * 64));
                        }
                    }
                    for _ in 0..depth % 4 {
                        step();
                    }
                    for (row, sum) in sums.into_iter().enumerate() {
                        for (half, mut value) in sum.into_iter().enumerate() {
                            let to = c.add(row * stride + half * $lanes);
                            if add {
                                value = $add(value, $load(to));
                            }
                            $store(to, value);
                        }
                    }
                }
            }
        }
    };
}

tiled!(
    f64,
    __m256d,
    4,
    _mm256_setzero_pd,
    _mm256_loadu_pd,
    _mm256_broadcast_sd,
    _mm256_fmadd_pd,
    _mm256_add_pd,
    _mm256_storeu_pd
);
tiled!(
    f32,
    __m256,
    8,
    _mm256_setzero_ps,
    _mm256_loadu_ps,
    _mm256_broadcast_ss,
    _mm256_fmadd_ps,
    _mm256_add_ps,
    _mm256_storeu_ps
);

/// The product of two matrices into a row-major slice, added to what is there when `add` is set. Only where [`suits`]
/// says so. Threads share the blocks of the left matrix.
pub(super) fn multiply<T: Tiled>(
    a: &ArrayView2<'_, T>,
    b: &ArrayView2<'_, T>,
    out: &mut [T],
    add: bool,
    together: &dyn Together,
) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert!(
        b.nrows() == k && out.len() == m * n && suits(m, n, k),
        "what can be multiplied was checked before"
    );
    let mut panel = Vec::new();
    let spare = Mutex::new(Vec::new());
    for column in (0..n).step_by(PANEL) {
        let columns = PANEL.min(n - column);
        for at in (0..k).step_by(DEPTH) {
            let depth = DEPTH.min(k - at);
            T::strips(&b.slice(s![at..at + depth, column..column + columns]), &mut panel);
            let places: Vec<Mutex<&mut [T]>> = out.chunks_mut(BLOCK * n).map(Mutex::new).collect();
            let worth = BLOCK * columns * depth >= SHARED;
            let together: &dyn Together = if worth { together } else { &Alone };
            together.each(places.len(), &|i| {
                let Some(mut place) = places.get(i).map(held) else { return };
                let Some(out) = place.get_mut(column..) else { return };
                let (row, mut block) = (i * BLOCK, held(&spare).pop().unwrap_or_default());
                let rows = BLOCK.min(m - row);
                pack::<T, ROWS>(&a.slice(s![row..row + rows, at..at + depth]).reversed_axes(), &mut block);
                let part = Part { out, stride: n, rows, columns, add: add || at > 0 };
                part.fill(depth, &block, &panel);
                held(&spare).push(block);
            });
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part of the result.
struct Part<'a, T> {
    /// From its first element on.
    out: &'a mut [T],
    /// From row to row.
    stride: usize,
    rows: usize,
    columns: usize,
    add: bool,
}

impl<T: Tiled> Part<'_, T> {
    /// Multiplies a packed block and a packed panel, tile by tile.
    fn fill(mut self, depth: usize, block: &[T], panel: &[T]) {
        for (j, b) in panel.chunks_exact(depth * T::COLUMNS).enumerate() {
            for (i, a) in block.chunks_exact(depth * ROWS).enumerate() {
                self.tile(depth, (i * ROWS, j * T::COLUMNS), a, b);
            }
        }
    }

    fn tile(&mut self, depth: usize, (row, column): (usize, usize), a: &[T], b: &[T]) {
        let rows = ROWS.min(self.rows - row);
        let columns = T::COLUMNS.min(self.columns - column);
        let first = row * self.stride + column;
        if (rows, columns) == (ROWS, T::COLUMNS) {
            let last = first + (ROWS - 1) * self.stride + T::COLUMNS;
            if let Some(out) = self.out.get_mut(first..last) {
                // SAFETY: the processor was checked by `multiply`; `a`, `b` and `out` are as long as a tile needs.
                unsafe {
                    T::tile(depth, a.as_ptr(), b.as_ptr(), out.as_mut_ptr(), self.stride, self.add);
                }
            }
            return;
        }
        // The tile reaches beyond the result: it is made aside, and its part copied.
        let mut aside = [T::default(); ROWS * 16];
        // SAFETY: as above; `aside` has room for a tile of either type.
        unsafe { T::tile(depth, a.as_ptr(), b.as_ptr(), aside.as_mut_ptr(), T::COLUMNS, false) };
        for (i, values) in aside.chunks_exact(T::COLUMNS).take(rows).enumerate() {
            let to = self.out.iter_mut().skip(first + i * self.stride).take(columns);
            for (to, value) in to.zip(values) {
                *to = if self.add { *to + *value } else { *value };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn check<T: Tiled + PartialEq + std::fmt::Debug>(number: impl Fn(usize) -> T) {
        for (m, n, k) in
            [(32, 32, 32), (97, 33, 300), (6, 700, 17), (200, 16, 11), (1, 300, 600), (101, 5, 513)]
        {
            if !suits(m, n, k) {
                continue;
            }
            let a = Array2::from_shape_fn((m, k), |(i, j)| number((i * 7 + j * 3) % 11));
            let b = Array2::from_shape_fn((k, n), |(i, j)| number((i * 5 + j * 2) % 7));
            let (a2, b2) = (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
            let mut want = vec![T::default(); m * n];
            multiply(&a.view(), &b.view(), &mut want, false, &Alone);
            for (a, b) in [(a.view(), b2.t()), (a2.t(), b.view()), (a2.t(), b2.t())] {
                let mut out = vec![number(3); m * n];
                multiply(&a, &b, &mut out, false, &Alone);
                assert_eq!(out, want, "{m} {n} {k}");
            }
            let mut twice = want.clone();
            multiply(&a.view(), &b.view(), &mut twice, true, &Alone);
            assert!(twice.iter().zip(&want).all(|(t, w)| *t == *w + *w), "{m} {n} {k}");
        }
    }

    #[test]
    fn order_and_strides_do_not_matter() {
        check(|i| i as f64);
        check(|i| i as f32);
    }

    #[test]
    fn products_are_those_of_plain_loops() {
        let (m, n, k) = (45, 61, 270);
        if !suits(m, n, k) {
            return;
        }
        let a = Array2::from_shape_fn((m, k), |(i, j)| ((i * 31 + j * 17) % 23) as f64 - 11.0);
        let b = Array2::from_shape_fn((k, n), |(i, j)| ((i * 13 + j * 29) % 19) as f64 - 9.0);
        let mut out = vec![0.0; m * n];
        multiply(&a.view(), &b.view(), &mut out, false, &Alone);
        for i in 0..m {
            for j in 0..n {
                let want: f64 = (0..k).map(|l| a[[i, l]] * b[[l, j]]).sum();
                assert_eq!(out[i * n + j].to_bits(), want.to_bits(), "{i} {j}");
            }
        }
    }
}
