//! Files that h5py wrote, files written here, and thousands of damaged ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod damaged;
mod reading;
mod support;
#[path = "../../../array/tests/it/values.rs"]
mod values;
mod writing;
