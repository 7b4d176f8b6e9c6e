//! A cluster on one thread: the scheduler's core, workers' cores and a client, driven by a seed.
//!
//! In: a seed. Out: whether random graphs gave the values that sequential evaluation gives, in spite of messages that take
//! time (first in, first out per link), workers that are killed, hang and speak up again, lose fetches, run short of memory
//! or are retired, and whether every invariant of both cores held after every step. Place in the flow: tests only. It
//! uses no clock, no threads and no randomness but the seed's, so a seed always plays the same game.
#![forbid(unsafe_code)]

mod client;
mod cluster;
mod deliver;
mod faults;
mod jobs;
mod node;
mod random;

pub use cluster::{Summary, play};
pub use random::Random;
