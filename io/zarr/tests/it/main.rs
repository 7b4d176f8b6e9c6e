//! Stores that zarr-python wrote, stores written here, and thousands of damaged ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod damaged;
mod reading;
mod support;
#[path = "../../../array/tests/it/values.rs"]
mod values;
mod writing;
