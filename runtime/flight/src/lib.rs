//! The data plane: blocks between workers over Arrow Flight.
#![forbid(unsafe_code)]
