//! The chunked n-d array
#![forbid(unsafe_code)]
