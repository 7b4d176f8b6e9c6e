//! Elements without a header, as C programs and `ndarray.tofile` write them.

use std::path::Path;
use std::sync::Arc;

use swath_array_io::{RawSink, RawSource};
use swath_array_plan::{ChunkSpec, OpenSink, from_source};
use swath_error::Result;

pub use swath_array_io::RawOptions;

use crate::store::{Store, measured};
use crate::{Array, Dims, DynArray, Element};

/// An array over a file of elements without a header, in row-major order and this machine's byte order;
/// [`from_binary_with`] reads others.
///
/// ```
/// # use swath_local as _;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.bin");
/// use swath_array as da;
/// da::arange(1000).reshape([10, 100]).to_binary(&path)?;
/// let x = da::from_binary::<i64>(&path, [10, 100]);
/// assert_eq!(x.max(1).compute()?[9], 999);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_binary<T: Element>(path: impl AsRef<Path>, shape: impl Into<Dims>) -> Array<T> {
    from_binary_with(path, shape, &RawOptions::default())
}

/// As [`from_binary`], with elements after a header, in the other byte order or in column-major order.
#[track_caller]
pub fn from_binary_with<T: Element>(
    path: impl AsRef<Path>,
    shape: impl Into<Dims>,
    options: &RawOptions,
) -> Array<T> {
    let open = || {
        let source = RawSource::open(path, T::DTYPE, &shape.into().lengths()?, options)?;
        from_source(Arc::new(source), &ChunkSpec::default())
    };
    Array::new(open())
}

impl DynArray {
    /// Computes the array and writes its elements to a file without a header, in row-major order and this machine's byte
    /// order. The file appears when it is complete; nothing is left behind when something fails.
    ///
    /// # Errors
    /// The error that building the array met, that of the task that failed first, or
    /// [`swath_error::ErrorKind::Io`] naming the file.
    pub fn to_binary(&self, path: impl AsRef<Path>) -> Result<()> {
        let expr = measured(self)?;
        let sink = OpenSink::new(RawSink::create(path, expr.dtype(), &expr.shape()?)?);
        Store::write(vec![(expr, sink)])
    }
}

impl<T: Element> Array<T> {
    /// Computes the array and writes its elements to a file without a header: see [`DynArray::to_binary`].
    ///
    /// # Errors
    /// As [`DynArray::to_binary`].
    pub fn to_binary(&self, path: impl AsRef<Path>) -> Result<()> {
        self.as_dyn().to_binary(path)
    }
}
