//! Where input bytes come from: paths, globs, folders, URLs, compression and byte ranges.
//!
//! In: what the user wrote (`"2015-*.csv"`, a list of paths, a folder, `s3://…`). Out: a sorted list of [`File`]s with
//! sizes and times of change, readers that decode them, and [`FileBlock`]s that start and end at line boundaries.
//! Place in the flow: below every format. It never interprets a file's contents beyond its compression and newlines.
#![forbid(unsafe_code)]

mod block;
mod compression;
mod encoder;
mod file;
mod hive;
mod local;
mod natural;
mod paths;
#[cfg(feature = "cloud")]
mod remote;
mod resolve;
mod source;
mod store;

pub use block::{BlockReader, FileBlock, blocks};
pub use compression::Compression;
pub use encoder::Encoder;
pub use file::{File, Location};
pub use paths::Paths;
pub use resolve::{Resolve, resolve};
pub use source::{FileReader, Source};
pub use store::store_for;
