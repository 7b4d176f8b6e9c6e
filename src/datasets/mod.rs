//! Made-up data for examples, tests and benchmarks.
//!
//! In: a folder and a few sizes. Out: files, the same for the same seed on every machine. Files appear only when they
//! are complete, and a second call with the same settings finds them and writes nothing. It never reads a clock or the
//! network.

mod letters;
mod manifest;
mod people;
mod random;
mod timeseries;

pub use letters::{Letters, letters};
pub use people::{PeopleJson, people_json};
pub use timeseries::{Timeseries, timeseries};
