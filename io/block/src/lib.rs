//! What tasks hand to each other ([`Block`]) and what they run ([`Operation`]).
//!
//! In: data from sources and user functions. Out: blocks with exact byte sizes, and operations that can be looked up
//! by name. Place in the flow: on the graph, below every format, kernel and runtime. It never decides when or where
//! an operation runs, and knows no async runtime.
#![deny(unsafe_op_in_unsafe_fn)]

mod block;
mod bytes;
mod chunk;
mod context;
mod data;
mod dtype;
mod elsewhere;
mod encode;
mod freed;
mod hand_out;
mod items;
mod large;
mod ledger;
mod operation;
mod output;
#[cfg(feature = "polars")]
mod polars;
mod registry;
mod shared_loop;
mod show;
mod size;
mod table;
mod table_value;
mod together;
mod value;

/// Re-exported for [`register_operation!`].
#[doc(hidden)]
pub use inventory;

pub use block::Block;
pub use bytes::parse_bytes;
pub use chunk::{Chunk, Shape, Strides};
pub use context::{CancelToken, RunEnv, TaskContext};
pub use data::Data;
#[doc(hidden)]
pub use dtype::dtype_types;
pub use dtype::{DType, Element, Scalar};
pub use elsewhere::Elsewhere;
pub use encode::{BlockDecoder, BlockEncoder, IpcMessage, announce, decode_small, encode_small};
pub use freed::give_back_freed;
pub use hand_out::HandOut;
pub use items::{Items, TypedItems};
pub use large::{gathered, try_with_room, with_room, zeroed, zeroed_buffer};
pub use ledger::{MemoryLedger, Reservation};
pub use operation::{Fetch, Inputs, OpHandle, Operation};
pub use output::{AnySlice, BlockWriter, OutputArray};
#[doc(hidden)]
pub use registry::registry_support;
pub use registry::{OperationEntry, decode_operation, encode_operation, registered_operations};
pub use shared_loop::{Helper, SharedLoop};
pub use size::heap_size;
pub use table::Table;
pub use table_value::TableValue;
pub use together::{Alone, Helpers, Offers, Together};
pub use value::Value;
