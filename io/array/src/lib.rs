//! Where arrays come from and go to, region by region.
//!
//! In: files and arrays in memory. Out: chunks, through [`ArraySource`]; files again, through [`ArraySink`]. Place in
//! the flow: read and written by the leaf and the store operations of array graphs. It never computes with elements and
//! never decides how an array is chunked. A source or sink of files goes to other processes as its path.
#![forbid(unsafe_code)]

mod bands;
pub mod conformance;
pub mod flat;
mod info;
mod memory;
mod npy;
mod region;
mod sink;
mod source;
mod stamp;
mod time;
mod travel;

pub use bands::{Bands, ReadInto};
pub use info::{ArrayInfo, Attribute, Listing};
pub use memory::MemorySource;
pub use npy::{
    NpySink, NpySource, NpyStackSink, NpyStackSource, RawOptions, RawSink, RawSource, type_string, write_npy,
};
pub use region::{Region, check_region, check_write, region_shape};
pub use sink::ArraySink;
pub use source::ArraySource;
pub use stamp::{FileStamp, absolute, check_local, seen_everywhere};
pub use time::{TimeKind, TimeUnit};
#[doc(hidden)]
pub use travel::{SinkKind, SourceKind};
pub use travel::{Travelling, decode_sink, decode_source};
