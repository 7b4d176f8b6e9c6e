//! Compressed files: what their suffix says and how they are decoded.

use std::io::{BufRead, Read};

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, also of several members (`.gz`).
    Gzip,
    /// Zstandard, also of several frames (`.zst`, `.zstd`).
    Zstd,
    /// bzip2, also of several streams (`.bz2`).
    Bzip2,
    /// xz, also of several streams (`.xz`).
    Xz,
}

impl Compression {
    /// The compression a file name's suffix says.
    pub fn of_name(name: &str) -> Self {
        let suffix = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match suffix.as_str() {
            "gz" | "gzip" => Self::Gzip,
            "zst" | "zstd" => Self::Zstd,
            "bz2" => Self::Bzip2,
            "xz" => Self::Xz,
            _ => Self::None,
        }
    }

    /// The compression a user named: `gzip`, `gz`, `zstd`, `zst`, `bz2`, `bzip2`, `xz`, `none`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for any other name.
    pub fn parse(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "gz" => Ok(Self::Gzip),
            "zstd" | "zst" => Ok(Self::Zstd),
            "bzip2" | "bz2" => Ok(Self::Bzip2),
            "xz" => Ok(Self::Xz),
            "none" | "" => Ok(Self::None),
            other => Err(Error::argument(format!("there is no compression '{other}'"))
                .with_help("use gzip, zstd, bzip2, xz or none")),
        }
    }

    /// The name used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// A reader of the decoded bytes of `raw`.
    ///
    /// # Errors
    /// When the decoder cannot be set up.
    pub fn decode<'a>(self, raw: impl BufRead + Send + 'a) -> std::io::Result<Box<dyn Read + Send + 'a>> {
        Ok(match self {
            Self::None => Box::new(raw),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(raw)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(raw)?),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(raw)),
            Self::Xz => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(raw)),
        })
    }
}
