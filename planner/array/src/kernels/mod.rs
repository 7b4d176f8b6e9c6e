//! What operations do with chunks, as data that travels: chunk by chunk, and folded in a tree.
//!
//! In: the chunks at one place of a grid, or partial results. Out: chunks. The nodes `Chunkwise` and `Tree` hold one of
//! these; the work itself is done by `swath_kernels`. It never reads a file.

mod chunk;
mod labelled;
mod tree;
mod user;

pub(crate) use chunk::ChunkKernel;
pub use labelled::Kernel;
pub(crate) use tree::TreeKernel;
pub use user::{FoldFunction, UserFold};
