//! Element types as HDF5 describes them, and as arrays have them.

use hdf5_reader::{ByteOrder, Datatype, EnumMember, StringSize};
use swath_block::DType;

/// How an element is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub dtype: DType,
    /// Numbers are stored in the byte order this machine does not use.
    pub swapped: bool,
}

impl Stored {
    /// The array's element type; none for types that arrays do not have.
    pub fn of(datatype: &Datatype) -> Option<Self> {
        match datatype {
            Datatype::FixedPoint { size, signed, byte_order } => integer(*size, *signed, *byte_order),
            Datatype::Bitfield { size, byte_order } => integer(*size, false, *byte_order),
            Datatype::FloatingPoint { size, byte_order } => {
                let dtype = match size {
                    4 => DType::F32,
                    8 => DType::F64,
                    _ => return None,
                };
                Some(Self { dtype, swapped: is_swapped(*byte_order) })
            }
            Datatype::Enum { base, members } if is_bool(base, members) => {
                Some(Self { dtype: DType::Bool, swapped: false })
            }
            // As h5py: an enumeration is its numbers.
            Datatype::Enum { base, .. } => Self::of(base),
            Datatype::Compound { size, fields } => complex(*size, fields),
            _ => None,
        }
    }
}

/// Whether a type's encoding is that of an ordinary number: all bits of an integer, IEEE's fields of a float. What is no number
/// by itself is not looked into.
pub(crate) fn is_ordinary(encoding: &[u8]) -> bool {
    let (Some(head), Some(properties)) = (encoding.first_chunk::<8>(), encoding.get(8..)) else {
        return false;
    };
    let [class, flags, sign, _, size @ ..] = *head;
    let bits = u32::from_le_bytes(size).saturating_mul(8) as u16;
    let [low, high] = bits.to_le_bytes();
    // The first bit of the value, then how many there are.
    let whole = properties.starts_with(&[0, 0, low, high]);
    // For a float: where the exponent and the mantissa lie, how long they are, and the bias.
    let fields = properties.get(4..12);
    match (class & 15, bits) {
        (0, _) => whole,
        // The leading bit of the mantissa is implied, and the sign comes first. Padding may be anything.
        (1, 32) => {
            whole && flags & 0x70 == 0x20 && sign == 31 && fields == Some(&[23, 8, 0, 23, 127, 0, 0, 0])
        }
        (1, 64) => {
            whole && flags & 0x70 == 0x20 && sign == 63 && fields == Some(&[52, 11, 0, 52, 255, 3, 0, 0])
        }
        _ => true,
    }
}

fn is_swapped(order: ByteOrder) -> bool {
    (order == ByteOrder::BigEndian) != cfg!(target_endian = "big")
}

fn integer(size: u8, signed: bool, order: ByteOrder) -> Option<Stored> {
    let dtype = match (size, signed) {
        (1, true) => DType::I8,
        (2, true) => DType::I16,
        (4, true) => DType::I32,
        (8, true) => DType::I64,
        (1, false) => DType::U8,
        (2, false) => DType::U16,
        (4, false) => DType::U32,
        (8, false) => DType::U64,
        _ => return None,
    };
    Some(Stored { dtype, swapped: size > 1 && is_swapped(order) })
}

/// Whether an enumeration is what h5py and others write booleans as.
fn is_bool(base: &Datatype, members: &[EnumMember]) -> bool {
    let is = |m: &EnumMember, name: &str, value: u8| m.name.eq_ignore_ascii_case(name) && m.value == [value];
    let small = matches!(base, Datatype::FixedPoint { size: 1, .. });
    small
        && members.len() == 2
        && members.iter().any(|m| is(m, "false", 0))
        && members.iter().any(|m| is(m, "true", 1))
}

/// A record of two floats, real before imaginary, with nothing between them.
fn complex(size: u32, fields: &[hdf5_reader::CompoundField]) -> Option<Stored> {
    let [real, imaginary] = fields else { return None };
    let names = (real.name.to_lowercase(), imaginary.name.to_lowercase());
    let named = matches!(
        (names.0.as_str(), names.1.as_str()),
        ("r" | "re" | "real", "i" | "im" | "imag" | "imaginary")
    );
    let part = Stored::of(&real.datatype)?;
    let dtype = match part.dtype {
        DType::F32 => DType::C64,
        DType::F64 => DType::C128,
        _ => return None,
    };
    let packed = real.byte_offset == 0
        && imaginary.byte_offset as usize == part.dtype.size()
        && size as usize == dtype.size();
    (named && packed && real.datatype == imaginary.datatype)
        .then_some(Stored { dtype, swapped: part.swapped })
}

/// The type in words, as NumPy calls it where it does.
pub(crate) fn describe(datatype: &Datatype) -> String {
    let order = |name: String, order: ByteOrder, size: u8| match order {
        ByteOrder::BigEndian if size > 1 => format!("{name}, big-endian"),
        _ => name,
    };
    match datatype {
        Datatype::FixedPoint { size, signed, byte_order } => {
            let sign = if *signed { "int" } else { "uint" };
            order(format!("{sign}{}", u32::from(*size) * 8), *byte_order, *size)
        }
        Datatype::FloatingPoint { size, byte_order } => {
            order(format!("float{}", u32::from(*size) * 8), *byte_order, *size)
        }
        Datatype::Bitfield { size, .. } => format!("bitfield of {} bits", u32::from(*size) * 8),
        Datatype::String { size: StringSize::Fixed(n), .. } => format!("string of {n} bytes"),
        Datatype::String { .. } | Datatype::VarLen { kind: hdf5_reader::VarLenKind::String, .. } => {
            "string".to_owned()
        }
        Datatype::VarLen { base, .. } => format!("lists of {}", describe(base)),
        Datatype::Array { base, dims } => format!("arrays of {dims:?} of {}", describe(base)),
        Datatype::Opaque { size, .. } => format!("opaque bytes ({size})"),
        Datatype::Reference { .. } => "references".to_owned(),
        Datatype::Enum { base, members } if is_bool(base, members) => "bool".to_owned(),
        Datatype::Enum { base, .. } => format!("enumeration of {}", describe(base)),
        Datatype::Compound { size, fields } => match complex(*size, fields) {
            Some(Stored { dtype, swapped: true }) => format!("{dtype}, big-endian"),
            Some(stored) => stored.dtype.to_string(),
            None => {
                let shown = fields.iter().take(8).map(|f| format!("{}: {}", f.name, describe(&f.datatype)));
                let more = if fields.len() > 8 { ", …" } else { "" };
                format!("records {{{}{more}}}", shown.collect::<Vec<_>>().join(", "))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdf5_reader::CompoundField;

    fn float(size: u8, byte_order: ByteOrder) -> Datatype {
        Datatype::FloatingPoint { size, byte_order }
    }

    fn record(names: [&str; 2], offsets: [u32; 2], size: u32) -> Datatype {
        let field = |i: usize| CompoundField {
            name: names[i].to_owned(),
            byte_offset: offsets[i],
            datatype: float(8, ByteOrder::BigEndian),
        };
        Datatype::Compound { size, fields: vec![field(0), field(1)] }
    }

    #[test]
    fn complex_numbers_are_packed_pairs() {
        let stored = Stored::of(&record(["r", "i"], [0, 8], 16)).unwrap();
        assert_eq!((stored.dtype, stored.swapped), (DType::C128, true));
        for other in
            [record(["x", "y"], [0, 8], 16), record(["r", "i"], [8, 0], 16), record(["r", "i"], [0, 8], 24)]
        {
            assert_eq!(Stored::of(&other), None);
        }
    }

    #[test]
    fn unusual_numbers_are_noticed() {
        // float64 and int16, as h5py writes them.
        let float = [0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0];
        let integer = [0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0];
        assert!(is_ordinary(&float) && is_ordinary(&integer));
        // Twelve bits of two bytes, the order of the VAX, another bias, and nothing.
        assert!(!is_ordinary(&[0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 12, 0]));
        let mut vax = float;
        vax[1] |= 0x41;
        let mut biased = float;
        biased[16] = 0;
        assert!(!is_ordinary(&vax) && !is_ordinary(&biased) && !is_ordinary(&[]));
    }

    #[test]
    fn other_types_are_named() {
        assert_eq!(Stored::of(&float(2, ByteOrder::LittleEndian)), None);
        assert_eq!(describe(&float(2, ByteOrder::LittleEndian)), "float16");
        assert_eq!(
            describe(&record(["x", "y"], [0, 8], 16)),
            "records {x: float64, big-endian, y: float64, big-endian}"
        );
    }
}
