//! The bag, `db`: parallel lists of any items.
//!
//! In: files, sequences, numbers, other collections' values. Out: lazy [`Bag`]s and [`Item`]s that lower themselves into
//! a task graph and compute to `Vec<T>` and `T`. Place in the flow: what users call, above the bag planner. It never
//! looks at how a stream of items is carried out.
#![forbid(unsafe_code)]

mod aggregate;
mod bag;
mod combine;
mod create;
mod group;
mod item;
mod json_bag;
mod numbers;
mod output;
mod text;
mod transform;

pub use bag::Bag;
pub use create::{
    concat, from_delayed, from_partitions, from_sequence, from_sequence_npartitions,
    from_sequence_partition_size, range,
};
pub use group::by_count;
pub use item::Item;
pub use numbers::Number;
pub use swath_bag_plan::json::{self, Json};
pub use swath_bag_plan::{BagItem, IntoItem, Pluck};
pub use text::{TextOptions, read_text, read_text_with, read_text_with_path};
