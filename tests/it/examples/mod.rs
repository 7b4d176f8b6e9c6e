//! The examples' answers at a small size, against plain loops over the same files.

mod array_anomaly;
mod bag_topk;
mod delayed_loop;
mod events;
mod groupby_mean;
mod letters;
mod sql_over_files;
