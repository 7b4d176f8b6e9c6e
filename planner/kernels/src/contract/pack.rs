//! Strips of a matrix as the innermost loop of a product reads them.

use ndarray::{ArrayView2, s};

/// The matrix in strips of `width` columns, one strip after another and each row by row; the last strip is filled up with
/// zeros.
pub(super) fn pack<T: Copy + Default>(matrix: &ArrayView2<'_, T>, width: usize, out: &mut Vec<T>) {
    let (rows, columns) = matrix.dim();
    out.clear();
    out.resize(columns.div_ceil(width) * width * rows, T::default());
    let by_columns = matrix.strides().first() < matrix.strides().last();
    for (i, strip) in out.chunks_exact_mut((rows * width).max(1)).enumerate() {
        let part = matrix.slice(s![.., i * width..columns.min((i + 1) * width)]);
        if by_columns {
            for (t, column) in part.columns().into_iter().enumerate() {
                strip.iter_mut().skip(t).step_by(width).zip(column).for_each(|(out, value)| *out = *value);
            }
        } else {
            for (out, row) in strip.chunks_exact_mut(width).zip(part.rows()) {
                match (row.as_slice(), out.get_mut(..row.len())) {
                    (Some(row), Some(out)) => out.copy_from_slice(row),
                    _ => out.iter_mut().zip(row).for_each(|(out, value)| *out = *value),
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
            pack(&view, 2, &mut out);
            assert_eq!(out, want);
        }
    }
}
