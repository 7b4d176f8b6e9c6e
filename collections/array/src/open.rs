//! Files and stores opened to see what is in them.

use std::fmt;
use std::io::Read;
use std::path::Path;

use swath_array_io::{ArrayInfo, ArraySource, Listing, NpySource};
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_hdf5::Hdf5File;

use crate::{DynArray, from_hdf5_dyn, from_npy_dyn, from_zarr_dyn};

/// A file or store and the arrays in it; `Display` is a table of them.
///
/// ```
/// # use swath_local as _;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.h5");
/// use swath_array as da;
/// da::ones([10, 100]).to_hdf5(&path, "runs/one")?;
/// let file = da::open(&path)?;
/// assert!(file.to_string().contains("runs/one  [10, 100]  float64"));
/// assert_eq!(file.arrays()[0].shape, [10, 100]);
/// assert_eq!(file.get("runs/one").typed::<f64>().sum(..).item()?, 1000.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ArrayFile {
    listing: Listing,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Npy,
    Hdf5,
    Zarr,
}

/// Opens an HDF5 file, a Zarr store or a `.npy` file, told apart by their contents, and lists the arrays in it with their
/// shapes, types, chunks, filters and attributes.
///
/// # Errors
/// [`ErrorKind::NotFound`] when nothing is there; [`ErrorKind::InvalidData`] for a file of another kind or a damaged one.
pub fn open(path: impl AsRef<Path>) -> Result<ArrayFile> {
    let path = path.as_ref();
    if path.is_dir() {
        return Ok(ArrayFile { listing: swath_zarr::list(path)?, kind: Kind::Zarr });
    }
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| Error::io(path.display(), e))?;
    file.take(6).read_to_end(&mut start).map_err(|e| Error::io(path.display(), e))?;
    if start == b"\x93NUMPY" {
        return Ok(ArrayFile { listing: npy(path)?, kind: Kind::Npy });
    }
    let listing = Hdf5File::open(path)
        .map_err(|e| match e.kind() {
            ErrorKind::InvalidData => e.with_help("HDF5 files, Zarr folders and .npy files can be opened"),
            _ => e,
        })?
        .list()?;
    Ok(ArrayFile { listing, kind: Kind::Hdf5 })
}

fn npy(path: &Path) -> Result<Listing> {
    let source = NpySource::open(path)?;
    let info = ArrayInfo {
        name: String::new(),
        shape: source.shape().to_vec(),
        dtype: Some(source.dtype()),
        stored: source.dtype().name().to_owned(),
        chunks: None,
        filters: Vec::new(),
        attributes: Vec::new(),
        problem: None,
    };
    Ok(Listing { path: path.to_owned(), arrays: vec![info] })
}

impl ArrayFile {
    /// The arrays, by name.
    pub fn arrays(&self) -> &[ArrayInfo] {
        &self.listing.arrays
    }

    /// One of the arrays, lazily. A `.npy` file's, and that of a Zarr folder that is an array itself, have the empty name.
    #[track_caller]
    pub fn get(&self, name: &str) -> DynArray {
        let path = &self.listing.path;
        let name = name.trim_matches('/');
        if !self.arrays().iter().any(|a| a.name == name) {
            let names = self.arrays().iter().map(|a| a.name.as_str());
            let error = unknown_name(ErrorKind::NotFound, "array", name, names);
            return DynArray::new(Err(error.context(path.display().to_string())));
        }
        match self.kind {
            Kind::Npy => from_npy_dyn(path),
            Kind::Hdf5 => from_hdf5_dyn(path, name),
            Kind::Zarr if name.is_empty() => from_zarr_dyn(path),
            Kind::Zarr => from_zarr_dyn(path.join(name)),
        }
    }
}

impl fmt::Display for ArrayFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.listing.fmt(f)
    }
}
