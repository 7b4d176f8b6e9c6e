//! Registered functions, called by name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calls;
mod functions;
