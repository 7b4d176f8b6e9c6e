//! The bag: parallel lists of any items
#![forbid(unsafe_code)]
