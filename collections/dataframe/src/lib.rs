//! The DataFrame, SQL and column expressions
#![forbid(unsafe_code)]
