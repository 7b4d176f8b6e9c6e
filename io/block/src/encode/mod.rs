//! Blocks as they travel and as they lie in files: a small header, and Arrow IPC messages.
//!
//! In: a [`Block`]. Out: its header and messages ([`BlockEncoder`]); and back ([`BlockDecoder`]). Place in the flow: below
//! the data plane and the store, which move messages and never look inside. A table is its batches, text a column of
//! strings, an array chunk one column with its flat buffer, any other value a column of binary pieces of its encoding. It
//! never copies an array's buffer on the way out, and never trusts a byte on the way in: wrong ones give errors.
//!
//! [`Block`]: crate::Block

mod decoder;
mod encoder;
mod header;
mod landing;
mod lazy;
mod message;
mod parts;
mod small;

pub use decoder::BlockDecoder;
pub use encoder::BlockEncoder;
pub use lazy::announce;
pub(crate) use lazy::{Encoded, Wrong, encode};
pub use message::IpcMessage;
pub use small::{decode_small, encode_small};
