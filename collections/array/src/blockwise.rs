//! Functions over chunks that meet along labelled axes.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD};
use swath_array_plan::{
    self as plan, Axis, BlockInfo, Chunks, Expr, Label, Labels, PlaceCall, PlaceFunction, PlaceOperation,
};
use swath_block::Chunk;
use swath_error::{Error, ErrorKind, Result};
use swath_tasks::{task_by_type, unregistered};

use crate::map_blocks::short_name;
use crate::{Array, Element};

/// A function over chunks that meet along labelled axes, before it is called: see [`blockwise()`].
#[must_use = "nothing happens before a function is given"]
pub struct Blockwise<T> {
    labels: Result<Labelled>,
    arrays: Vec<Array<T>>,
    /// Lengths of chunks along labels of the result: given, or made from those of the arrays.
    lengths: Vec<(Label, Lengths)>,
}

/// The labels of the arrays and of the result.
struct Labelled {
    inputs: Vec<Labels>,
    output: Labels,
}

/// Chunk lengths along a label.
enum Lengths {
    Given(Vec<usize>),
    Adjusted(Box<dyn Fn(usize) -> usize>),
}

/// A function over the chunks of arrays that meet along labelled axes, as `dask.array.blockwise`.
///
/// `labels` names every axis of every array and of the result by a letter, as einsum does: axes of one label are cut alike
/// and walked together, labels that the result lacks are *contracted*: the function sees all chunks along them. New labels
/// of the result are declared with [`Blockwise::new_axis`].
///
/// # Errors
/// In the array that comes out: [`ErrorKind::InvalidArgument`] for labels that do not parse, repeat in the result or are not
/// declared; [`ErrorKind::ShapeMismatch`] when they do not fit the arrays.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::arange(6).reshape([2, 3]).chunks([1, 2]);
/// let b = da::arange(2).chunks(1);
/// let scaled = da::blockwise("ij,i->ij", &[&a, &b])
///     .call(|chunks, _| &chunks[0] * chunks[1][0]);
/// assert_eq!(scaled.compute()?, ndarray::array![[0, 0, 0], [3, 4, 5]].into_dyn());
/// // Without `j` the function sees whole rows.
/// let last = da::blockwise("ij->i", &[&a])
///     .call(|chunks, _| chunks[0].slice(ndarray::s![.., -1]).to_owned().into_dyn());
/// assert_eq!(last.compute()?.as_slice(), Some(&[2, 5][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn blockwise<T: Element>(labels: &str, arrays: &[&Array<T>]) -> Blockwise<T> {
    Blockwise {
        labels: parse(labels, arrays.len()),
        arrays: arrays.iter().map(|a| (*a).clone()).collect(),
        lengths: Vec::new(),
    }
}

impl<T: Element> Blockwise<T> {
    /// A label of the result that no array has, and the lengths of its chunks: `[5]` for one chunk of 5.
    pub fn new_axis(mut self, label: char, lengths: impl Into<Vec<usize>>) -> Self {
        self.lengths.push((label, Lengths::Given(lengths.into())));
        self
    }

    /// What the function makes of the lengths of chunks along a label.
    pub fn adjust_chunks(mut self, label: char, adjust: impl Fn(usize) -> usize + 'static) -> Self {
        self.lengths.push((label, Lengths::Adjusted(Box::new(adjust))));
        self
    }

    /// The lengths of the result's chunks along a label, one for each chunk of the arrays.
    pub fn set_chunks(self, label: char, lengths: impl Into<Vec<usize>>) -> Self {
        self.new_axis(label, lengths)
    }

    /// Calls `function` with one chunk of every array, chunks along contracted labels joined into one. On a cluster it is a
    /// function with `#[swath::task]` of so many chunks and the place, where there is one array; others run in this process.
    #[track_caller]
    pub fn call<U, F>(self, function: F) -> Array<U>
    where
        U: Element,
        F: Fn(&[ArrayViewD<'_, T>], &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
    {
        let on_joined: PlaceFunction = Arc::new(move |lists: &[Vec<Chunk>], info: &BlockInfo| {
            let views = lists.iter().flatten().map(Chunk::view::<T>).collect::<Result<Vec<_>>>()?;
            Ok(vec![Chunk::from_array(function(&views, info))])
        });
        self.made(short_name::<F>(), on_joined, true, task_by_type::<F>())
    }

    /// Calls `function` with the list of chunks of every array that meet at a place, in row-major order: for functions that
    /// want to go through contracted chunks one after another. Runs in this process.
    #[track_caller]
    pub fn call_lists<U, F>(self, function: F) -> Array<U>
    where
        U: Element,
        F: Fn(&[Vec<ArrayViewD<'_, T>>], &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
    {
        let on_lists: PlaceFunction = Arc::new(move |lists: &[Vec<Chunk>], info: &BlockInfo| {
            let views = lists
                .iter()
                .map(|list| list.iter().map(Chunk::view::<T>).collect::<Result<Vec<_>>>())
                .collect::<Result<Vec<_>>>()?;
            Ok(vec![Chunk::from_array(function(&views, info))])
        });
        let task = Err(unregistered(std::any::type_name::<F>()));
        self.made(short_name::<F>(), on_lists, false, task)
    }

    #[track_caller]
    fn made<U: Element>(
        self,
        name: String,
        function: PlaceFunction,
        join: bool,
        task: Result<swath_tasks::TaskFunction>,
    ) -> Array<U> {
        let build = || {
            let labels = self.labels?;
            let exprs = self.arrays.iter().map(|a| a.expr().cloned()).collect::<Result<Vec<Expr>>>()?;
            let arrays: Vec<(Expr, Labels)> = exprs.into_iter().zip(labels.inputs).collect();
            let axes = plan::label_axes(&arrays)?;
            let along = |l: &Label| result_axis(*l, &axes, &self.lengths);
            let chunks = Chunks::new(labels.output.iter().map(along).collect::<Result<Vec<_>>>()?);
            let call = PlaceCall { name: name.into(), function, task };
            let operation = PlaceOperation::Call { call, join };
            let mut made = plan::blockwise(operation, &labels.output, &arrays, vec![(U::DTYPE, chunks)])?;
            made.pop().ok_or_else(|| Error::internal("a blockwise function without a result"))
        };
        Array::new(build())
    }
}

/// The result's chunks along a label.
fn result_axis(label: Label, axes: &[(Label, Axis)], lengths: &[(Label, Lengths)]) -> Result<Axis> {
    let own = axes.iter().find(|(l, _)| *l == label).map(|(_, a)| a);
    match (lengths.iter().rev().find(|(l, _)| *l == label).map(|(_, n)| n), own) {
        (None, Some(axis)) => Ok(axis.clone()),
        (Some(Lengths::Given(sizes)), Some(axis)) if sizes.len() != axis.blocks() => Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("{} chunk lengths for the {} chunks along '{label}'", sizes.len(), axis.blocks()),
        )),
        (Some(Lengths::Given(sizes)), _) => Ok(Axis::known(sizes.clone())),
        (Some(Lengths::Adjusted(adjust)), Some(axis)) => {
            Ok(Axis::known(axis.sizes()?.iter().map(|n| adjust(*n)).collect::<Vec<_>>()))
        }
        (_, None) => Err(Error::argument(format!("no array has the label '{label}' of the result"))
            .with_help("declare its length with new_axis")),
    }
}

/// The labels of `count` arrays and of the result.
fn parse(labels: &str, count: usize) -> Result<Labelled> {
    let bad = |why: &str| {
        Error::argument(format!("blockwise: {why} in \"{labels}\""))
            .with_help("write labels as \"ij,jk->ik\"")
    };
    let text: String = labels.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = text.split_once("->").ok_or_else(|| bad("there is no result"))?;
    let letters = |part: &str| {
        let ascii = part.chars().all(|c| c.is_ascii_alphabetic());
        if ascii { Ok(part.chars().collect::<Labels>()) } else { Err(bad("labels must be letters")) }
    };
    let inputs = inputs.split(',').map(letters).collect::<Result<Vec<_>>>()?;
    let output = letters(output)?;
    if inputs.len() != count {
        return Err(bad(&format!("the labels of {} arrays, not {count},", inputs.len())));
    }
    if output.iter().enumerate().any(|(i, l)| output.iter().take(i).any(|m| m == l)) {
        return Err(bad("the result repeats a label"));
    }
    Ok(Labelled { inputs, output })
}
