//! Plans in parts: the same answers as in one piece, on pretended workers and on real ones.

mod answers;
mod cluster;
pub mod data;
#[path = "../../../collections/dataframe/tests/it/group_bys.rs"]
mod group_bys;
#[path = "../../../collections/dataframe/tests/it/oracle.rs"]
#[allow(dead_code)]
mod oracle;
mod pandas;
mod ways;
