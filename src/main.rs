//! The `swath` command.
#![forbid(unsafe_code)]

fn main() {}
