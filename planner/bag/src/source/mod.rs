//! Where items come from: sequences in memory, numbers, lines of text files, tasks made earlier.

mod memory;
mod range;
mod tasks;
mod text;

pub use memory::{Memory, partition_sizes};
pub use range::Range;
pub(crate) use tasks::{Blocks, block_items};
pub use tasks::{Boundary, Breaker, Held, MadeBy, Tasks};
pub use text::{ReadText, TextCut, TextFiles, WithPath};
