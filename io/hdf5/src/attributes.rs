//! Attributes of datasets.

use hdf5_reader::{Attribute as Raw, ByteOrder, Datatype};
use swath_array_io::Attribute;

use crate::element::describe;

/// Elements of an attribute that are read at most.
const MOST: usize = 1 << 16;

/// The value of an attribute.
pub(crate) fn attribute(raw: &Raw) -> Attribute {
    if let Ok(strings) = raw.read_strings() {
        return Attribute::Text(strings);
    }
    if let Ok(string) = raw.read_string() {
        return Attribute::Text(vec![string]);
    }
    let numbers = match &raw.datatype {
        Datatype::FixedPoint { size, signed, byte_order } => integers(raw, *size, *signed, *byte_order),
        Datatype::Bitfield { size, byte_order } => integers(raw, *size, false, *byte_order),
        Datatype::Enum { base, .. } => match &**base {
            Datatype::FixedPoint { size, signed, byte_order } => integers(raw, *size, *signed, *byte_order),
            _ => None,
        },
        Datatype::FloatingPoint { size: 4, byte_order } => {
            Some(floats::<4>(raw, *byte_order, |b| f32::from_le_bytes(b).into()))
        }
        Datatype::FloatingPoint { size: 8, byte_order } => {
            Some(floats::<8>(raw, *byte_order, f64::from_le_bytes))
        }
        _ => None,
    };
    numbers.unwrap_or_else(|| Attribute::Other(format!("<{}>", describe(&raw.datatype))))
}

fn integers(raw: &Raw, size: u8, signed: bool, order: ByteOrder) -> Option<Attribute> {
    let size = usize::from(size);
    if size == 0 || size > 8 {
        return None;
    }
    let number = |bytes: &[u8]| {
        let mut wide = [0; 16];
        for (i, byte) in bytes.iter().enumerate() {
            let at = if order == ByteOrder::BigEndian { size - 1 - i } else { i };
            wide.get_mut(at).into_iter().for_each(|slot| *slot = *byte);
        }
        let value = i128::from_le_bytes(wide);
        let top = 1i128 << (8 * size - 1);
        if signed && value >= top { value - 2 * top } else { value }
    };
    Some(Attribute::Integers(raw.raw_data.chunks_exact(size).take(MOST).map(number).collect()))
}

fn floats<const N: usize>(raw: &Raw, order: ByteOrder, value: fn([u8; N]) -> f64) -> Attribute {
    let number = |mut bytes: [u8; N]| {
        if order == ByteOrder::BigEndian {
            bytes.reverse();
        }
        value(bytes)
    };
    Attribute::Floats(raw.raw_data.as_chunks::<N>().0.iter().take(MOST).map(|b| number(*b)).collect())
}
