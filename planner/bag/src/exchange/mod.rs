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
pub use coalesce::Coalesce;
pub use concat::Concat;
pub use groupby::GroupBy;
pub use join::Join;
pub use product::Product;
pub use select::Select;
pub use split::Split;
pub use zip::Zip;
