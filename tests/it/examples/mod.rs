//! The examples' answers at a small size, against plain loops over the same files.

pub mod array_anomaly;
pub mod bag_topk;
pub mod delayed_loop;
mod events;
pub mod groupby_mean;
pub mod letters;
mod random_walks;
pub mod sql_over_files;
