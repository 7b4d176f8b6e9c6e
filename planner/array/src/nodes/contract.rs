//! Sums of products over labelled axes: matrix products and their relatives.

use serde::Serialize;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{Contraction, promote};

use super::blockwise::{Label, Labels, label_axes};
use super::{elementwise, permute, rechunk};
use crate::chunks::Chunks;
use crate::expr::{ArrayNode, Expr, Node, key_of};
use crate::lower::{Grid, Lowering};

/// Two inputs of one type, cut so that axes of one label meet.
#[derive(Clone)]
pub(crate) struct Contract {
    pub(crate) a: Labels,
    pub(crate) b: Labels,
    pub(crate) out: Labels,
    pub(crate) plan: Contraction,
    /// What tasks are called.
    name: &'static str,
}

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
    let (row, column) = (a.ndim() == 1, b.ndim() == 1);
    let a = if row { permute::permute(a, &[None, Some(0)])? } else { a.clone() };
    let b = if column { permute::permute(b, &[Some(0), None])? } else { b.clone() };
    check_inner(&a, &b)?;
    let stack = a.ndim().max(b.ndim()) - 2;
    let stacked = |x: &Expr| {
        let new = stack + 2 - x.ndim();
        let axes: permute::AxisMap = std::iter::repeat_n(None, new).chain((0..x.ndim()).map(Some)).collect();
        permute::permute(x, &axes)
    };
    let labels = |last: [Label; 2]| -> Labels {
        (0..stack as u32).filter_map(|i| char::from_u32('A' as u32 + i)).chain(last).collect()
    };
    let (a, b) = (stacked(&a)?, stacked(&b)?);
    let made = labelled((&a, labels(['i', 'k'])), (&b, labels(['k', 'j'])), labels(['i', 'j']), "matmul")?;
    let last = made.ndim();
    let gone = |axis: usize| (row && axis + 2 == last) || (column && axis + 1 == last);
    let axes: permute::AxisMap = (0..last).filter(|a| !gone(*a)).map(Some).collect();
    permute::permute(&made, &axes)
}

/// NumPy's message when inner lengths differ.
fn check_inner(a: &Expr, b: &Expr) -> Result<()> {
    let k = a.chunks().axis(a.ndim() - 1)?.length()?;
    let inner = b.chunks().axis(b.ndim() - 2)?.length()?;
    if k == inner {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ShapeMismatch,
        format!(
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
             (n?,k),(k,m?)->(n?,m?) (size {inner} is different from {k})"
        ),
    ))
}

/// The products of the elements of two arrays, summed over the labels that `out` lacks. Labels of one array alone are in
/// `out`; axes of length 1 broadcast along labels that both have and `out` keeps.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when lengths differ or labels do not fit the arrays; [`ErrorKind::Unsupported`] when
/// lengths are unknown.
pub fn contract(a: (&Expr, &[Label]), b: (&Expr, &[Label]), out: &[Label]) -> Result<Expr> {
    labelled((a.0, a.1.into()), (b.0, b.1.into()), out.into(), "contract")
}

fn labelled(a: (&Expr, Labels), b: (&Expr, Labels), out: Labels, name: &'static str) -> Result<Expr> {
    let dtype = promote(a.0.dtype(), b.0.dtype());
    let (a, b) = (transposed(a.0, a.1), transposed(b.0, b.1));
    let plan = Contraction::new(&a.1, &b.1, &out)?;
    let node = Contract { a: a.1, b: b.1, out, plan, name };
    node.over(elementwise::astype(&a.0, dtype)?, elementwise::astype(&b.0, dtype)?)
}

/// What was transposed is read in the order it had: the labels are permuted instead.
fn transposed(x: &Expr, labels: Labels) -> (Expr, Labels) {
    if let Node::Permute(node) = x.node()
        && let Ok(input) = x.input()
        && input.ndim() == labels.len()
        && node.axes.len() == labels.len()
    {
        let place = |axis: usize| node.axes.iter().position(|a| *a == Some(axis)).and_then(|i| labels.get(i));
        let own: Option<Labels> = (0..labels.len()).map(|axis| place(axis).copied()).collect();
        if let Some(own) = own {
            return (input.clone(), own);
        }
    }
    (x.clone(), labels)
}

/// What makes two contractions equal.
#[derive(Serialize)]
struct Parameters<'a>(&'a Labels, &'a Labels, &'a Labels);

impl Contract {
    /// The contraction of other inputs, cut so that they meet.
    pub(crate) fn over(self, a: Expr, b: Expr) -> Result<Expr> {
        let dtype = a.dtype();
        let pair = [(a, self.a.clone()), (b, self.b.clone())];
        let axes = label_axes(&pair)?;
        let along = |l: &Label| {
            let found = axes.iter().find(|(own, _)| own == l);
            found
                .map(|(_, a)| a.clone())
                .ok_or_else(|| Error::internal(format!("no array has the label '{l}'")))
        };
        let mut inputs = Vec::with_capacity(2);
        for (x, labels) in &pair {
            x.shape()?;
            let cut = labels.iter().zip(x.chunks().axes()).map(|(l, own)| {
                let contracted = !self.out.contains(l);
                if own.is_one() && !contracted { Ok(own.clone()) } else { along(l) }
            });
            let cut = Chunks::new(cut.collect::<Result<Vec<_>>>()?);
            inputs.push(rechunk::rechunk_to(x, cut)?);
        }
        let chunks = Chunks::new(self.out.iter().map(along).collect::<Result<Vec<_>>>()?);
        let key = key_of("contract", &Parameters(&self.a, &self.b, &self.out), &inputs)?;
        Expr::new(key, dtype, chunks, self, inputs)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

impl ArrayNode for Contract {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        let [a, b]: [Expr; 2] =
            inputs.try_into().map_err(|_| Error::internal("a contraction of other than two arrays"))?;
        self.clone().over(a, b)
    }

    fn label(&self) -> String {
        let text = |labels: &Labels| labels.iter().collect::<String>();
        let plain = self.a.ends_with(&['i', 'k']) && self.b.ends_with(&['k', 'j']);
        match self.name {
            "matmul" if plain => "matmul".to_string(),
            name => format!("{name}({},{}->{})", text(&self.a), text(&self.b), text(&self.out)),
        }
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::contract(self, expr, to)
    }
}
