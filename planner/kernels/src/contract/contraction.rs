//! Contractions of two chunks over labelled axes, as matrix products.
//!
//! In: the labels of both operands and of the result. Out: sums of products in the order a matrix product gives them
//! ([`Contraction::add`]), and the result in its own order ([`Contraction::finish`]). Transposed operands are read by their
//! strides; they are copied only when several axes become one that do not lie together in memory.

use serde::{Deserialize, Serialize};
use swath_block::{Alone, Chunk, Shape, Strides, Together};
use swath_error::{Error, Result};

use super::matmul::multiplied;
use crate::layout::{mismatch, reshape, transpose};

/// How two operands are contracted.
///
/// ```
/// use swath_block::Chunk;
/// use swath_kernels::Contraction;
/// // Columns of `a` with columns of `b`.
/// let plan = Contraction::new(&['k', 'i'], &['k', 'j'], &['j', 'i'])?;
/// let a = Chunk::from_vec(vec![1.0, 2.0, 3.0, 4.0], &[2, 2])?;
/// let b = Chunk::from_vec(vec![1.0, 10.0], &[2, 1])?;
/// let sum = plan.add(None, &a, &b)?;
/// assert_eq!(plan.finish(&sum, &[1, 2])?.view::<f64>()?, ndarray::array![[31.0, 42.0]].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contraction {
    /// The axes of the first operand: shared by both and kept, its own, contracted.
    a: Vec<usize>,
    /// The axes of the second operand: shared by both and kept, contracted, its own.
    b: Vec<usize>,
    batch: usize,
    a_own: usize,
    contracted: usize,
    b_own: usize,
    /// For each axis of the result, where it is among: shared, those of the first operand, those of the second.
    result: Vec<usize>,
}

impl Contraction {
    /// The contraction of operands with these labels to a result with these: labels of both operands that the result
    /// lacks are summed over.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::ShapeMismatch`] when a label is repeated, or one of a single operand or of none is not
    /// (or only) in the result.
    pub fn new(a: &[char], b: &[char], out: &[char]) -> Result<Self> {
        let text = |labels: &[char]| labels.iter().collect::<String>();
        let fail = || mismatch(format!("{},{}->{} is no contraction", text(a), text(b), text(out)));
        let repeated =
            |labels: &[char]| labels.iter().enumerate().any(|(i, l)| labels.iter().take(i).any(|m| m == l));
        if [a, b, out].into_iter().any(repeated) {
            return Err(fail());
        }
        let batch: Vec<char> = out.iter().copied().filter(|l| a.contains(l) && b.contains(l)).collect();
        let a_own: Vec<char> = out.iter().copied().filter(|l| a.contains(l) && !b.contains(l)).collect();
        let b_own: Vec<char> = out.iter().copied().filter(|l| !a.contains(l) && b.contains(l)).collect();
        let contracted: Vec<char> = a.iter().copied().filter(|l| b.contains(l) && !out.contains(l)).collect();
        let place = |labels: &[char], l: char| labels.iter().position(|m| *m == l).ok_or_else(fail);
        let a_order = [batch.clone(), a_own.clone(), contracted.clone()].concat();
        let b_order = [batch.clone(), contracted.clone(), b_own.clone()].concat();
        let internal = [batch.clone(), a_own.clone(), b_own.clone()].concat();
        if a_order.len() != a.len() || b_order.len() != b.len() || internal.len() != out.len() {
            return Err(fail());
        }
        Ok(Self {
            a: a_order.iter().map(|l| place(a, *l)).collect::<Result<_>>()?,
            b: b_order.iter().map(|l| place(b, *l)).collect::<Result<_>>()?,
            batch: batch.len(),
            a_own: a_own.len(),
            contracted: contracted.len(),
            b_own: b_own.len(),
            result: out.iter().map(|l| place(&internal, *l)).collect::<Result<_>>()?,
        })
    }

    /// `sum` and the contraction of `a` and `b`, as a stack of matrices: in `sum`'s memory when nobody else holds it.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::ShapeMismatch`] when lengths do not fit; [`swath_error::ErrorKind::TypeMismatch`] when types differ.
    pub fn add(&self, sum: Option<Chunk>, a: &Chunk, b: &Chunk) -> Result<Chunk> {
        self.add_together(sum, a, b, &Alone)
    }

    /// As [`Self::add`], by several threads.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_together(
        &self,
        sum: Option<Chunk>,
        a: &Chunk,
        b: &Chunk,
        together: &dyn Together,
    ) -> Result<Chunk> {
        let a = merged(&transpose(a, &self.a)?, self.batch, &[self.a_own, self.contracted])?;
        let b = merged(&transpose(b, &self.b)?, self.batch, &[self.contracted, self.b_own])?;
        multiplied(sum, &a, &b, together)
    }

    /// The result of `shape`, of the stack of matrices that [`Self::add`] gave.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::ShapeMismatch`] when the shape does not fit.
    pub fn finish(&self, sum: &Chunk, shape: &[usize]) -> Result<Chunk> {
        let mut inner = vec![0; self.result.len()];
        for (at, n) in self.result.iter().zip(shape) {
            *inner.get_mut(*at).ok_or_else(|| Error::internal("a contraction's axes are lost"))? = *n;
        }
        transpose(&reshape(sum, &inner)?, &self.result)
    }
}

/// The axes from `first` on in groups of these sizes, each group one axis; an empty group is an axis of length 1.
fn merged(chunk: &Chunk, first: usize, groups: &[usize]) -> Result<Chunk> {
    if groups.iter().all(|n| *n == 1) {
        return Ok(chunk.clone());
    }
    let (mut shape, mut strides): (Shape, Strides) = (Shape::new(), Strides::new());
    shape.extend(chunk.shape().iter().take(first).copied());
    strides.extend(chunk.strides().iter().take(first).copied());
    let mut together = true;
    let mut at = first;
    for group in groups {
        let axes: Vec<(usize, usize)> = chunk
            .shape()
            .iter()
            .copied()
            .zip(chunk.strides().iter().copied())
            .skip(at)
            .take(*group)
            .collect();
        // Axes of length 1 can lie anywhere.
        let long: Vec<(usize, usize)> = axes.iter().copied().filter(|(n, _)| *n != 1).collect();
        together &= long.windows(2).all(|w| matches!(w, [(_, outer), (n, inner)] if *outer == n * inner));
        shape.push(axes.iter().map(|(n, _)| n).product());
        strides.push(long.last().map_or(0, |(_, s)| *s));
        at += group;
    }
    if together { chunk.restride(shape, strides, chunk.offset()) } else { reshape(chunk, &shape) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array, Array3, Axis, array};

    fn labels(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn several_axes_in_any_order() {
        let a: Array3<f64> = Array::from_shape_fn((2, 3, 4), |(i, j, k)| (i * 12 + j * 4 + k) as f64);
        let b: Array3<f64> = Array::from_shape_fn((4, 5, 2), |(k, l, i)| (k * 10 + l * 2 + i) as f64 - 7.0);
        let plan = Contraction::new(&labels("ijk"), &labels("kli"), &labels("lj")).unwrap();
        let (ca, cb) = (Chunk::from_array(a.clone().into_dyn()), Chunk::from_array(b.clone().into_dyn()));
        let once = plan.add(None, &ca, &cb).unwrap();
        let twice = plan.add(Some(once), &ca, &cb).unwrap();
        let got = plan.finish(&twice, &[5, 3]).unwrap();
        let want = Array::from_shape_fn((5, 3), |(l, j)| {
            let over = (0..2).flat_map(|i| (0..4).map(move |k| (i, k)));
            2.0 * over.map(|(i, k)| a[[i, j, k]] * b[[k, l, i]]).sum::<f64>()
        });
        assert_eq!(got.view::<f64>().unwrap(), want.into_dyn());
    }

    #[test]
    fn shared_axes_and_no_axes() {
        let a = array![[1i64, 2], [3, 4]];
        let chunk = Chunk::from_array(a.clone().into_dyn());
        let rows = Contraction::new(&labels("bi"), &labels("bi"), &labels("b")).unwrap();
        let got = rows.finish(&rows.add(None, &chunk, &chunk).unwrap(), &[2]).unwrap();
        assert_eq!(got.view::<i64>().unwrap(), (&a * &a).sum_axis(Axis(1)).into_dyn());
        let all = Contraction::new(&labels("ij"), &labels("ij"), &[]).unwrap();
        let got = all.finish(&all.add(None, &chunk, &chunk).unwrap(), &[]).unwrap();
        assert_eq!(got.view::<i64>().unwrap().sum(), 30);
        assert!(Contraction::new(&labels("ij"), &labels("jk"), &labels("i")).is_err());
        assert!(Contraction::new(&labels("ii"), &labels("ik"), &labels("k")).is_err());
    }
}
