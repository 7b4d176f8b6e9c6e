//! Attributes of datasets: numbers in the dataset's header, text in a heap beside it.

use swath_array_io::Attribute;
use swath_block::DType;
use swath_error::{Error, Result};

use super::encode::{Message, attribute, element, text_type};

/// Bytes of all attributes of a dataset at most: a message has no more.
const MOST: usize = 60_000;

/// Bytes of a heap at least, by the format.
const SMALLEST_HEAP: usize = 4096;

/// Refuses attributes that a file cannot hold.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for names and sizes, [`swath_error::ErrorKind::Unsupported`] for values.
pub(super) fn check(attributes: &[(String, Attribute)]) -> Result<()> {
    for (i, (name, value)) in attributes.iter().enumerate() {
        let twice = attributes.iter().take(i).any(|(other, _)| other == name);
        if name.is_empty() || name.len() > 1024 || name.contains('\0') || twice {
            let why = if twice { "is given twice" } else { "is not the name of an attribute" };
            return Err(Error::argument(format!("'{name}' {why}")));
        }
        let size = match value {
            Attribute::Text(texts) => texts.iter().map(String::len).max().unwrap_or(0).max(16 * texts.len()),
            Attribute::Integers(values) => {
                integers(values).ok_or_else(|| {
                    Error::unsupported(format!("the attribute '{name}': whole numbers of more than 64 bits"))
                })?;
                8 * values.len()
            }
            Attribute::Floats(values) => 8 * values.len(),
            Attribute::Other(text) => {
                return Err(Error::unsupported(format!("the attribute '{name}' of the kind {text}"))
                    .with_help("give text, whole numbers or floats"));
            }
        };
        if size > MOST {
            return Err(Error::argument(format!(
                "the attribute '{name}' takes {size} bytes, {MOST} at most"
            ))
            .with_help("write large values as a dataset"));
        }
    }
    Ok(())
}

/// The messages of a dataset's attributes. Text goes to a heap, which is appended to `out`; `base` is where the first byte of
/// `out` lies in the file.
pub(super) fn messages(attributes: &[(String, Attribute)], base: u64, out: &mut Vec<u8>) -> Vec<Message> {
    let heap = base + out.len() as u64;
    let mut texts: Vec<&str> = Vec::new();
    let mut made = Vec::new();
    for (name, value) in attributes {
        made.push(match value {
            Attribute::Integers(values) => {
                let (dtype, data) = integers(values).unwrap_or((DType::I64, Vec::new()));
                attribute(name, &element(dtype), &shape(values.len()), &data)
            }
            Attribute::Floats(values) => {
                let data: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                attribute(name, &element(DType::F64), &shape(values.len()), &data)
            }
            Attribute::Text(values) => {
                let data: Vec<u8> =
                    values.iter().flat_map(|text| reference(text, heap, &mut texts)).collect();
                attribute(name, &text_type(), &shape(values.len()), &data)
            }
            Attribute::Other(_) => continue,
        });
    }
    if !texts.is_empty() {
        out.extend(collection(&texts));
    }
    made
}

/// One value has no axis.
fn shape(count: usize) -> Vec<usize> {
    if count == 1 { Vec::new() } else { vec![count] }
}

/// Whole numbers as they are stored; none when they do not fit.
fn integers(values: &[i128]) -> Option<(DType, Vec<u8>)> {
    let signed: Option<Vec<i64>> = values.iter().map(|v| i64::try_from(*v).ok()).collect();
    if let Some(signed) = signed {
        return Some((DType::I64, signed.into_iter().flat_map(i64::to_le_bytes).collect()));
    }
    let unsigned: Option<Vec<u64>> = values.iter().map(|v| u64::try_from(*v).ok()).collect();
    unsigned.map(|all| (DType::U64, all.into_iter().flat_map(u64::to_le_bytes).collect()))
}

/// Where a text lies: its length, the heap, and its number there. An empty one lies nowhere.
fn reference<'a>(text: &'a str, heap: u64, texts: &mut Vec<&'a str>) -> Vec<u8> {
    let (heap, number) = if text.is_empty() {
        (0, 0)
    } else {
        texts.push(text);
        (heap, texts.len() as u32)
    };
    let mut out = (text.len() as u32).to_le_bytes().to_vec();
    out.extend(heap.to_le_bytes());
    out.extend(number.to_le_bytes());
    out
}

/// A heap of texts.
fn collection(texts: &[&str]) -> Vec<u8> {
    let mut objects = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        objects.extend((i as u16 + 1).to_le_bytes());
        objects.extend([1, 0, 0, 0, 0, 0]);
        objects.extend((text.len() as u64).to_le_bytes());
        objects.extend(text.as_bytes());
        objects.resize(objects.len().next_multiple_of(8), 0);
    }
    // The rest is an object of number 0, whose length counts its own head.
    let size = (16 + objects.len() + 16).max(SMALLEST_HEAP);
    let free = size - 16 - objects.len();
    let mut out = b"GCOL\x01\0\0\0".to_vec();
    out.extend((size as u64).to_le_bytes());
    out.extend(objects);
    out.extend([0; 8]);
    out.extend((free as u64).to_le_bytes());
    out.resize(size, 0);
    out
}
