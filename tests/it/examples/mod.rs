//! The examples' answers at a small size, against plain loops over the same files.

mod bag_topk;
mod delayed_loop;
mod letters;
