//! Delayed values: any function calls as a graph
#![forbid(unsafe_code)]
