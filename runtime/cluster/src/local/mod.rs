//! A cluster on this machine: a scheduler in this process, workers in it or in processes of their own.

mod adaptive;
mod builder;
mod cluster;
mod process;

pub use adaptive::Adaptive;
pub use builder::LocalClusterBuilder;
pub use cluster::LocalCluster;
