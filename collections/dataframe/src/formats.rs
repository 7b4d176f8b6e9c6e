//! File formats by their suffixes.

use std::path::Path;

use swath_error::{Error, ErrorKind, Result};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Tsv,
    Parquet,
    Json,
}

const PACKED: [&str; 8] = [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lzma", ".lz4"];

impl Format {
    /// The names SQL knows them by.
    pub(crate) const NAMES: [&str; 4] = ["csv", "tsv", "parquet", "json"];

    /// By the suffix of a name, seen through a compression's suffix.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let bare = PACKED.iter().find_map(|p| lower.strip_suffix(p)).unwrap_or(&lower);
        match bare.rsplit_once('.')?.1 {
            "csv" | "txt" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "parquet" | "pq" | "parq" => Some(Self::Parquet),
            "json" | "ndjson" | "jsonl" => Some(Self::Json),
            _ => None,
        }
    }

    /// By the suffix of a path or glob, or of the first file in a folder.
    pub(crate) fn of_path(path: &str) -> Result<Self> {
        let found = Self::of_name(path.trim_end_matches('/')).or_else(|| in_folder(Path::new(path), 0));
        found.ok_or_else(|| {
            let missing = !path.contains(['*', '?', ':']) && !Path::new(path).exists();
            let kind = if missing { ErrorKind::NotFound } else { ErrorKind::InvalidQuery };
            let what = if missing { "there is no" } else { "the suffix tells no format of" };
            Error::new(kind, format!("{what} '{path}'")).with_help(
                "csv, tsv, parquet, json, jsonl and ndjson are read by their suffix, compressed or not",
            )
        })
    }
}

/// The format of the first file with a known suffix in a folder or the folders in it.
fn in_folder(path: &Path, depth: u8) -> Option<Format> {
    let mut entries: Vec<_> = std::fs::read_dir(path).ok()?.flatten().map(|e| e.path()).collect();
    entries.sort();
    let hidden = |p: &Path| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(['.', '_']));
    entries.retain(|p| !hidden(p));
    let here = entries.iter().filter(|p| p.is_file()).find_map(|p| Format::of_name(&p.to_string_lossy()));
    here.or_else(|| {
        let folders = entries.iter().filter(|p| p.is_dir() && depth < 16);
        folders.into_iter().find_map(|p| in_folder(p, depth + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_seen_through_compression() {
        assert_eq!(Format::of_name("data/2015-*.csv.gz"), Some(Format::Csv));
        assert_eq!(Format::of_name("s3://b/x.PARQUET"), Some(Format::Parquet));
        assert_eq!(Format::of_name("events.jsonl.zst"), Some(Format::Json));
        assert_eq!(Format::of_name("table"), None);
        assert_eq!(Format::of_path("/no/such/folder").unwrap_err().kind(), ErrorKind::NotFound);
    }
}
