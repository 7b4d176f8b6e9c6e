//! The header: which element type, order and shape follow, and where the elements begin.

use swath_block::DType;
use swath_error::{Error, Result};

use crate::{TimeKind, TimeUnit};

/// The first bytes of every `.npy` file.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Longer headers than this are refused: NumPy's own are a few hundred bytes.
const LONGEST: usize = 1 << 20;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub dtype: DType,
    /// Elements are stored in the byte order this machine does not use.
    pub swapped: bool,
    pub fortran: bool,
    pub shape: Vec<usize>,
    /// Where the elements begin.
    pub data: u64,
    /// What the whole numbers stand for, where they are instants or durations.
    pub time: Option<(TimeKind, TimeUnit)>,
}

/// Where the header's text lies: its first byte and its length.
pub(super) fn text_range(start: &[u8]) -> Result<(usize, usize)> {
    let malformed = || Error::data("not a .npy file: it does not begin as one");
    let rest = start.strip_prefix(MAGIC).ok_or_else(malformed)?;
    let (range, wide) = match rest {
        [1, _, a, b, ..] => ((10, usize::from(u16::from_le_bytes([*a, *b]))), false),
        [2 | 3, _, a, b, c, d, ..] => ((12, u32::from_le_bytes([*a, *b, *c, *d]) as usize), true),
        [version, ..] if *version > 3 || *version == 0 => {
            return Err(Error::unsupported(format!("version {version} of the .npy format")));
        }
        _ => return Err(malformed()),
    };
    if wide && range.1 > LONGEST {
        return Err(Error::data(format!("the .npy header claims {} bytes", range.1)));
    }
    Ok(range)
}

impl Header {
    /// Reads the header's text, a Python dictionary; `data` is where it ends, `length` the file's length.
    pub fn parse(text: &[u8], data: u64, length: u64) -> Result<Self> {
        let text = std::str::from_utf8(text).map_err(|_| Error::data("the .npy header is not text"))?;
        let entries =
            dictionary(text).ok_or_else(|| Error::data(format!("the .npy header is malformed: {text:?}")))?;
        let find = |name: &str| {
            let found = entries.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
            found.ok_or_else(|| Error::data(format!("the .npy header has no {name:?}")))
        };
        let Elements { dtype, swapped, time } = element_type(find("descr")?)?;
        let fortran = match find("fortran_order")? {
            "True" => true,
            "False" => false,
            other => return Err(Error::data(format!("the .npy header's fortran_order is {other:?}"))),
        };
        let shape = shape(find("shape")?)?;
        let header = Self { dtype, swapped, fortran, shape, data, time };
        header.check(length)?;
        Ok(header)
    }

    /// The bytes its elements take; none when that is more than a file can hold.
    pub fn bytes(&self) -> Option<u64> {
        let elements = self.shape.iter().try_fold(1u64, |n, d| n.checked_mul(*d as u64));
        elements.and_then(|n| n.checked_mul(self.dtype.size() as u64))
    }

    fn check(&self, length: u64) -> Result<()> {
        let needed = self.bytes();
        let held = length.saturating_sub(self.data);
        match needed {
            Some(needed) if needed <= held => Ok(()),
            _ => Err(Error::data(format!(
                "the .npy file is cut short: shape {:?} of {} needs {} bytes, it holds {held}",
                self.shape,
                self.dtype,
                needed.map_or_else(|| "more than 2^64".to_string(), |n| n.to_string())
            ))),
        }
    }

    /// The whole start of a file for this array: magic, version 1.0 and the header, padded to 64 bytes.
    pub fn encode(dtype: DType, shape: &[usize]) -> Result<Vec<u8>> {
        Self::with_descriptor(&type_string(dtype), shape)
    }

    /// The same for instants or durations.
    pub fn encode_time(kind: TimeKind, unit: TimeUnit, shape: &[usize]) -> Result<Vec<u8>> {
        let order = if cfg!(target_endian = "big") { '>' } else { '<' };
        Self::with_descriptor(&format!("{order}{}", kind.descriptor(unit)), shape)
    }

    fn with_descriptor(descriptor: &str, shape: &[usize]) -> Result<Vec<u8>> {
        let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
        // A tuple of one has a comma.
        let dims = lengths.join(", ") + if shape.len() == 1 { "," } else { "" };
        let mut text = format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({dims}), }}");
        while (10 + text.len() + 1) % 64 != 0 {
            text.push(' ');
        }
        text.push('\n');
        let length = u16::try_from(text.len())
            .map_err(|_| Error::unsupported(format!("an array of {} axes as .npy", shape.len())))?;
        Ok([MAGIC, &[1, 0], &length.to_le_bytes(), text.as_bytes()].concat())
    }
}

/// NumPy's type string of an element type in this machine's byte order, such as `<f8`; Zarr's version 2 uses it too.
pub fn type_string(dtype: DType) -> String {
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

/// What a type string says of the elements.
struct Elements {
    dtype: DType,
    swapped: bool,
    time: Option<(TimeKind, TimeUnit)>,
}

fn element_type(value: &str) -> Result<Elements> {
    let unsupported = || {
        Error::unsupported(format!("the .npy element type {value}"))
            .with_help("save the array as a boolean, integer, float32, float64 or complex array")
    };
    let name =
        value.strip_prefix(['\'', '"']).and_then(|v| v.strip_suffix(['\'', '"'])).ok_or_else(unsupported)?;
    let (order, kind) = name.split_at_checked(1).ok_or_else(unsupported)?;
    let time = TimeKind::of_descriptor(kind);
    let plain = || DType::ALL.iter().find(|t| type_string(**t).get(1..) == Some(kind)).copied();
    let dtype = time.map(|_| DType::I64).or_else(plain).ok_or_else(unsupported)?;
    let big = match order {
        "<" => false,
        ">" => true,
        "=" | "|" => cfg!(target_endian = "big"),
        _ => return Err(unsupported()),
    };
    Ok(Elements { dtype, swapped: dtype.size() > 1 && big != cfg!(target_endian = "big"), time })
}

fn shape(value: &str) -> Result<Vec<usize>> {
    let malformed = || Error::data(format!("the .npy header's shape is {value:?}"));
    let inner = value.strip_prefix('(').and_then(|v| v.strip_suffix(')')).ok_or_else(malformed)?;
    let mut lengths = Vec::new();
    for item in inner.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        // Python 2 wrote long integers with an L.
        lengths.push(item.trim_end_matches('L').parse().map_err(|_| malformed())?);
    }
    if lengths.len() > 64 {
        return Err(malformed());
    }
    Ok(lengths)
}

/// The entries of a dictionary literal whose values are strings, names, lists or tuples.
fn dictionary(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (key, after) = rest.get(1..)?.split_once(quote)?;
        let after = after.trim_start().strip_prefix(':')?.trim_start();
        let end = value_end(after)?;
        let (value, after) = after.split_at_checked(end)?;
        entries.push((key, value.trim()));
        rest = after.trim_start().strip_prefix(',').unwrap_or(after).trim_start();
        if !after.trim_start().starts_with(',') && !rest.is_empty() {
            return None;
        }
    }
    Some(entries)
}

/// Where a value ends: at a comma outside brackets and quotes, or at the end.
fn value_end(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.checked_sub(1)?,
            (None, ',') if depth == 0 => return Some(at),
            _ => {}
        }
    }
    (depth == 0 && quote.is_none()).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for shape in [vec![], vec![3], vec![3, 0], vec![2, 3, 4]] {
            for &dtype in DType::ALL {
                let bytes = Header::encode(dtype, &shape).unwrap();
                assert_eq!(bytes.len() % 64, 0);
                let (at, len) = text_range(&bytes).unwrap();
                assert_eq!(at + len, bytes.len());
                let header = Header::parse(&bytes[at..], bytes.len() as u64, 1 << 20).unwrap();
                assert_eq!((header.dtype, &header.shape, header.swapped), (dtype, &shape, false));
            }
        }
    }

    #[test]
    fn headers_by_others() {
        let parse = |text: &str| Header::parse(text.as_bytes(), 0, 1 << 30);
        let h = parse("{\"shape\": (3L, 4L), 'fortran_order': True, 'descr': '>i2'}").unwrap();
        assert_eq!(
            (h.shape.as_slice(), h.fortran, h.dtype, h.swapped),
            (&[3, 4][..], true, DType::I16, true)
        );
        let structured = "{'descr': [('a', '<f8'), ('b', '<i4')], 'fortran_order': False, 'shape': (3,), }";
        assert!(parse(structured).unwrap_err().message().contains("element type"));
        for bad in [
            "",
            "{",
            "{}",
            "{'descr': '<f8'}",
            "{'descr': '<f8', 'fortran_order': 1, 'shape': (3,)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (-3,)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999)}",
            "{'descr': '<f8' 'fortran_order': False, 'shape': (3,)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3,",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
