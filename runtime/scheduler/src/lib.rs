//! The scheduler: a state machine without clock, randomness or input and output
#![forbid(unsafe_code)]
