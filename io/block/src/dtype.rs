//! Element types of arrays, and the Rust types that store them.

use std::fmt;

use arrow_buffer::Buffer;
use num_complex::{Complex32, Complex64};
use serde::{Deserialize, Serialize};

pub(crate) mod private {
    use arrow_buffer::Buffer;

    pub trait Sealed: Sized {
        /// Takes a vector over as a buffer, without copying.
        fn into_buffer(values: Vec<Self>) -> Buffer;

        /// The vector of a buffer that nobody else holds; the buffer again otherwise.
        fn from_buffer(buffer: Buffer) -> Result<Vec<Self>, Buffer>;
    }
}

/// Types Arrow stores itself: their buffers go back to vectors without copying.
macro_rules! native {
    ($($t:ty)*) => { $(
        impl private::Sealed for $t {
            fn into_buffer(values: Vec<Self>) -> Buffer {
                Buffer::from_vec(values)
            }

            fn from_buffer(buffer: Buffer) -> Result<Vec<Self>, Buffer> {
                buffer.into_vec()
            }
        }
    )* };
}

/// Types Arrow does not know: the buffer keeps the vector alive, and going back copies.
macro_rules! foreign {
    ($($t:ty)*) => { $(
        impl private::Sealed for $t {
            fn into_buffer(values: Vec<Self>) -> Buffer {
                crate::chunk::buffer_over(values)
            }

            fn from_buffer(buffer: Buffer) -> Result<Vec<Self>, Buffer> {
                Err(buffer)
            }
        }
    )* };
}

native! { i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 }
foreign! { bool Complex32 Complex64 }

macro_rules! dtypes {
    ($($variant:ident $t:ty, $name:literal, $zero:expr;)*) => {
        /// The element type of an array, under NumPy's names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum DType {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl DType {
            /// Every element type.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// NumPy's name of the type.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Bytes of one element.
            pub fn size(self) -> usize {
                match self { $(Self::$variant => size_of::<$t>(),)* }
            }
        }

        /// One element of any type.
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        pub enum Scalar {
            $(#[doc = concat!("A `", $name, "`")] $variant($t),)*
        }

        impl Scalar {
            /// The scalar's type.
            pub fn dtype(self) -> DType {
                match self { $(Self::$variant(_) => DType::$variant,)* }
            }
        }

        impl fmt::Display for Scalar {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$variant(v) => write!(f, "{v}"),)* }
            }
        }

        $(
            impl Element for $t {
                const DTYPE: DType = DType::$variant;

                fn zero() -> Self { $zero }

                fn to_scalar(self) -> Scalar { Scalar::$variant(self) }

                fn from_scalar(s: Scalar) -> Option<Self> {
                    match s { Scalar::$variant(v) => Some(v), _ => None }
                }
            }
            impl From<$t> for Scalar {
                fn from(v: $t) -> Self { Self::$variant(v) }
            }
        )*

        #[doc(hidden)]
        #[allow(missing_docs)]
        pub mod dtype_types {
            use super::{Complex32, Complex64};
            $(pub type $variant = $t;)*
        }
    };
}

dtypes! {
    Bool bool, "bool", false;
    I8 i8, "int8", 0;
    I16 i16, "int16", 0;
    I32 i32, "int32", 0;
    I64 i64, "int64", 0;
    U8 u8, "uint8", 0;
    U16 u16, "uint16", 0;
    U32 u32, "uint32", 0;
    U64 u64, "uint64", 0;
    F32 f32, "float32", 0.0;
    F64 f64, "float64", 0.0;
    C64 Complex32, "complex64", Complex32::new(0.0, 0.0);
    C128 Complex64, "complex128", Complex64::new(0.0, 0.0);
}

/// Evaluates an expression with `$T` standing for the Rust type of a [`DType`]:
/// `with_dtype!(dtype, T => kernel::<T>(chunk))`.
#[macro_export]
macro_rules! with_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::Bool => {
                type $T = $crate::dtype_types::Bool;
                $body
            }
            $crate::DType::I8 => {
                type $T = $crate::dtype_types::I8;
                $body
            }
            $crate::DType::I16 => {
                type $T = $crate::dtype_types::I16;
                $body
            }
            $crate::DType::I32 => {
                type $T = $crate::dtype_types::I32;
                $body
            }
            $crate::DType::I64 => {
                type $T = $crate::dtype_types::I64;
                $body
            }
            $crate::DType::U8 => {
                type $T = $crate::dtype_types::U8;
                $body
            }
            $crate::DType::U16 => {
                type $T = $crate::dtype_types::U16;
                $body
            }
            $crate::DType::U32 => {
                type $T = $crate::dtype_types::U32;
                $body
            }
            $crate::DType::U64 => {
                type $T = $crate::dtype_types::U64;
                $body
            }
            $crate::DType::F32 => {
                type $T = $crate::dtype_types::F32;
                $body
            }
            $crate::DType::F64 => {
                type $T = $crate::dtype_types::F64;
                $body
            }
            $crate::DType::C64 => {
                type $T = $crate::dtype_types::C64;
                $body
            }
            $crate::DType::C128 => {
                type $T = $crate::dtype_types::C128;
                $body
            }
        }
    };
}

/// A Rust type that stores elements of an array. Sealed: the list is [`DType::ALL`].
pub trait Element:
    private::Sealed
    + Copy
    + Default
    + PartialEq
    + Send
    + Sync
    + std::panic::RefUnwindSafe
    + fmt::Debug
    + fmt::Display
    + 'static
{
    /// The type's [`DType`].
    const DTYPE: DType;

    /// The element that `zeros` is full of.
    fn zero() -> Self;

    /// The element with its type at run time.
    fn to_scalar(self) -> Scalar;

    /// The element, when the scalar has this type.
    fn from_scalar(s: Scalar) -> Option<Self>;
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
