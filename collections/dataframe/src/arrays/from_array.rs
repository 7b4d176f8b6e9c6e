//! Frames of arrays.

use std::panic::Location;
use std::sync::Arc;

use swath_array::{ArrayLike, DynArray};
use swath_block::OpHandle;
use swath_error::{Error, ErrorKind, Result};
use swath_execute::Collection;
use swath_graph::{Annotations, GraphBuilder, Key, Layer};

use super::rows::{ToRows, schema};
use crate::DataFrame;
use crate::expr::IntoNames;

/// A frame of an array of one axis (a column) or two (rows and columns). `columns` names the columns; for `()` they are
/// called `"0"`, `"1"` and so on.
///
/// A partition is a row chunk of the array, computed when it is needed; rows keep their order. NaN stays NaN.
///
/// The errors of an array of more axes, of a wrong number of names and of complex elements surface when the frame is used.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// use swath_dataframe::{Collection, ToDataFrame, col, from_array};
/// let x = da::arange(12).reshape([6, 2]).chunks([4, 1]);
/// let df = from_array(&x, ["even", "odd"]);
/// assert_eq!(df.filter(col("even").gt(4)).sum("odd").compute_scalar::<i64>()?, Some(7 + 9 + 11));
/// assert_eq!(x.slice(da::s![.., 0]).to_dataframe(()).compute()?.values::<i64>("0")?, [0, 2, 4, 6, 8, 10]);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[track_caller]
pub fn from_array<A: ArrayLike>(array: &A, columns: impl IntoNames) -> DataFrame {
    let caller = Location::caller();
    build(&array.to_dyn(), columns.into_names()).unwrap_or_else(|e| DataFrame::poisoned(e.at(caller)))
}

/// Arrays that become frames.
pub trait ToDataFrame {
    /// The array as a frame: [`from_array`].
    #[track_caller]
    fn to_dataframe(&self, columns: impl IntoNames) -> DataFrame;
}

impl<A: ArrayLike> ToDataFrame for A {
    #[track_caller]
    fn to_dataframe(&self, columns: impl IntoNames) -> DataFrame {
        from_array(self, columns)
    }
}

fn build(array: &DynArray, names: Vec<String>) -> Result<DataFrame> {
    let width = match array.layout()?.axes() {
        [_] => 1,
        [_, columns] => columns.length()?,
        axes => {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("a frame is made of an array of one or two axes, not of {}", axes.len()),
            )
            .with_help("reshape it to two axes: rows and columns"));
        }
    };
    let names = if names.is_empty() { (0..width).map(|i| i.to_string()).collect() } else { names };
    if names.len() != width {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("{} names were given for {width} columns", names.len()),
        ));
    }
    if width == 0 {
        return Err(Error::argument("a frame wants at least one column"));
    }
    // A chunk is a run of whole rows.
    let whole = if array.ndim()? == 2 { array.rechunk_axis(1, -1) } else { array.clone() };
    let dtype = whole.dtype()?;
    let schema = schema(&names, dtype)?;
    let label = format!("array: {}", whole.layout()?);
    let key = names.iter().fold(Key::of("dataframe.from-array").key(whole.key()?), |k, name| k.str(name));
    let key = key.finish();
    let tasks = move |builder: &mut GraphBuilder| {
        let chunks = whole.lower(builder)?.tasks;
        let layer = Layer {
            key,
            name: "from-array".into(),
            payload: OpHandle::payload(ToRows { names: names.clone(), dtype }),
            annotations: Annotations::default(),
        };
        Ok(builder.add(layer, chunks.len(), |i, deps| deps.extend(chunks.get(i)))?.iter().collect())
    };
    Ok(DataFrame::from_plan(swath_relational::from_tasks(Arc::new(tasks), schema, key, label)?))
}
