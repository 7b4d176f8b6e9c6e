//! One of the results of a function that has several.

use swath_error::{Error, Result};

use crate::expr::{ArrayNode, Expr, Node, key_of};
use crate::lower::{Grid, Lowering};

/// Which of the results of the input, a blockwise node.
pub(crate) struct Part {
    pub(crate) index: usize,
}

/// Result `index` of a blockwise node.
pub(crate) fn part(of: &Expr, index: usize) -> Result<Expr> {
    let Node::Blockwise(node) = of.node() else {
        return Err(Error::internal(format!("{} has one result", of.label())));
    };
    let Some((dtype, chunks)) = node.results.get(index).cloned() else {
        return Err(Error::internal(format!("{} has no result {index}", of.label())));
    };
    let key = key_of("part", &index, std::slice::from_ref(of))?;
    Expr::new(key, dtype, chunks, Part { index }, [of.clone()])
}

impl ArrayNode for Part {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        part(super::sole(&inputs)?, self.index)
    }

    fn label(&self) -> String {
        format!("result {}", self.index)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::part(self, expr, to)
    }
}
