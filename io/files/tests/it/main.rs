//! Finding, decoding and cutting files.
#![allow(clippy::unwrap_used)]

mod blocks;
mod compression;
mod resolve;
#[cfg(feature = "cloud")]
mod web;

use swath_files::{File, Resolve};

/// The one file at `path`.
fn file(path: &std::path::Path) -> File {
    swath_files::resolve(path, &Resolve::default()).unwrap().remove(0)
}
