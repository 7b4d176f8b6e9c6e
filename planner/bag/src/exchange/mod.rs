//! Nodes that move items between partitions or put partitions of several bags together.

mod accumulate;
mod coalesce;
mod concat;
mod groupby;
mod join;
mod product;
mod select;
mod split;
mod zip;

pub use accumulate::Accumulate;
pub(crate) use accumulate::{accumulated_op, step_op};
pub use coalesce::Coalesce;
pub use concat::Concat;
pub use groupby::GroupBy;
pub(crate) use groupby::{divide_op, exchange_op, group_op};
pub use join::Join;
pub use product::Product;
pub use select::Select;
pub use split::Split;
pub(crate) use split::{piece_op, split_op};
pub use zip::Zip;
