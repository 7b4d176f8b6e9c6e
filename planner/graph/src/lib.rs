//! The waist of swath: everything above produces a [`TaskGraph`], everything below consumes it.
//!
//! In: layers of tasks with their dependencies, from every collection. Out: one culled, fused, statically ordered
//! graph. Place in the flow: between lowering and the schedulers. It never looks inside an operation: payloads are
//! opaque here, and neither Arrow nor an async runtime is known to this crate.
#![forbid(unsafe_code)]

mod annotations;
mod builder;
mod draw;
mod graph;
mod key;
mod passes;
mod payload;
mod spread;
mod summary;

pub use annotations::Annotations;
pub use builder::{GraphBuilder, Layer, TaskRange};
pub use draw::to_svg;
pub use graph::{Columns, LayerId, Step, TaskGraph, TaskId};
pub use key::{Key, KeyHasher};
pub use passes::{fuse_linear, order};
pub use payload::Payload;
pub use spread::Spread;
pub use summary::summary;
