//! Strips of a matrix as the innermost loop of a product reads them.

use ndarray::{ArrayView2, s};

/// The matrix in strips of `W` columns, one strip after another and each row by row; the last strip is filled up with
/// zeros.
pub(super) fn pack<T: Copy + Default, const W: usize>(matrix: &ArrayView2<'_, T>, out: &mut Vec<T>) {
    let (rows, columns) = matrix.dim();
    out.clear();
    out.resize(columns.div_ceil(W) * W * rows, T::default());
    let by_columns = matrix.strides().first() < matrix.strides().last();
    for (i, strip) in out.chunks_exact_mut((rows * W).max(1)).enumerate() {
        let part = matrix.slice(s![.., i * W..columns.min((i + 1) * W)]);
        if by_columns {
            for (t, column) in part.columns().into_iter().enumerate() {
                strip.iter_mut().skip(t).step_by(W).zip(column).for_each(|(out, value)| *out = *value);
            }
        } else {
            for (out, row) in strip.as_chunks_mut::<W>().0.iter_mut().zip(part.rows()) {
                // Rows of a known length are copied in a few instructions.
                match row.as_slice().and_then(|row| <&[T; W]>::try_from(row).ok()) {
                    Some(row) => *out = *row,
                    None => out.iter_mut().zip(row).for_each(|(out, value)| *out = *value),
                }
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
}
