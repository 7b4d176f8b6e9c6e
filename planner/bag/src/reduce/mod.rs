//! Many items to one value: a partial result per partition, merged as a tree of eight at a time, then finished.

mod boolean;
mod count;
mod distinct;
mod extreme;
mod fold;
mod foldby;
mod frequencies;
mod keyed;
mod moments;
mod number;
mod reduction;
mod sum;
mod topk;
mod tree;

pub use boolean::{All, Any};
pub use count::Count;
pub use distinct::Distinct;
pub use extreme::Extreme;
pub use fold::{Fold, Reduce};
pub use foldby::FoldBy;
pub use frequencies::Frequencies;
pub(crate) use keyed::Keyed;
pub use moments::{Mean, Variance};
pub use number::Number;
pub use reduction::PerPartition;
pub use sum::Sum;
pub use topk::TopK;
pub use tree::{Aggregate, Reduced, ReducedBag};
pub(crate) use tree::{last_op, merge_op, partial_op, whole_op};
