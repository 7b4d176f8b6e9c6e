//! `.npy` files, as NumPy writes them.

use std::path::Path;
use std::sync::Arc;

use swath_array_io::{NpySink, NpySource};
use swath_array_plan::{OpenSink, from_source};
use swath_error::{Error, Result};

use crate::create::natural_chunks;
use crate::store::{Store, measured};
use crate::{Array, DynArray, Element};

/// An array over a `.npy` file. Only the header is read now; chunks are read when they are needed, and again rather than
/// held where that takes less memory.
///
/// Elements of another type than `T` are converted to it.
///
/// ```
/// # use swath_local as _;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.npy");
/// use swath_array as da;
/// da::arange(1000).reshape([10, 100]).to_npy(&path)?;
/// let x = da::from_npy::<i64>(&path).chunks([5, 50]);
/// assert_eq!(x.max(1).compute()?[9], 999);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_npy<T: Element>(path: impl AsRef<Path>) -> Array<T> {
    from_npy_dyn(path).typed()
}

/// As [`from_npy`], with the element type that is found there.
#[track_caller]
pub fn from_npy_dyn(path: impl AsRef<Path>) -> DynArray {
    let open = || {
        let source = NpySource::open(path)?;
        if let Some((kind, unit)) = source.time() {
            let text = format!("{} holds {}", source.path().display(), kind.dtype_name(unit));
            return Err(
                Error::unsupported(text).with_help("open it with Instants::from_npy or Durations::from_npy")
            );
        }
        let chunks = natural_chunks(&source);
        from_source(Arc::new(source), &chunks)
    };
    DynArray::new(open())
}

impl DynArray {
    /// Computes the array and writes it to a `.npy` file, chunk by chunk as they are done. The file appears when it is
    /// complete; nothing is left behind when something fails.
    ///
    /// # Errors
    /// The error that building the array met, that of the task that failed first, or
    /// [`swath_error::ErrorKind::Io`] naming the file.
    pub fn to_npy(&self, path: impl AsRef<Path>) -> Result<()> {
        let expr = measured(self)?;
        let sink = OpenSink::new(NpySink::create(path, expr.dtype(), &expr.shape()?)?);
        Store::write(vec![(expr, sink)])
    }
}

impl<T: Element> Array<T> {
    /// Computes the array and writes it to a `.npy` file, chunk by chunk as they are done. The file appears when it is
    /// complete; nothing is left behind when something fails.
    ///
    /// # Errors
    /// The error that building the array met, that of the task that failed first, or
    /// [`swath_error::ErrorKind::Io`] naming the file.
    pub fn to_npy(&self, path: impl AsRef<Path>) -> Result<()> {
        self.as_dyn().to_npy(path)
    }
}
