//! A function over chunks that meet along labelled axes, as `dask.array.blockwise`.

use std::sync::Arc;

use serde::Serialize;
use smallvec::SmallVec;
use swath_block::{Chunk, DType};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Key;
use swath_tasks::TaskFunction;

use super::map_blocks::BlockInfo;
use super::part;
use super::rechunk::rechunk_to;
use crate::chunks::{Axis, Chunks, common_axis};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::kernels::Kernel;
use crate::lower::{Grid, Lowering};

/// The name of an axis: axes of one name are cut alike and walked together.
pub type Label = char;

/// A label for every axis of an array.
pub type Labels = SmallVec<[Label; 4]>;

/// A function of this process: for every array the chunks that meet at one place, to the results there.
pub type PlaceFunction = Arc<dyn Fn(&[Vec<Chunk>], &BlockInfo) -> Result<Vec<Chunk>> + Send + Sync>;

/// A user's function, and the registered one that does the same in another process.
#[derive(Clone)]
pub struct PlaceCall {
    /// What tasks are called.
    pub name: Arc<str>,
    /// The function.
    pub function: PlaceFunction,
    /// The registered function of the first chunk of every array and the place, or why there is none.
    pub task: Result<TaskFunction>,
}

/// What is run at every place of the grid.
#[derive(Clone)]
pub enum PlaceOperation {
    /// A function every process knows; chunks along contracted axes are joined.
    Kernel(Kernel),
    /// A user's function.
    Call {
        /// The function.
        call: PlaceCall,
        /// Whether chunks along contracted axes are joined into one.
        join: bool,
    },
}

/// A function over places: inputs have the labels `inputs` and are cut alike where labels agree.
#[derive(Clone)]
pub(crate) struct Blockwise {
    pub(crate) operation: PlaceOperation,
    /// Functions cannot be compared: every call is work of its own.
    identity: Option<Key>,
    /// The labels it runs over, and how many places there are along each.
    pub(crate) over: Vec<(Label, usize)>,
    pub(crate) inputs: Vec<Labels>,
    /// The types and chunks of the results; tasks give a tuple where there are several.
    pub(crate) results: Arc<[(DType, Chunks)]>,
}

/// A label for every axis of an array, for kernels that see each chunk as it is.
pub fn all_axes(x: &Expr) -> String {
    ('a'..).take(x.ndim()).collect()
}

/// The chunks along every label: those that all arrays with the label are cut into; an axis of length 1 broadcasts.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when an array has not as many axes as labels or lengths differ.
pub fn label_axes(arrays: &[(Expr, Labels)]) -> Result<Vec<(Label, Axis)>> {
    let mut axes: Vec<(Label, Vec<&Axis>)> = Vec::new();
    for (array, labels) in arrays {
        if array.ndim() != labels.len() {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("{} labels for an array of {} axes", labels.len(), array.ndim()),
            ));
        }
        for (label, axis) in labels.iter().zip(array.chunks().axes()) {
            match axes.iter_mut().find(|(l, _)| l == label) {
                Some((_, list)) => list.push(axis),
                None => axes.push((*label, vec![axis])),
            }
        }
    }
    axes.into_iter().map(|(label, list)| Ok((label, meeting(label, &list)?))).collect()
}

/// Whether axes of this label are walked by the number of their chunks: lengths may differ.
fn by_number(label: Label) -> bool {
    ('α'..='ω').contains(&label)
}

/// The chunks in which axes of one label meet.
fn meeting(label: Label, axes: &[&Axis]) -> Result<Axis> {
    if by_number(label) {
        return Ok(axes.iter().max_by_key(|a| a.blocks()).map_or_else(|| Axis::whole(1), |a| (*a).clone()));
    }
    let long: Vec<&Axis> = axes.iter().copied().filter(|a| !a.is_one()).collect();
    let Some(first) = long.first() else { return Ok(Axis::whole(1)) };
    if let Some(other) = long.iter().find(|a| a.known_len() != first.known_len()) {
        let text = |a: &Axis| a.known_len().map_or("unknown".to_string(), |n| n.to_string());
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("axes labelled '{label}' have the lengths {} and {}", text(first), text(other)),
        ));
    }
    common_axis(&long)
}

/// The results of `operation` run at every place of the grid of `over`, one array for each of `results`.
///
/// Arrays are cut so that axes of one label meet. Along labels that are not in `over` a task reads all chunks. A label
/// of `over` that no array has is walked along the first result's axis at its place. Axes labelled `α` to `ω` are walked chunk by chunk whatever their lengths. Results have as many chunks as there are places, in the same order.
///
/// # Errors
/// As [`label_axes`]; [`ErrorKind::ShapeMismatch`] when a result has another number of chunks.
pub fn blockwise(
    operation: PlaceOperation,
    over: &[Label],
    arrays: &[(Expr, Labels)],
    results: Vec<(DType, Chunks)>,
) -> Result<Vec<Expr>> {
    let axes = label_axes(arrays)?;
    let along = |label: &Label| axes.iter().find(|(l, _)| l == label).map(|(_, a)| a);
    let mut cut = Vec::with_capacity(arrays.len());
    for (array, labels) in arrays {
        let own = labels.iter().zip(array.chunks().axes());
        let chunks =
            own.map(|(l, a)| if a.is_one() || by_number(*l) { a } else { along(l).unwrap_or(a) }.clone());
        cut.push(rechunk_to(array, Chunks::new(chunks))?);
    }
    // A new axis is walked chunk by chunk of the result.
    let new = |i: usize| {
        let first = results.first().and_then(|(_, chunks)| chunks.axes().get(i));
        first.map_or(1, Axis::blocks)
    };
    let identity = matches!(operation, PlaceOperation::Call { .. }).then(|| Key::unique("blockwise"));
    let node = Blockwise {
        operation,
        identity,
        over: over
            .iter()
            .enumerate()
            .map(|(i, l)| (*l, along(l).map_or_else(|| new(i), Axis::blocks)))
            .collect(),
        inputs: arrays.iter().map(|(_, l)| l.clone()).collect(),
        results: results.into(),
    };
    let count = node.results.len();
    let made = node.over_inputs(cut)?;
    if count == 1 {
        return Ok(vec![made]);
    }
    (0..count).map(|i| part::part(&made, i)).collect()
}

/// What makes two nodes over kernels equal.
#[derive(Serialize)]
struct Parameters<'a> {
    kernel: &'a Kernel,
    over: &'a [(Label, usize)],
    inputs: &'a [Labels],
}

impl Blockwise {
    fn over_inputs(self, inputs: Vec<Expr>) -> Result<Expr> {
        let places: usize = self.over.iter().map(|(_, n)| *n).product();
        let Some((dtype, chunks)) = self.results.first().cloned() else {
            return Err(Error::argument("a blockwise function without a result"));
        };
        if let Some((_, other)) = self.results.iter().find(|(_, c)| c.blocks() != places) {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "{} was declared to give {} chunks and is run at {places} places",
                    self.name(),
                    other.blocks()
                ),
            ));
        }
        let key = match (&self.operation, self.identity) {
            (PlaceOperation::Kernel(kernel), _) => {
                key_of("blockwise", &Parameters { kernel, over: &self.over, inputs: &self.inputs }, &inputs)?
            }
            (PlaceOperation::Call { .. }, identity) => {
                let hasher = Key::of("array")
                    .str("blockwise")
                    .key(identity.unwrap_or_else(|| Key::unique("blockwise")));
                inputs.iter().fold(hasher, |h, e| h.key(e.key())).finish()
            }
        };
        Expr::new(key, dtype, chunks, self, inputs)
    }

    /// The name of its tasks.
    pub(crate) fn name(&self) -> &str {
        match &self.operation {
            PlaceOperation::Kernel(kernel) => kernel.name(),
            PlaceOperation::Call { call, .. } => &call.name,
        }
    }
}

impl ArrayNode for Blockwise {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().over_inputs(inputs)
    }

    fn label(&self) -> String {
        let text = |labels: &Labels| labels.iter().collect::<String>();
        let inputs: Vec<String> = self.inputs.iter().map(text).collect();
        let over: String = self.over.iter().map(|(l, _)| *l).collect();
        format!("{}({}->{over})", self.name(), inputs.join(","))
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::labelled(self, expr, to)
    }
}

/// The one result of a kernel over arrays with labels.
///
/// # Errors
/// As [`blockwise`].
pub fn kernel(
    kernel: Kernel,
    over: &str,
    arrays: &[(&Expr, &str)],
    dtype: DType,
    chunks: Chunks,
) -> Result<Expr> {
    let mut made = kernels(kernel, over, arrays, vec![(dtype, chunks)])?;
    made.pop().ok_or_else(|| Error::internal("a kernel without a result"))
}

/// The results of a kernel over arrays with labels.
///
/// # Errors
/// As [`blockwise`].
pub fn kernels(
    kernel: Kernel,
    over: &str,
    arrays: &[(&Expr, &str)],
    results: Vec<(DType, Chunks)>,
) -> Result<Vec<Expr>> {
    let over: Labels = over.chars().collect();
    let arrays: Vec<(Expr, Labels)> =
        arrays.iter().map(|(e, labels)| ((*e).clone(), labels.chars().collect())).collect();
    blockwise(PlaceOperation::Kernel(kernel), &over, &arrays, results)
}
