//! The elementwise operations by name, and the types of their results.
//!
//! In: operand types. Out: the type the operation computes in and the type of its result, as NumPy 2 has them. It never
//! touches data.

mod binary;
mod unary;

pub use binary::BinaryOp;
pub use unary::UnaryOp;
