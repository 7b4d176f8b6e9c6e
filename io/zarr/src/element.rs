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

/// Version 2's name of a type, in this machine's byte order.
pub(crate) fn version_2_name(dtype: DType) -> String {
    let order = match (dtype.size(), cfg!(target_endian = "big")) {
        (1, _) => '|',
        (_, true) => '>',
        (_, false) => '<',
    };
    let kind = match dtype {
        DType::Bool => 'b',
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => 'i',
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => 'u',
        DType::F32 | DType::F64 => 'f',
        DType::C64 | DType::C128 => 'c',
    };
    format!("{order}{kind}{}", dtype.size())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_their_names() {
        assert_eq!(element(&types::float32()), Some(DType::F32));
        assert_eq!(element(&types::complex128()), Some(DType::C128));
        assert_eq!(element(&types::string()), None);
        assert_eq!((version_2_name(DType::Bool), version_2_name(DType::U8)), ("|b1".into(), "|u1".into()));
    }
}
