//! Strips of a matrix as the innermost loop of a product reads them.

use ndarray::{ArrayView2, s};

/// Strips that are filled at a time: what is read of a row is whole cache lines, one after another.
const TOGETHER: usize = 4;

/// The matrix in strips of `W` columns, one strip after another and each row by row; the last strip is filled up with
/// zeros.
pub(super) fn pack<T: Copy + Default, const W: usize>(matrix: &ArrayView2<'_, T>, out: &mut Vec<T>) {
    let (rows, columns) = matrix.dim();
    // What is there from another matrix is written over, but for what fills up the last strip.
    out.resize(columns.div_ceil(W) * W * rows, T::default());
    if !columns.is_multiple_of(W) {
        let last = out.len() - W * rows;
        out.iter_mut().skip(last).for_each(|value| *value = T::default());
    }
    let by_columns = matrix.strides().first() < matrix.strides().last();
    let (strip, together) = ((rows * W).max(1), if by_columns { 1 } else { TOGETHER });
    for (i, strips) in out.chunks_mut(together * strip).enumerate() {
        let first = i * together * W;
        let part = matrix.slice(s![.., first..columns.min(first + together * W)]);
        if by_columns {
            from_columns::<T, W>(&part, strips);
        } else {
            from_rows::<T, W>(&part, strips);
        }
    }
}

/// One strip of columns whose elements lie in order.
fn from_columns<T: Copy, const W: usize>(part: &ArrayView2<'_, T>, strip: &mut [T]) {
    let in_order: Vec<&[T]> = part.columns().into_iter().filter_map(|column| column.to_slice()).collect();
    if let Ok(columns) = <[&[T]; W]>::try_from(in_order) {
        for (row, out) in strip.as_chunks_mut::<W>().0.iter_mut().enumerate() {
            for (out, column) in out.iter_mut().zip(&columns) {
                if let Some(value) = column.get(row) {
                    *out = *value;
                }
            }
        }
        return;
    }
    for (t, column) in part.columns().into_iter().enumerate() {
        strip.iter_mut().skip(t).step_by(W).zip(column).for_each(|(out, value)| *out = *value);
    }
}

/// As many strips as the rows of the part need.
fn from_rows<T: Copy, const W: usize>(part: &ArrayView2<'_, T>, strips: &mut [T]) {
    let length = (part.nrows() * W).max(1);
    for (i, row) in part.rows().into_iter().enumerate() {
        let places =
            strips.chunks_exact_mut(length).filter_map(|strip| strip.as_chunks_mut::<W>().0.get_mut(i));
        let Some(row) = row.to_slice() else {
            for (k, out) in places.enumerate() {
                out.iter_mut().zip(row.iter().skip(k * W)).for_each(|(out, value)| *out = *value);
            }
            continue;
        };
        for (out, values) in places.zip(row.chunks(W)) {
            // Rows of a known length are copied in a few instructions.
            match <&[T; W]>::try_from(values) {
                Ok(values) => *out = *values,
                Err(_) => out.iter_mut().zip(values).for_each(|(out, value)| *out = *value),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn strips_of_either_order_are_equal() {
        let matrix = Array2::from_shape_fn((3, 5), |(i, j)| (10 * i + j + 1) as f64);
        let want = [1., 2., 11., 12., 21., 22., 3., 4., 13., 14., 23., 24., 5., 0., 15., 0., 25., 0.];
        let turned = matrix.t().as_standard_layout().into_owned();
        for view in [matrix.view(), turned.t()] {
            let mut out = vec![7.0; 2];
            pack::<_, 2>(&view, &mut out);
            assert_eq!(out, want);
        }
    }

    #[test]
    fn every_width_and_stride() {
        for (rows, columns) in [(1, 1), (5, 13), (7, 24), (2, 37), (0, 4), (3, 0)] {
            let wide = Array2::from_shape_fn((2 * rows, 3 * columns), |(i, j)| (1000 * i + j) as i64);
            let apart = wide.slice(s![..;2, ..;3]);
            let whole = apart.to_owned();
            let turned = whole.t().as_standard_layout().into_owned();
            for view in [apart, whole.view(), turned.t()] {
                let mut out = vec![7; 3];
                pack::<_, 6>(&view, &mut out);
                let value =
                    |strip: usize, i: usize, t: usize| whole.get((i, strip * 6 + t)).copied().unwrap_or(0);
                let want: Vec<i64> = (0..columns.div_ceil(6))
                    .flat_map(|strip| (0..rows).flat_map(move |i| (0..6).map(move |t| (strip, i, t))))
                    .map(|(strip, i, t)| value(strip, i, t))
                    .collect();
                assert_eq!(out, want, "{rows} {columns}");
            }
        }
    }
}
