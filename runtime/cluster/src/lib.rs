//! Schedulers, workers and clients as processes: the distributed runtime.
#![forbid(unsafe_code)]
