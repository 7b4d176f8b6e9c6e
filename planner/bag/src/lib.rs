//! Bag expressions, their rewriting and their lowering to task graphs.
//!
//! In: what `Bag<T>` methods build: nodes that push the items of one partition ([`Stream`]), and cuts between them
//! ([`Breaker`], [`Aggregate`]). Out: layers of operations in which a whole chain of nodes runs as one loop. Place in the
//! flow: below the user's `db`, above files and blocks. It never runs a task and never asks which runtime does.
#![forbid(unsafe_code)]

mod exchange;
mod explain;
mod hash;
mod item;
pub mod json;
mod lower;
mod name;
mod recipe;
mod reduce;
mod single;
mod sink;
mod source;
mod stream;
mod table;

pub use exchange::{Accumulate, Coalesce, Concat, GroupBy, Join, Product, Select, Split, Zip};
pub use explain::tree;
pub use item::{BagItem, Fallible, IntoItem, Plain};
pub use lower::{gather, gather_one, materialise};
pub use reduce::{
    Aggregate, All, Any, Count, Distinct, Extreme, Fold, FoldBy, Frequencies, Mean, Number, PerPartition,
    Reduce, Reduced, ReducedBag, Sum, TopK, Variance,
};
pub use single::{Apply, Single};
pub use sink::{TextTarget, write_text};
pub use source::{
    Boundary, Breaker, Held, MadeBy, Memory, Range, ReadText, Tasks, TextCut, TextFiles, WithPath,
    partition_sizes,
};
pub use stream::{
    Filter, FlatMap, Flow, Head, Info, JsonStream, Map, MapPartitions, MapWith, Node, Part, Pluck, PluckWith,
    Sample, Sink, Stop, Stream, TextStream, Words, rewritten,
};
pub use table::{infer_schema, tables};
