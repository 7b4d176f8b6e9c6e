//! What a file says about the arrays in it, without reading their elements.

use std::fmt;
use std::path::PathBuf;

use swath_block::DType;

/// The arrays of a file or a store. `Display` is a table of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The file or store.
    pub path: PathBuf,
    /// Its arrays, by name.
    pub arrays: Vec<ArrayInfo>,
}

/// One array of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrayInfo {
    /// Its name within the file: `group/x`; empty where the file is the array.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its element type; none when the elements are of a type that arrays do not have.
    pub dtype: Option<DType>,
    /// The element type in the file's own words: `float64`, `int16, big-endian`, `string`.
    pub stored: String,
    /// The shape of the pieces it is stored in; none where it is one piece.
    pub chunks: Option<Vec<usize>>,
    /// What its pieces are compressed with, in the order it is applied.
    pub filters: Vec<String>,
    /// Its attributes, by name.
    pub attributes: Vec<(String, Attribute)>,
    /// Why it cannot be read, if it cannot.
    pub problem: Option<String>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// Strings; one where the attribute is a single string.
    Text(Vec<String>),
    /// Whole numbers and booleans.
    Integers(Vec<i128>),
    /// Fractions.
    Floats(Vec<f64>),
    /// Anything else, described.
    Other(String),
}

macro_rules! attribute_from {
    ($($kind:ident: $($t:ty)*;)*) => { $($(
        impl From<$t> for Attribute {
            fn from(value: $t) -> Self {
                Self::$kind(vec![value.into()])
            }
        }

        impl From<Vec<$t>> for Attribute {
            fn from(values: Vec<$t>) -> Self {
                Self::$kind(values.into_iter().map(Into::into).collect())
            }
        }
    )*)* };
}

attribute_from! {
    Text: &str String;
    Integers: bool i32 i64 u32 u64;
    Floats: f32 f64;
}

impl Attribute {
    /// The string, when the attribute is a single one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(values) if values.len() == 1 => values.first().map(String::as_str),
            _ => None,
        }
    }

    /// The number, when the attribute is a single one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Floats(values) if values.len() == 1 => values.first().copied(),
            Self::Integers(values) if values.len() == 1 => values.first().map(|v| *v as f64),
            _ => None,
        }
    }
}

impl ArrayInfo {
    /// How many bytes its elements take in memory; none when their type is not one of an array.
    pub fn nbytes(&self) -> Option<u64> {
        let size = self.dtype?.size() as u64;
        self.shape.iter().try_fold(size, |n, d| n.checked_mul(*d as u64))
    }
}

/// Values shown of an attribute that has many.
const SHOWN: usize = 6;

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, values: &[T]) -> fmt::Result {
    if let [only] = values {
        return write!(f, "{only}");
    }
    f.write_str("[")?;
    for (i, value) in values.iter().take(SHOWN).enumerate() {
        write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
    }
    f.write_str(if values.len() > SHOWN { ", …]" } else { "]" })
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(values) => list(f, values),
            Self::Integers(values) => list(f, values),
            Self::Floats(values) => list(f, values),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for ArrayInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "(array)" } else { &self.name };
        write!(f, "{name}  {:?}  {}", self.shape, self.stored)?;
        if let Some(chunks) = &self.chunks {
            write!(f, "  chunks {chunks:?}")?;
        }
        if !self.filters.is_empty() {
            write!(f, "  {}", self.filters.join("+"))?;
        }
        if let Some(problem) = &self.problem {
            write!(f, "  cannot be read: {problem}")?;
        }
        for (name, value) in &self.attributes {
            write!(f, "\n    {name} = {value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        for array in &self.arrays {
            for line in array.to_string().lines() {
                write!(f, "\n  {line}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_reads_as_a_table() {
        let x = ArrayInfo {
            name: "g/x".into(),
            shape: vec![10, 20],
            dtype: Some(DType::F32),
            stored: "float32".into(),
            chunks: Some(vec![5, 20]),
            filters: vec!["shuffle".into(), "gzip".into()],
            attributes: vec![
                ("units".into(), Attribute::Text(vec!["K".into()])),
                ("many".into(), Attribute::Integers((0..9).collect())),
            ],
            problem: None,
        };
        assert_eq!(x.nbytes(), Some(800));
        let listing = Listing { path: "a.h5".into(), arrays: vec![x] };
        let want = "a.h5\n  g/x  [10, 20]  float32  chunks [5, 20]  shuffle+gzip\n      units = K\n      many = [0, 1, 2, 3, 4, 5, …]";
        assert_eq!(listing.to_string(), want);
    }
}
