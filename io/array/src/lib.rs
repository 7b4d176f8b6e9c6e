//! Array sources and sinks: npy files and ndarrays in memory
#![forbid(unsafe_code)]
