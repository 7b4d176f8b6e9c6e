//! Paths, globs, URLs, compression and byte ranges: where input bytes come from
#![forbid(unsafe_code)]
