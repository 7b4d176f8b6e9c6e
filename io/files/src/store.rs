//! The object store behind a URL.

use std::sync::Arc;

use object_store::ObjectStore;
use swath_error::{Error, ErrorKind, Result};
use url::Url;

/// The store that holds `url`: this machine's files, or, with the feature `cloud`, S3, Google Cloud Storage, Azure or a
/// web server, set up from the environment's usual variables (`AWS_REGION`, `GOOGLE_APPLICATION_CREDENTIALS`, …).
///
/// # Errors
/// [`ErrorKind::Unsupported`] for a scheme this build cannot read; [`ErrorKind::InvalidArgument`] when the store cannot
/// be set up.
pub fn store_for(url: &Url) -> Result<Arc<dyn ObjectStore>> {
    match url.scheme() {
        "file" => Ok(Arc::new(object_store::local::LocalFileSystem::new())),
        _ => remote_store(url),
    }
}

#[cfg(feature = "cloud")]
fn remote_store(url: &Url) -> Result<Arc<dyn ObjectStore>> {
    crate::remote::store(url)
}

#[cfg(not(feature = "cloud"))]
fn remote_store(url: &Url) -> Result<Arc<dyn ObjectStore>> {
    Err(needs_cloud(url.as_str()))
}

/// The error for a URL that only a build with the feature `cloud` reads.
#[cfg(not(feature = "cloud"))]
pub(crate) fn needs_cloud(url: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("'{url}' is not on this machine and this build reads local files only"),
    )
    .with_help("build swath with the feature `cloud` to read s3://, gs://, az:// and http(s)://")
}

/// A store's error as ours.
#[cfg(feature = "cloud")]
pub(crate) fn store_error(url: &str, error: object_store::Error) -> Error {
    let kind = match &error {
        object_store::Error::NotFound { .. } => ErrorKind::NotFound,
        object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => {
            ErrorKind::Unsupported
        }
        _ => ErrorKind::Io,
    };
    Error::new(kind, format!("{url}: {error}")).with_source(error)
}
