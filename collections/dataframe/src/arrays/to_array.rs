//! Arrays of a frame's columns.

use std::panic::Location;

use swath_array::{Array, Axis, Chunks, DType, DynArray, Element, from_tasks};
use swath_block::OpHandle;
use swath_error::Result;
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use super::chunk::ToChunk;
use super::columns::{Target, columns, target};
use super::counts::Counts;
use super::layout::Layout;
use crate::DataFrame;
use crate::expr::{Expr, IntoNames, col};

/// The columns of an array: a name gives an array of one axis, as `df["x"]` in pandas; a list of names, or `()` for all
/// columns, one of two axes, as `df[["x"]]`.
pub trait ArrayColumns: IntoNames {
    /// Whether the array has one axis.
    const FLAT: bool = false;
}

impl ArrayColumns for () {}
impl<const N: usize> ArrayColumns for [&str; N] {}
impl<T: AsRef<str>> ArrayColumns for Vec<T> {}
impl ArrayColumns for &str {
    const FLAT: bool = true;
}
impl ArrayColumns for String {
    const FLAT: bool = true;
}

/// How an array is made of a frame.
///
/// ```
/// # use swath_local as _;
/// use swath_dataframe::{ArrayOptions, from_columns};
/// let df = from_columns([("x", vec![1, 2, 3, 4]), ("y", vec![5, 6, 7, 8])]);
/// let x = df.to_array_with(["x", "y"], &ArrayOptions::default().chunks(2).lengths(true));
/// assert_eq!(x.chunk_sizes()?, [vec![2, 2], vec![2]]);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ArrayOptions {
    chunks: Option<usize>,
    lengths: bool,
    dtype: Option<DType>,
}

impl ArrayOptions {
    /// About how many chunks of rows. By default one for each 64 MiB of the frame's files, and one where the frame brings
    /// rows together or is in memory.
    pub fn chunks(self, count: usize) -> Self {
        Self { chunks: Some(count), ..self }
    }

    /// Whether rows and missing values are counted at once, which reads the columns. The lengths of the chunks are known
    /// then, and whole numbers stay whole where none is missing. Default false.
    pub fn lengths(self, lengths: bool) -> Self {
        Self { lengths, ..self }
    }

    /// The element type. By default the one that the columns share by NumPy's rules.
    pub fn dtype(self, dtype: DType) -> Self {
        Self { dtype: Some(dtype), ..self }
    }
}

impl DataFrame {
    /// An array of `T` of columns of numbers or booleans: of two axes, rows and columns, for a list of names or `()`, of one
    /// axis for a name.
    ///
    /// A chunk is a part of the frame's rows, read when it is needed. How many rows it has is not known before; see
    /// [`Array::compute_chunk_sizes`] and [`ArrayOptions::lengths`]. Missing values are NaN in arrays of floats, and an
    /// error where `T` has no NaN. Decimals count as `float64`.
    ///
    /// The error of a column that holds neither numbers nor booleans names it.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{IntoColumn, col, from_columns};
    /// let df = from_columns([
    ///     ("x", vec![Some(1), None, Some(3)].into_column()),
    ///     ("y", vec![0.5, 1.5, 2.5].into_column()),
    /// ]);
    /// let points = df.filter(col("y").gt(1.0)).to_array::<f64>(["x", "y"]);
    /// let values = points.compute()?;
    /// assert_eq!(values.shape(), [2, 2]);
    /// assert!(values[[0, 0]].is_nan() && values[[1, 1]] == 2.5);
    /// assert_eq!(df.to_array::<f64>("y").sum(..).item()?, 4.5);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn to_array<T: Element>(&self, columns: impl ArrayColumns) -> Array<T> {
        self.to_array_with(columns, &ArrayOptions::default().dtype(T::DTYPE)).typed()
    }

    /// As [`Self::to_array`], of the element type that the columns share by NumPy's rules.
    ///
    /// Whole numbers and booleans become `float64` where values are known to be missing: in a table in memory that misses
    /// some, after an outer merge. Files do not say so before they are read: their whole numbers stay whole, and a missing
    /// one is an error, unless [`ArrayOptions::lengths`] has them looked at first.
    #[track_caller]
    pub fn to_array_dyn(&self, columns: impl ArrayColumns) -> DynArray {
        self.to_array_with(columns, &ArrayOptions::default())
    }

    /// All columns as an array: [`Self::to_array_dyn`] under pandas' name.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::from_columns;
    /// let df = from_columns([("x", vec![1, 2]), ("y", vec![3, 4])]);
    /// assert_eq!(df.values().typed::<i64>().compute()?[[1, 0]], 2);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn values(&self) -> DynArray {
        self.to_array_dyn(())
    }

    /// As [`Self::to_array`] with options.
    #[track_caller]
    pub fn to_array_with<C: ArrayColumns>(&self, columns: C, options: &ArrayOptions) -> DynArray {
        let caller = Location::caller();
        let names = columns.into_names();
        let frame = if names.is_empty() {
            self.clone()
        } else {
            self.select(names.iter().map(col).collect::<Vec<Expr>>())
        };
        match build(&frame, C::FLAT, options) {
            Ok(array) => array,
            Err(error) => DynArray::poisoned(error.at(caller)),
        }
    }
}

fn build(frame: &DataFrame, flat: bool, options: &ArrayOptions) -> Result<DynArray> {
    let frame = frame.frame()?;
    let mut columns = columns(frame)?;
    let layout = Layout::new(frame, options.chunks)?;
    let mut rows = Axis::Unknown(layout.chunks());
    if options.lengths {
        let counted = Counts(&layout).compute()?;
        rows = Axis::known(counted.rows);
        columns.iter_mut().zip(counted.misses).for_each(|(column, misses)| column.misses = misses);
    }
    let width = Axis::whole(columns.len());
    let chunks = if flat { Chunks::new([rows]) } else { Chunks::new([rows, width]) };
    let target = target(&columns, options.dtype);
    let array = from_tasks("a frame", target.dtype, chunks, &Parts { layout, target, flat });
    Ok(match options.dtype {
        Some(dtype) if dtype != target.dtype => array.astype(dtype),
        _ => array,
    })
}

/// The chunks of a layout, as what an array stands on.
#[derive(Clone)]
struct Parts {
    layout: Layout,
    target: Target,
    flat: bool,
}

impl Collection for Parts {
    type Output = ();

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<()>> {
        let shares = u32::try_from(self.layout.shares()).unwrap_or(u32::MAX);
        let operation = ToChunk { dtype: self.target.dtype, nan: self.target.nan, flat: self.flat, shares };
        let key = format!("{operation:?}");
        let tasks = self.layout.add(builder, "to-array", &key, OpHandle::payload(operation))?;
        Ok(Lowered::new(tasks, |_| Ok(())))
    }
}
