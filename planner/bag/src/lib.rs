//! Bag expressions: rewriting and lowering to task graphs
#![forbid(unsafe_code)]
