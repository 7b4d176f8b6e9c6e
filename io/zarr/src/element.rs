//! Element types under Zarr's names.

use swath_block::DType;
use zarrs::array::DataType;
use zarrs::array::data_type as types;

/// The array's element type; none for types that arrays do not have.
pub(crate) fn element(stored: &DataType) -> Option<DType> {
    macro_rules! first {
        ($($zarr:ident => $ours:ident,)*) => {
            $(if stored.is::<types::$zarr>() { return Some(DType::$ours); })*
        };
    }
    first! {
        BoolDataType => Bool,
        Int8DataType => I8,
        Int16DataType => I16,
        Int32DataType => I32,
        Int64DataType => I64,
        UInt8DataType => U8,
        UInt16DataType => U16,
        UInt32DataType => U32,
        UInt64DataType => U64,
        Float32DataType => F32,
        Float64DataType => F64,
        Complex64DataType => C64,
        ComplexFloat32DataType => C64,
        Complex128DataType => C128,
        ComplexFloat64DataType => C128,
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_their_names() {
        assert_eq!(element(&types::float32()), Some(DType::F32));
        assert_eq!(element(&types::complex128()), Some(DType::C128));
        assert_eq!(element(&types::string()), None);
    }
}
