//! The local runtime: the scheduler driving the threads of this process
#![forbid(unsafe_code)]
