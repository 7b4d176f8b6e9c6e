//! Partial results of the chunks of a grid, combined in a tree along some of its axes.

use swath_block::DType;
use swath_error::Result;
use swath_graph::Key;

use crate::axes::AxisList;
use crate::chunks::Chunks;
use crate::expr::{ArrayNode, Expr, key_of};
use crate::kernels::TreeKernel;
use crate::lower::{Grid, Lowering};

/// What is folded: the inputs over a grid, along some of the grid's axes. Each input has along each axis, counted from
/// the last, as many chunks as the grid or one, which then stands for all.
#[derive(Clone)]
pub(crate) struct Tree {
    pub(crate) kernel: TreeKernel,
    pub(crate) over: Chunks,
    pub(crate) axes: AxisList,
    /// How many partial results are combined at a time along each axis.
    pub(crate) split_every: Option<usize>,
    /// Which of the kernel's results this is.
    pub(crate) output: usize,
    pub(crate) dtype: DType,
    /// The chunks of the result: those of the grid, where the folded axes are one chunk or gone.
    pub(crate) chunks: Chunks,
    /// Stands for functions that cannot be compared.
    pub(crate) identity: Option<Key>,
}

impl Tree {
    /// The expression of this node over `inputs`.
    pub(crate) fn of(self, inputs: Vec<Expr>) -> Result<Expr> {
        let folds = self.folds(&inputs)?;
        let key = Key::of("tree").key(folds).u64(self.output as u64).finish();
        Expr::new(key, self.dtype, self.chunks.clone(), self, inputs)
    }

    /// Equal for equal partial results: results that differ by which one is taken share them.
    pub(crate) fn folds(&self, inputs: &[Expr]) -> Result<Key> {
        let shape = (self.axes.as_slice(), self.split_every);
        match self.identity {
            Some(identity) => {
                let hasher = Key::of("array").str("fold").key(identity);
                Ok(inputs.iter().fold(hasher, |h, e| h.key(e.key())).finish())
            }
            None => key_of("fold", &(&self.kernel, shape), inputs),
        }
    }
}

impl ArrayNode for Tree {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().of(inputs)
    }

    fn label(&self) -> String {
        format!("{}(axes {:?})", self.kernel.name(), self.axes.as_slice())
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::tree(self, expr, to)
    }
}
