//! Functions with core dimensions, as NumPy's generalised ufuncs.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD};
use swath_array_plan::{
    self as plan, Axis, BlockInfo, Chunks, Expr, Label, Labels, PlaceCall, PlaceFunction, PlaceOperation,
};
use swath_block::Chunk;
use swath_error::{Error, ErrorKind, Result};
use swath_tasks::unregistered;

use crate::map_blocks::short_name;
use crate::{Array, Element};

/// Applies a function with core dimensions to arrays, as `dask.array.apply_gufunc`.
///
/// `signature` names the last axes of every array and of every result that the function works on, its *core* dimensions:
/// `"(i),(i)->()"` is a dot product, `"(m,n)->(n),()"` has two results. The axes before them, the *loop* dimensions,
/// broadcast and are walked chunk by chunk: the function is given chunks with all their loop dimensions, the core
/// dimensions always whole, and gives arrays of the loop dimensions it is given followed by its core dimensions. Lengths
/// of core dimensions that only results have are in `sizes`. Runs in this process.
///
/// # Errors
/// In the arrays: [`ErrorKind::InvalidArgument`] when the signature does not parse, does not fit the arrays or a length is
/// missing; [`ErrorKind::ShapeMismatch`] when lengths differ; when computed, [`ErrorKind::ShapeMismatch`] when the function
/// gives other shapes.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// use ndarray::Axis;
/// let x = da::arange(12).astype::<f64>().reshape([3, 4]).chunks([1, 2]);
/// let both = da::apply_gufunc("(i)->(),()", &[&x], &[], |chunks| {
///     let last = Axis(chunks[0].ndim() - 1);
///     vec![chunks[0].sum_axis(last), chunks[0].fold_axis(last, 0.0f64, |a, b| a.max(*b))]
/// });
/// assert_eq!(both[0].compute()?.as_slice(), Some(&[6.0, 22.0, 38.0][..]));
/// assert_eq!(both[1].compute()?.as_slice(), Some(&[3.0, 7.0, 11.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn apply_gufunc<T, U, F>(
    signature: &str,
    arrays: &[&Array<T>],
    sizes: &[(&str, usize)],
    function: F,
) -> Vec<Array<U>>
where
    T: Element,
    U: Element,
    F: Fn(&[ArrayViewD<'_, T>]) -> Vec<ArrayD<U>> + Send + Sync + 'static,
{
    let on_place: PlaceFunction = Arc::new(move |lists: &[Vec<Chunk>], _: &BlockInfo| {
        let views = lists.iter().flatten().map(Chunk::view::<T>).collect::<Result<Vec<_>>>()?;
        Ok(function(&views).into_iter().map(Chunk::from_array).collect())
    });
    let name: Arc<str> = short_name::<F>().into();
    let call = PlaceCall { name, function: on_place, task: Err(unregistered(std::any::type_name::<F>())) };
    let exprs: Result<Vec<Expr>> = arrays.iter().map(|a| a.expr().cloned()).collect();
    let made = exprs.and_then(|exprs| {
        let signature = Signature::parse(signature)?;
        signature.apply(exprs, sizes, |over, arrays, shapes| {
            let results = shapes.into_iter().map(|chunks| (U::DTYPE, chunks)).collect();
            plan::blockwise(PlaceOperation::Call { call, join: true }, over, arrays, results)
        })
    });
    match made {
        Ok(results) => results.into_iter().map(|e| Array::new(Ok(e))).collect(),
        Err(e) => {
            // As many as are written, so that whoever takes them apart meets the error and not a shorter list.
            let results = signature.split_once("->").map_or(1, |(_, out)| out.matches('(').count().max(1));
            (0..results).map(|_| Array::new(Err(e.clone()))).collect()
        }
    }
}

/// The core dimensions of arguments and results.
struct Signature {
    text: String,
    inputs: Vec<Vec<String>>,
    outputs: Vec<Vec<String>>,
}

/// Labels of core dimensions; those of loop dimensions follow.
const CORE: Label = '\u{1000}';
const LOOP: Label = '\u{2000}';

impl Signature {
    fn parse(text: &str) -> Result<Self> {
        let bad = || {
            Error::argument(format!("\"{text}\" is not a signature"))
                .with_help("write signatures as \"(i,j),(j)->(i)\"")
        };
        let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (inputs, outputs) = dense.split_once("->").ok_or_else(bad)?;
        let lists = |part: &str| -> Result<Vec<Vec<String>>> {
            let inner = part.strip_prefix('(').and_then(|p| p.strip_suffix(')')).ok_or_else(bad)?;
            inner
                .split("),(")
                .map(|list| {
                    let names: Vec<String> =
                        list.split(',').filter(|n| !n.is_empty()).map(str::to_owned).collect();
                    let word = |n: &String| n.chars().all(|c| c.is_alphanumeric() || c == '_');
                    let commas = list.matches(',').count();
                    if names.iter().all(word) && commas == names.len().saturating_sub(1) {
                        Ok(names)
                    } else {
                        Err(bad())
                    }
                })
                .collect()
        };
        Ok(Self { text: text.to_owned(), inputs: lists(inputs)?, outputs: lists(outputs)? })
    }

    /// The results of what `build` makes of the labels it walks, the labelled arrays and the results' chunks.
    fn apply(
        &self,
        arrays: Vec<Expr>,
        sizes: &[(&str, usize)],
        build: impl FnOnce(&[Label], &[(Expr, Labels)], Vec<Chunks>) -> Result<Vec<Expr>>,
    ) -> Result<Vec<Expr>> {
        if arrays.len() != self.inputs.len() {
            return Err(Error::argument(format!("{} arrays for the signature {}", arrays.len(), self.text)));
        }
        let mut names: Vec<&String> = Vec::new();
        for name in self.inputs.iter().flatten() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let core = |name: &String| {
            let at = names.iter().position(|n| *n == name).unwrap_or(0);
            char::from_u32(CORE as u32 + at as u32).unwrap_or(CORE)
        };
        // Loop dimensions are numbered from the last.
        let outer = |i: usize| char::from_u32(LOOP as u32 + i as u32).unwrap_or(LOOP);
        let mut labelled: Vec<(Expr, Labels)> = Vec::with_capacity(arrays.len());
        let mut depth = 0;
        for (array, own) in arrays.into_iter().zip(&self.inputs) {
            let loops = array.ndim().checked_sub(own.len()).ok_or_else(|| {
                Error::new(
                    ErrorKind::ShapeMismatch,
                    format!("an array of {} axes has not the core dimensions of {}", array.ndim(), self.text),
                )
            })?;
            depth = depth.max(loops);
            let labels: Labels = (0..loops).rev().map(outer).chain(own.iter().map(core)).collect();
            labelled.push((array, labels));
        }
        let axes = plan::label_axes(&labelled)?;
        let along = |l: Label| axes.iter().find(|(own, _)| *own == l).map(|(_, a)| a.clone());
        let over: Vec<Label> = (0..depth).rev().map(outer).collect();
        let outer_axes: Vec<Axis> = over.iter().filter_map(|l| along(*l)).collect();
        let length = |name: &String| {
            let given = sizes.iter().find(|(n, _)| n == name).map(|(_, n)| *n);
            let own = names.contains(&name).then(|| along(core(name))).flatten();
            match (own, given) {
                (Some(axis), _) => axis.length(),
                (None, Some(n)) => Ok(n),
                (None, None) => {
                    Err(Error::argument(format!("the length of the core dimension {name} is not known"))
                        .with_help("name it in `sizes`"))
                }
            }
        };
        let mut results = Vec::with_capacity(self.outputs.len());
        for output in &self.outputs {
            let cores = output.iter().map(|n| length(n).map(Axis::whole)).collect::<Result<Vec<_>>>()?;
            results.push(Chunks::new(outer_axes.iter().cloned().chain(cores)));
        }
        build(&over, &labelled, results)
    }
}
