//! Arrays on their way into files: chunk by chunk as they are computed, in one run.

use std::sync::Arc;

use swath_array_plan::{Axis, AxisSpec, ChunkSpec, Expr, OpenSink, rechunk, rewrite, store};
use swath_error::Result;
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use crate::DynArray;

/// Arrays, each with the sink it goes to.
pub(crate) struct Store {
    pairs: Vec<(Expr, Arc<OpenSink>)>,
}

impl Store {
    /// Computes the arrays and writes them. Nothing is left behind when something fails.
    ///
    /// # Errors
    /// That of the task that failed first, or the sink's.
    pub fn write(pairs: Vec<(Expr, Arc<OpenSink>)>) -> Result<()> {
        let store = Self { pairs };
        let written = store.compute();
        store.pairs.iter().for_each(|(_, sink)| sink.abandon());
        written
    }
}

impl Collection for Store {
    type Output = ();

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<()>> {
        let mut tasks = Vec::new();
        let mut sinks = Vec::new();
        for (expr, sink) in &self.pairs {
            tasks.extend(store(&rewrite(expr)?, sink.clone(), builder)?);
            sinks.push(sink.clone());
        }
        Ok(Lowered::new(tasks, move |_| sinks.iter().try_for_each(|sink| sink.finish())))
    }
}

/// The array's expression with all lengths known: a file says them before its elements.
pub(crate) fn measured(x: &DynArray) -> Result<Expr> {
    let expr = x.expr()?;
    if expr.chunks().is_known() { Ok(expr.clone()) } else { Ok(x.persist()?.expr()?.clone()) }
}

/// The largest block along each axis.
pub(crate) fn blocks(expr: &Expr) -> Vec<usize> {
    expr.chunks().axes().iter().map(Axis::largest).collect()
}

/// The same array in blocks that begin at multiples of `pieces`, which are written as a whole.
pub(crate) fn aligned(expr: &Expr, pieces: &[usize]) -> Result<Expr> {
    let mut specs = Vec::new();
    for (axis, piece) in expr.chunks().axes().iter().zip(pieces) {
        let piece = (*piece).max(1);
        let fits = axis.starts()?.iter().all(|start| start % piece == 0);
        let nearest = (axis.largest() / piece).max(1) * piece;
        specs.push(if fits { AxisSpec::Keep } else { AxisSpec::Size(nearest) });
    }
    rechunk(expr, &ChunkSpec::PerAxis(specs))
}
