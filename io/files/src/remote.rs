//! Object stores: listing, and reading ranges from threads that are not asynchronous.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use futures::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use swath_error::{Error, ErrorKind, Result};
use tokio::runtime::Runtime;
use url::Url;

use crate::natural::natural_order;
use crate::store::store_error;
use crate::{File, Location, Resolve, hive, local};

/// Bytes asked for at once: requests cost tens of milliseconds, so small reads are served from the last answer.
const WINDOW: u64 = 8 << 20;

/// The runtime that network requests run on; its threads only wait.
fn io_runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("swath-io")
                .enable_all()
                .build()
                .map_err(|e| e.to_string())
        })
        .as_ref()
        .map_err(|e| Error::new(ErrorKind::Io, format!("cannot start the threads for network requests: {e}")))
}

/// Runs a request on the I/O runtime and waits for it; safe to call from any thread, also inside a runtime.
fn wait<T: Send + 'static>(request: impl Future<Output = T> + Send + 'static) -> Result<T> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    io_runtime()?.spawn(async move {
        let _ = sender.send(request.await);
    });
    receiver.recv().map_err(|_| Error::internal("a network request ended without an answer"))
}

/// The store of a URL.
pub(crate) fn store(url: &Url) -> Result<Arc<dyn ObjectStore>> {
    let text = url.as_str();
    let bad = |e: object_store::Error| {
        Error::new(ErrorKind::InvalidArgument, format!("{text}: the store cannot be set up: {e}"))
            .with_source(e)
    };
    Ok(match url.scheme() {
        "s3" | "s3a" => Arc::new(AmazonS3Builder::from_env().with_url(text).build().map_err(bad)?),
        "gs" => Arc::new(GoogleCloudStorageBuilder::from_env().with_url(text).build().map_err(bad)?),
        "az" | "azure" | "abfs" | "abfss" | "adl" => {
            Arc::new(MicrosoftAzureBuilder::from_env().with_url(text).build().map_err(bad)?)
        }
        "http" | "https" => {
            let host = &url[..url::Position::BeforePath];
            let options = object_store::ClientOptions::new().with_allow_http(true);
            Arc::new(HttpBuilder::new().with_url(host).with_client_options(options).build().map_err(bad)?)
        }
        other => {
            return Err(Error::unsupported(format!("{text}: there is no store for '{other}://'"))
                .with_help("use s3://, gs://, az://, http(s):// or file://"));
        }
    })
}

/// The URL without its path, ending without a slash.
fn root(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}

fn parse(url: &str) -> Result<(Arc<dyn ObjectStore>, String)> {
    let base = root(url);
    let parsed = Url::parse(base).map_err(|e| Error::argument(format!("'{url}' is not a URL: {e}")))?;
    let key = url.get(base.len()..).unwrap_or_default().trim_start_matches('/');
    Ok((store(&parsed)?, key.to_string()))
}

/// The objects that `url` names: itself, a glob's matches, or everything below a prefix that ends with a slash or names no
/// object.
pub(crate) fn find(url: &str, options: &Resolve) -> Result<Vec<File>> {
    let (store, key) = parse(url)?;
    let is_web = url.starts_with("http");
    if is_web || !(local::is_glob(&key) || key.is_empty() || key.ends_with('/')) {
        let path = Path::parse(&key).map_err(|e| Error::argument(format!("'{url}': {e}")))?;
        let one = Arc::clone(&store);
        match wait(async move { one.head(&path).await })? {
            Ok(meta) => return Ok(vec![describe(root(url), &meta, Vec::new())]),
            Err(object_store::Error::NotFound { .. }) if !is_web => {}
            Err(e) => return Err(store_error(url, e)),
        }
    }
    list(url, &key, store, options)
}

fn list(url: &str, key: &str, store: Arc<dyn ObjectStore>, options: &Resolve) -> Result<Vec<File>> {
    let glob = local::is_glob(key)
        .then(|| glob::Pattern::new(key).map_err(|e| Error::argument(format!("'{url}' is not a glob: {e}"))))
        .transpose()?;
    let folder = if glob.is_some() { local::fixed_prefix(key) } else { key.trim_end_matches('/') };
    let prefix = Path::parse(folder).map_err(|e| Error::argument(format!("'{url}': {e}")))?;
    let found: Vec<ObjectMeta> = wait(async move { store.list(Some(&prefix)).try_collect().await })?
        .map_err(|e| store_error(url, e))?;
    let strict = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
    let mut files: Vec<File> = found
        .iter()
        .filter(|meta| match &glob {
            Some(glob) => glob.matches_with(meta.location.as_ref(), strict),
            None => {
                meta.location.filename().is_some_and(|n| !n.starts_with(['.', '_']) && options.accepts(n))
            }
        })
        .map(|meta| {
            let below = meta.location.as_ref().strip_prefix(folder).unwrap_or_default();
            let columns =
                if options.hive { hive::partitions(below.trim_start_matches('/')) } else { Vec::new() };
            describe(root(url), meta, columns)
        })
        .collect();
    if files.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("no object matches '{url}'"))
            .with_help(format!("searched in {}/{folder}", root(url))));
    }
    files.sort_by(|a, b| natural_order(&a.to_string(), &b.to_string()));
    Ok(files)
}

fn describe(root: &str, meta: &ObjectMeta, partitions: Vec<(String, Option<String>)>) -> File {
    File {
        location: Location::Url(format!("{root}/{}", meta.location)),
        size: meta.size,
        modified: meta.last_modified.timestamp_nanos_opt().unwrap_or(0).max(0) as u64,
        partitions,
    }
}

/// An object that is read by ranges.
#[derive(Debug)]
pub(crate) struct Object {
    url: String,
    store: Arc<dyn ObjectStore>,
    path: Path,
    size: u64,
    /// The last answer: where it starts, and its bytes.
    window: (u64, bytes::Bytes),
}

impl Object {
    pub(crate) fn open(url: &str) -> Result<Self> {
        let (store, key) = parse(url)?;
        let path = Path::parse(&key).map_err(|e| Error::argument(format!("'{url}': {e}")))?;
        let (one, at) = (Arc::clone(&store), path.clone());
        let meta = wait(async move { one.head(&at).await })?.map_err(|e| store_error(url, e))?;
        Ok(Self { url: url.to_string(), store, path, size: meta.size, window: (0, bytes::Bytes::new()) })
    }

    pub(crate) fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while done < into.len() && offset + (done as u64) < self.size {
            let at = offset + done as u64;
            let held = self.window.0..self.window.0 + self.window.1.len() as u64;
            if !held.contains(&at) {
                self.fetch(at..(at + WINDOW).min(self.size))?;
                continue;
            }
            let have = self.window.1.get((at - self.window.0) as usize..).unwrap_or_default();
            let rest = into.get_mut(done..).unwrap_or_default();
            let n = have.len().min(rest.len());
            for (to, from) in rest.iter_mut().zip(have) {
                *to = *from;
            }
            done += n;
        }
        Ok(done)
    }

    fn fetch(&mut self, range: Range<u64>) -> Result<()> {
        let (store, path, wanted) = (Arc::clone(&self.store), self.path.clone(), range.clone());
        let bytes = wait(async move { store.get_range(&path, wanted).await })?
            .map_err(|e| store_error(&self.url, e))?;
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::Io, format!("{}: the store sent no bytes", self.url)));
        }
        self.window = (range.start, bytes);
        Ok(())
    }
}
