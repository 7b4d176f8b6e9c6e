//! One input file: where it is, how large, when it changed, and what its folders say about its rows.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use swath_error::{Error, ErrorKind};
use swath_graph::KeyHasher;

use crate::Compression;

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Location {
    /// A path of this machine, absolute.
    Local(PathBuf),
    /// The URL of an object: `s3://bucket/key`, `https://host/path`.
    Url(String),
}

/// A file found by [`crate::resolve`], with the size and time of change it had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Where it is.
    pub location: Location,
    /// Size in bytes, as stored (before decompression).
    pub size: u64,
    /// Time of change in nanoseconds since 1970, 0 where unknown.
    pub modified: u64,
    /// Columns its folders spell out (`year=2015/month=01`), outermost first; `None` is the missing value.
    pub partitions: Vec<(String, Option<String>)>,
}

impl File {
    /// The path when the file is on this machine.
    pub fn path(&self) -> Option<&Path> {
        match &self.location {
            Location::Local(path) => Some(path),
            Location::Url(_) => None,
        }
    }

    /// The last part of its path.
    pub fn file_name(&self) -> String {
        let text = self.to_string();
        text.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or(&text).to_string()
    }

    /// The compression its suffix names.
    pub fn compression(&self) -> Compression {
        Compression::of_name(&self.to_string())
    }

    /// Adds what identifies the contents to a key: place, size, time of change.
    pub fn key(&self, hasher: KeyHasher) -> KeyHasher {
        let mut hasher = hasher.str(&self.to_string()).u64(self.size).u64(self.modified);
        for (name, value) in &self.partitions {
            hasher = hasher.str(name).str(value.as_deref().unwrap_or("\0"));
        }
        hasher
    }

    /// An error about this file from an input/output failure; damaged contents become [`ErrorKind::InvalidData`].
    pub fn error(&self, source: std::io::Error) -> Error {
        Error::io(self, source)
    }

    /// An [`ErrorKind::InvalidData`] error about this file's contents.
    pub fn damaged(&self, what: impl fmt::Display) -> Error {
        Error::new(ErrorKind::InvalidData, format!("{self}: {what}"))
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::Local(path) => write!(f, "{}", path.display()),
            Location::Url(url) => f.write_str(url),
        }
    }
}
