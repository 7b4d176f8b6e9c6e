//! Plans as several tasks: a part per group of files, and what brings the parts together.
//!
//! In: a logical plan and the workers to spread it over. Out: tasks whose blocks are tables. DataFusion makes the physical
//! plan; it is cut below its first exchange of rows. What is below runs once per slice of the source, what is above reads
//! the slices' results: partial states of aggregates, first rows, or nothing at all where the parts one after another are
//! the answer. It never changes a step: both halves are DataFusion's own.

mod codec;
mod cut;
mod fragment;
mod lower;
mod marks;
mod notes;
mod parquet;
mod parts;
mod slices;
mod way;

pub(crate) use lower::lower;
pub(crate) use marks::check;
pub use marks::join_parts;
pub use parts::Parts;
pub use way::SplitLimits;
pub(crate) use way::{Way, way};
