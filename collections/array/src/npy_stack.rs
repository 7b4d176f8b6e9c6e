//! Folders of `.npy` files that make one array, as Dask writes them.

use std::path::Path;
use std::sync::Arc;

use swath_array_io::{NpyStackSink, NpyStackSource};
use swath_array_plan::{AxisSpec, ChunkSpec, OpenSink, from_source, normalize_axis, rechunk};
use swath_error::Result;

use crate::store::{Store, measured};
use crate::{Array, DynArray, Element};

/// An array over a folder of `.npy` files, a block for each, side by side along one axis, as [`DynArray::to_npy_stack`] and
/// Dask's `to_npy_stack` write them.
///
/// ```
/// # use swath_local as _;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("stack");
/// use swath_array as da;
/// da::arange(1000).reshape([10, 100]).chunks([4, 100]).to_npy_stack(&path, 0)?;
/// let x = da::from_npy_stack::<i64>(&path);
/// assert_eq!(x.max(1).compute()?[9], 999);
/// assert_eq!(x.chunk_sizes()?[0], [4, 4, 2]);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_npy_stack<T: Element>(folder: impl AsRef<Path>) -> Array<T> {
    from_npy_stack_dyn(folder).typed()
}

/// As [`from_npy_stack`], with the element type that is found there.
#[track_caller]
pub fn from_npy_stack_dyn(folder: impl AsRef<Path>) -> DynArray {
    let open = || {
        let source = NpyStackSource::open(folder)?;
        let lengths = AxisSpec::Sizes(source.lengths().to_vec());
        let whole = |axis| if axis == source.axis() { lengths.clone() } else { AxisSpec::Whole };
        let axes = swath_array_io::ArraySource::shape(&source).len();
        let chunks = ChunkSpec::PerAxis((0..axes).map(whole).collect());
        from_source(Arc::new(source), &chunks)
    };
    DynArray::new(open())
}

impl DynArray {
    /// Computes the array and writes a `.npy` file for each block along `axis` to a folder, which appears when it is
    /// complete. Blocks are joined along the other axes. Dask's `from_npy_stack` reads the folder too.
    ///
    /// # Errors
    /// The error that building the array met, that of the task that failed first,
    /// [`swath_error::ErrorKind::InvalidArgument`] for an axis that is not there or a folder that is not empty, or
    /// [`swath_error::ErrorKind::Io`].
    pub fn to_npy_stack(&self, folder: impl AsRef<Path>, axis: isize) -> Result<()> {
        let expr = measured(self)?;
        let axis = normalize_axis(axis, expr.ndim())?;
        let whole = |i| if i == axis { AxisSpec::Keep } else { AxisSpec::Whole };
        let expr = rechunk(&expr, &ChunkSpec::PerAxis((0..expr.ndim()).map(whole).collect()))?;
        let lengths = expr.chunks().axis(axis)?.sizes()?.to_vec();
        let sink = NpyStackSink::create(folder, expr.dtype(), &expr.shape()?, axis, &lengths)?;
        Store::write(vec![(expr, OpenSink::new(sink))])
    }
}

impl<T: Element> Array<T> {
    /// Computes the array and writes a `.npy` file for each block along `axis`: see [`DynArray::to_npy_stack`].
    ///
    /// # Errors
    /// As [`DynArray::to_npy_stack`].
    pub fn to_npy_stack(&self, folder: impl AsRef<Path>, axis: isize) -> Result<()> {
        self.as_dyn().to_npy_stack(folder, axis)
    }
}
