//! How an array is cut: the lengths of the chunks along each axis.
//!
//! In: what the user asks for ([`ChunkSpec`]) and the shape. Out: exact chunk lengths ([`Chunks`]). It never looks at
//! data.

mod auto;
mod bounds;
mod layout;
mod limits;
mod rechunk_plan;
mod spec;
mod target;
mod unify;

pub(crate) use bounds::Bounds;
pub(crate) use layout::starts_of;

pub use auto::Target;
pub use layout::{Axis, Chunks};
pub use rechunk_plan::{Layout, plan_rechunk};
pub use spec::{AxisSpec, ChunkSpec};
pub use swath_block::parse_bytes;
pub use target::{chunk_bytes, set_chunk_size, with_chunk_size};
pub use unify::common_axis;
