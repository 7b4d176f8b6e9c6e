//! Matrix products over stacks of matrices.

use swath_error::{Error, ErrorKind, Result};
use swath_kernels::promote;

use super::{elementwise, permute, rechunk};
use crate::broadcast::{broadcast_chunks, cut_for};
use crate::chunks::{Axis, Chunks, common_axis};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// Two inputs of one type, at least two axes each: the last axis of the first and the last but one of the second are cut
/// alike.
pub(crate) struct MatMul;

/// The matrix product, as `numpy.matmul`: one-axis arrays are a row on the left and a column on the right, further axes
/// are stacks of matrices and broadcast.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when the inner lengths differ.
pub fn matmul(a: &Expr, b: &Expr) -> Result<Expr> {
    if a.ndim() == 0 || b.ndim() == 0 {
        let which = u8::from(a.ndim() != 0);
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("matmul: Input operand {which} does not have enough dimensions"),
        ));
    }
    let dtype = promote(a.dtype(), b.dtype());
    let (row, column) = (a.ndim() == 1, b.ndim() == 1);
    let a = if row { permute::permute(a, &[None, Some(0)])? } else { a.clone() };
    let b = if column { permute::permute(b, &[Some(0), None])? } else { b.clone() };
    let product = product(&elementwise::astype(&a, dtype)?, &elementwise::astype(&b, dtype)?)?;
    let last = product.ndim();
    let gone = |axis: usize| (row && axis + 2 == last) || (column && axis + 1 == last);
    let axes: permute::AxisMap = (0..last).filter(|a| !gone(*a)).map(Some).collect();
    permute::permute(&product, &axes)
}

fn product(a: &Expr, b: &Expr) -> Result<Expr> {
    let (stack_a, n, k) = split(a)?;
    let (stack_b, inner, m) = split(b)?;
    if k.length()? != inner.length()? {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
                 (n?,k),(k,m?)->(n?,m?) (size {} is different from {})",
                inner.length()?,
                k.length()?
            ),
        ));
    }
    let k = common_axis(&[&k, &inner])?;
    let stack = broadcast_chunks(&[&stack_a, &stack_b])?;
    let cut = |own: &Chunks, rows: &Axis, columns: &Axis| {
        let axes = cut_for(own, &stack).axes().to_vec();
        Chunks::new(axes.into_iter().chain([rows.clone(), columns.clone()]))
    };
    let inputs =
        vec![rechunk::rechunk_to(a, cut(&stack_a, &n, &k))?, rechunk::rechunk_to(b, cut(&stack_b, &k, &m))?];
    let chunks = Chunks::new(stack.axes().iter().cloned().chain([n, m]));
    let key = key_of("matmul", &(), &inputs)?;
    Expr::new(key, a.dtype(), chunks, MatMul, inputs)
}

/// The chunks of the stack, of the rows and of the columns.
fn split(x: &Expr) -> Result<(Chunks, Axis, Axis)> {
    match x.chunks().axes() {
        [stack @ .., rows, columns] => {
            Ok((Chunks::new(stack.iter().cloned()), rows.clone(), columns.clone()))
        }
        _ => Err(Error::internal("a matrix product of less than two axes")),
    }
}

impl ArrayNode for MatMul {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        match inputs.as_slice() {
            [a, b] => product(a, b),
            _ => Err(Error::internal("a matrix product of other than two arrays")),
        }
    }

    fn label(&self) -> String {
        "matmul".to_string()
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::matmul(expr, to)
    }
}
