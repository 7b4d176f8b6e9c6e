//! The reader's errors in this project's words.

use std::path::Path;

use hdf5_reader::error::Error as Cause;
use swath_error::{Error, ErrorKind, Result};

/// Puts an error of the reader, met in the file under `path`, into words.
pub(crate) fn failure(path: &Path, cause: Cause) -> Error {
    let (kind, message) = words(&cause);
    let error = match cause {
        Cause::Io(io) => return Error::io(path.display(), io),
        other => Error::new(kind, message).with_source(other),
    };
    error.context(path.display().to_string())
}

fn words(cause: &Cause) -> (ErrorKind, String) {
    let unsupported = |what: String| (ErrorKind::Unsupported, what);
    match cause {
        Cause::Context { path, source } => {
            let (kind, message) = words(source);
            (kind, format!("{path}: {message}"))
        }
        Cause::InvalidMagic => {
            (ErrorKind::InvalidData, "not an HDF5 file: it does not begin as one".to_owned())
        }
        Cause::UnsupportedLayoutClass(3) => unsupported("virtual datasets are not read".to_owned()),
        Cause::UnsupportedDatatypeClass(11) => unsupported(
            "the complex type of HDF5 2.0 is not read: store pairs of floats, as h5py does".to_owned(),
        ),
        Cause::UnsupportedFilter(_)
        | Cause::UnsupportedEncoding(_)
        | Cause::UnsupportedLinkType(_)
        | Cause::UnsupportedSuperblockVersion(_)
        | Cause::UnsupportedLayoutVersion(_)
        | Cause::UnsupportedDatatypeClass(_)
        | Cause::UnsupportedLayoutClass(_) => unsupported(cause.to_string()),
        Cause::UnexpectedEof { .. } | Cause::OffsetOutOfBounds(_) => {
            (ErrorKind::InvalidData, format!("the HDF5 file is damaged or cut short: {cause}"))
        }
        Cause::GroupNotFound(_) | Cause::DatasetNotFound(_) => (ErrorKind::NotFound, cause.to_string()),
        _ => (ErrorKind::InvalidData, format!("the HDF5 file is damaged: {cause}")),
    }
}

/// The same for results.
pub(crate) trait Named<T> {
    fn named(self, path: &Path) -> Result<T>;
}

impl<T> Named<T> for Result<T, Cause> {
    fn named(self, path: &Path) -> Result<T> {
        self.map_err(|e| failure(path, e))
    }
}
