//! Einstein's summation.

use swath_array_plan::{self as plan, Axes, Chunks, Expr, Kernel, Label};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, ReduceOp, promote};

use super::subscripts::parse;
use crate::{Array, DynArray, Numeric};

/// Sums of products in Einstein's notation, as `numpy.einsum`: every axis of every array has a letter, products of elements
/// at equal letters are summed over the letters that the result lacks. `...` stands for the axes that are left; a letter
/// repeated within an array means its diagonal; without `->` the result has the letters that occur once, sorted.
///
/// Two arrays at a time are contracted, those first that make the smallest result; the order does not depend on the data.
///
/// # Errors
/// In the array: [`ErrorKind::InvalidArgument`] when the subscripts do not parse; [`ErrorKind::ShapeMismatch`] when they do
/// not fit the arrays.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::arange(9).reshape([3, 3]).chunks(2);
/// assert_eq!(da::einsum("ij,jk->ik", &[&a, &a]).compute()?, a.matmul(&a).compute()?);
/// assert_eq!(da::einsum("ii", &[&a]).item()?, 12);
/// assert_eq!(da::einsum("ij,kj,lk->il", &[&a, &a, &a]).shape()?, [3, 3]);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn einsum<T: Numeric>(subscripts: &str, arrays: &[&Array<T>]) -> Array<T> {
    let exprs: Result<Vec<Expr>> = arrays.iter().map(|a| a.expr().cloned()).collect();
    Array::new(exprs.and_then(|e| summed(subscripts, &e)))
}

impl DynArray {
    /// Sums of products in Einstein's notation, of arrays of any types: see [`crate::einsum`].
    #[track_caller]
    pub fn einsum(subscripts: &str, arrays: &[&Self]) -> Self {
        let exprs: Result<Vec<Expr>> = arrays.iter().map(|a| a.expr().cloned()).collect();
        Self::new(exprs.and_then(|e| summed(subscripts, &e)))
    }
}

/// An array and the labels of its axes.
struct Term {
    expr: Expr,
    labels: Vec<Label>,
}

fn summed(text: &str, arrays: &[Expr]) -> Result<Expr> {
    let first = arrays.first().ok_or_else(|| Error::argument("einsum: there is no array"))?;
    let dtype = arrays.iter().map(Expr::dtype).fold(first.dtype(), promote);
    let ndims: Vec<usize> = arrays.iter().map(Expr::ndim).collect();
    let subscripts = parse(text, &ndims)?;
    let mut terms = Vec::with_capacity(arrays.len());
    for (array, labels) in arrays.iter().zip(subscripts.operands) {
        terms.push(diagonal(&plan::astype(array, dtype)?, labels)?);
    }
    let lengths = lengths(&terms)?;
    for term in &mut terms {
        *term = without_ones(term, &lengths)?;
    }
    sum_alone(&mut terms, &subscripts.output)?;
    while terms.len() > 1 {
        contract_cheapest(&mut terms, &subscripts.output, &lengths)?;
        sum_alone(&mut terms, &subscripts.output)?;
    }
    let last = terms.pop().ok_or_else(|| Error::internal("einsum lost its arrays"))?;
    in_order(&last, &subscripts.output)
}

/// The array without repeated labels: what is left is their diagonal.
fn diagonal(x: &Expr, labels: Vec<Label>) -> Result<Term> {
    let mut distinct: Vec<Label> = Vec::with_capacity(labels.len());
    for label in &labels {
        if !distinct.contains(label) {
            distinct.push(*label);
        }
    }
    if distinct.len() == labels.len() {
        return Ok(Term { expr: x.clone(), labels });
    }
    let lengths = x.shape()?;
    for (label, n) in labels.iter().zip(&lengths) {
        let other = labels.iter().zip(&lengths).find(|(l, m)| *l == label && *m != n);
        if let Some((_, m)) = other {
            return Err(mismatch(*label, *n, *m));
        }
    }
    let own: Vec<(Expr, plan::Labels)> = vec![(x.clone(), labels.iter().copied().collect())];
    let axes = plan::label_axes(&own)?;
    let chunks = Chunks::new(axes.into_iter().map(|(_, a)| a));
    let to = labels.iter().map(|l| distinct.iter().position(|d| d == l).unwrap_or(0)).collect();
    let text = |labels: &[Label]| labels.iter().collect::<String>();
    let inputs = [(x, text(&labels))];
    let inputs: Vec<(&Expr, &str)> = inputs.iter().map(|(x, l)| (*x, l.as_str())).collect();
    let expr = plan::kernel(Kernel::Diagonal(to), &text(&distinct), &inputs, x.dtype(), chunks)?;
    Ok(Term { expr, labels: distinct })
}

/// The length along each label.
fn lengths(terms: &[Term]) -> Result<Vec<(Label, usize)>> {
    let mut lengths: Vec<(Label, usize)> = Vec::new();
    for term in terms {
        for (label, n) in term.labels.iter().zip(&term.expr.shape()?) {
            match lengths.iter_mut().find(|(l, _)| l == label) {
                Some((_, m)) if *m == *n || *n == 1 => {}
                Some((_, m)) if *m == 1 => *m = *n,
                Some((_, m)) => return Err(mismatch(*label, *m, *n)),
                None => lengths.push((*label, *n)),
            }
        }
    }
    Ok(lengths)
}

fn mismatch(label: Label, n: usize, m: usize) -> Error {
    let axis = if label.is_ascii_alphabetic() { format!("'{label}'") } else { "of the ellipsis".to_owned() };
    Error::new(ErrorKind::ShapeMismatch, format!("einsum: axes {axis} have the lengths {n} and {m}"))
}

/// An axis of length 1 where others are longer broadcasts: without it, nothing changes.
fn without_ones(term: &Term, lengths: &[(Label, usize)]) -> Result<Term> {
    let shape = term.expr.shape()?;
    let stands = |(label, n): (&Label, &usize)| *n != 1 || lengths.iter().any(|(l, m)| l == label && *m == 1);
    let kept: Vec<bool> = term.labels.iter().zip(&shape).map(stands).collect();
    let gone: Vec<isize> = kept.iter().enumerate().filter(|(_, k)| !**k).map(|(i, _)| i as isize).collect();
    if gone.is_empty() {
        return Ok(Term { expr: term.expr.clone(), labels: term.labels.clone() });
    }
    let expr = plan::squeeze(&term.expr, Some(&Axes::from(gone)))?;
    let labels = term.labels.iter().zip(&kept).filter(|(_, k)| **k).map(|(l, _)| *l).collect();
    Ok(Term { expr, labels })
}

/// Sums every array over the labels that neither the others nor the result have.
fn sum_alone(terms: &mut [Term], output: &[Label]) -> Result<()> {
    for i in 0..terms.len() {
        let needed = |l: &Label| {
            output.contains(l) || terms.iter().enumerate().any(|(j, t)| j != i && t.labels.contains(l))
        };
        let Some(term) = terms.get(i) else { continue };
        let alone: Vec<isize> =
            term.labels.iter().enumerate().filter(|(_, l)| !needed(l)).map(|(a, _)| a as isize).collect();
        if alone.is_empty() {
            continue;
        }
        let labels = term.labels.iter().copied().filter(needed).collect();
        let dtype = term.expr.dtype();
        let op = if dtype == DType::Bool { ReduceOp::Any } else { ReduceOp::Sum };
        // Sums of small integers are made in 64 bits; cut back they are what sums in the type would be.
        let expr = plan::astype(&plan::reduce(&term.expr, op, &Axes::from(alone), None)?, dtype)?;
        if let Some(slot) = terms.get_mut(i) {
            *slot = Term { expr, labels };
        }
    }
    Ok(())
}

/// Contracts the two arrays whose contraction is smallest beside them.
fn contract_cheapest(terms: &mut Vec<Term>, output: &[Label], lengths: &[(Label, usize)]) -> Result<()> {
    let size = |labels: &[Label]| -> f64 {
        let length = |l: &Label| lengths.iter().find(|(m, _)| m == l).map_or(1, |(_, n)| *n);
        labels.iter().map(|l| length(l) as f64).product()
    };
    let mut best: Option<(f64, usize, usize)> = None;
    for (i, a) in terms.iter().enumerate() {
        for (j, b) in terms.iter().enumerate().skip(i + 1) {
            let out = kept(terms, i, j, output);
            let cost = size(&out) - size(&a.labels) - size(&b.labels);
            if best.is_none_or(|(least, _, _)| cost < least) {
                best = Some((cost, i, j));
            }
        }
    }
    let (_, i, j) = best.ok_or_else(|| Error::internal("einsum has nothing to contract"))?;
    let mut out = kept(terms, i, j, output);
    if terms.len() == 2 {
        // The last contraction gives the result in its order.
        out.sort_by_key(|l| output.iter().position(|o| o == l));
    }
    let b = terms.remove(j);
    let a = terms.remove(i);
    terms.insert(i, pair(&a, &b, out)?);
    Ok(())
}

/// The labels of arrays `i` and `j` that the result or other arrays have.
fn kept(terms: &[Term], i: usize, j: usize, output: &[Label]) -> Vec<Label> {
    let needed = |l: &Label| {
        let others = terms.iter().enumerate().filter(|(k, _)| *k != i && *k != j);
        output.contains(l) || others.map(|(_, t)| t).any(|t| t.labels.contains(l))
    };
    let mut labels = Vec::new();
    for term in [i, j].into_iter().filter_map(|k| terms.get(k)) {
        for label in term.labels.iter().filter(|l| needed(l)) {
            if !labels.contains(label) {
                labels.push(*label);
            }
        }
    }
    labels
}

/// Two arrays as one of the labels `out`.
fn pair(a: &Term, b: &Term, out: Vec<Label>) -> Result<Term> {
    let contracts = a.labels.iter().any(|l| b.labels.contains(l) && !out.contains(l));
    let expr = if contracts {
        plan::contract((&a.expr, &a.labels), (&b.expr, &b.labels), &out)?
    } else {
        let (a, b) = (in_order(a, &out)?, in_order(b, &out)?);
        plan::binary(BinaryOp::Multiply, (&a).into(), (&b).into())?
    };
    Ok(Term { expr, labels: out })
}

/// The array with its axes in the order of `labels`, and axes of length 1 for those it lacks.
fn in_order(term: &Term, labels: &[Label]) -> Result<Expr> {
    let order: Vec<isize> = labels
        .iter()
        .filter_map(|l| term.labels.iter().position(|m| m == l))
        .map(|axis| axis as isize)
        .collect();
    let turned = plan::transpose(&term.expr, Some(&order))?;
    let new: Vec<isize> = labels
        .iter()
        .enumerate()
        .filter(|(_, l)| !term.labels.contains(l))
        .map(|(i, _)| i as isize)
        .collect();
    if new.is_empty() { Ok(turned) } else { plan::expand_dims(&turned, &Axes::from(new)) }
}
