//! Sums of products: matrix products, contractions over axes, Einstein's notation.
//!
//! In: two or more arrays. Out: lazy arrays in the common type. Every product runs chunk by chunk as matrix products, with
//! the sums over chunks added up as they come; transposed arrays are read by their strides. It never makes a temporary
//! larger than what is asked for, but for products of three arrays and more, which are taken pair by pair.

mod einsum;
mod matmul;
mod products;
mod subscripts;
mod tensordot;

pub use einsum::einsum;
pub use matmul::{dot, matmul};
pub use products::{inner, kron, outer, vdot};
pub use tensordot::{TensorAxes, tensordot};
