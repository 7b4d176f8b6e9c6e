//! The library's errors in this project's words.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use swath_error::{Error, ErrorKind, Result};
use zarrs::array::{ArrayCreateError, ArrayError};
use zarrs::storage::StorageError;

/// An array that cannot be opened.
pub(crate) fn cannot_open(path: &Path, cause: ArrayCreateError) -> Error {
    let (kind, message) = match &cause {
        ArrayCreateError::MissingMetadata => (ErrorKind::NotFound, "there is no Zarr array".to_owned()),
        ArrayCreateError::DataTypeCreateError(_)
        | ArrayCreateError::CodecsCreateError(_)
        | ArrayCreateError::StorageTransformersCreateError(_)
        | ArrayCreateError::ChunkGridCreateError(_)
        | ArrayCreateError::ChunkKeyEncodingCreateError(_)
        | ArrayCreateError::AdditionalFieldUnsupportedError(_)
        | ArrayCreateError::UnsupportedZarrV2Array(_) => (ErrorKind::Unsupported, cause.to_string()),
        _ => (ErrorKind::InvalidData, format!("the Zarr metadata is damaged: {cause}")),
    };
    Error::new(kind, message).with_source(cause).context(path.display().to_string())
}

/// Elements that cannot be read or written.
pub(crate) fn cannot_use(path: &Path, cause: ArrayError) -> Error {
    let error = match &cause {
        ArrayError::StorageError(StorageError::IOError(io)) => {
            return Error::io(path.display(), std::io::Error::new(io.kind(), io.to_string()));
        }
        ArrayError::CodecError(_) => Error::data(format!("a chunk is damaged: {cause}")),
        _ => Error::data(cause.to_string()),
    };
    error.with_source(cause).context(path.display().to_string())
}

/// Runs the library's code, which may panic on contents it does not expect.
///
/// # Errors
/// What the code gave; [`ErrorKind::InvalidData`] where it panicked.
pub(crate) fn guarded<T>(path: &Path, run: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        Err(Error::data("the contents make no sense to the Zarr library: they are damaged")
            .context(path.display().to_string()))
    })
}
