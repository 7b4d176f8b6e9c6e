//! A JSON value.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::DeserializeOwned;
use swath_error::{Error, Result};

use super::number::Number;
use super::parse::StrKey;
use crate::hash::stable_hash;

/// A JSON value: an item that can be compared, ordered, hashed and counted.
///
/// Numbers are equal by meaning (`1` and `1.0`), objects whatever the order of their members; `null` comes before
/// `false`, numbers, strings, arrays and objects.
///
/// ```
/// use swath_bag_plan::json::{loads, Json};
/// let person = loads(r#"{"name": "Ann", "age": 31}"#)?;
/// assert_eq!(person["name"], "Ann");
/// assert_eq!(person["age"].as_i64(), Some(31));
/// assert_eq!(person["nobody"], Json::Null);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number of up to 64 bits with sign.
    Int(i64),
    /// A whole number that needs the 64th bit.
    UInt(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    Str(String),
    /// An array.
    Array(Vec<Json>),
    /// An object's members, in the order they were written; no key appears twice.
    Object(Vec<(String, Json)>),
}

const NULL: Json = Json::Null;

impl Json {
    /// The string, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The number, when it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.number()? {
            Number::Whole(n) => i64::try_from(n).ok(),
            Number::Other(_) => None,
        }
    }

    /// The number, rounded to a float where it must be.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::UInt(n) => Some(*n as f64),
            Self::Float(f) => Some(*f),
            _ => None,
        }
    }

    /// The truth value, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The elements, when it is an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members, when it is an object.
    pub fn as_object(&self) -> Option<&[(String, Json)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The member called `key`, when it is an object that has one.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.as_object()?.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// The value as a type of your own: `value.to::<Person>()?`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] when it does not fit the type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T> {
        let name = std::any::type_name::<T>();
        let bad = |e: serde_json::Error| {
            Error::data(format!("{} is not a {name}: {e}", super::parse::shortened(&self.to_string())))
                .with_source(e)
        };
        serde_json::to_value(self).and_then(serde_json::from_value).map_err(bad)
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::UInt(_) | Self::Float(_) => "a number",
            Self::Str(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    fn number(&self) -> Option<Number> {
        match self {
            Self::Int(n) => Some(Number::Whole(i128::from(*n))),
            Self::UInt(n) => Some(Number::Whole(i128::from(*n))),
            Self::Float(f) => Some(Number::of(*f)),
            _ => None,
        }
    }

    /// Values of different kinds are ordered by kind; numbers are one kind.
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) | Self::UInt(_) | Self::Float(_) => 2,
            Self::Str(_) => 3,
            Self::Array(_) => 4,
            Self::Object(_) => 5,
        }
    }
}

impl Ord for Json {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Str(a), Self::Str(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => a.cmp(b),
            (Self::Object(a), Self::Object(b)) => sorted(a).cmp(&sorted(b)),
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }
}

fn sorted(members: &[(String, Json)]) -> Vec<&(String, Json)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members
}

impl PartialOrd for Json {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Json {}

impl PartialEq<str> for Json {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Json {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(other)
    }
}

impl Hash for Json {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Str(s) => StrKey(s).hash(state),
            Self::Object(members) => {
                // Equal whatever the order of the members, so their hashes are added.
                let sum = members.iter().map(stable_hash).fold(0u64, u64::wrapping_add);
                (self.rank(), sum).hash(state);
            }
            Self::Array(items) => (self.rank(), items).hash(state),
            Self::Bool(b) => (self.rank(), b).hash(state),
            Self::Null => self.rank().hash(state),
            Self::Int(_) | Self::UInt(_) | Self::Float(_) => (self.rank(), self.number()).hash(state),
        }
    }
}

impl std::ops::Index<&str> for Json {
    type Output = Json;

    /// The member called `key`; `null` when there is none.
    fn index(&self, key: &str) -> &Json {
        self.get(key).unwrap_or(&NULL)
    }
}

impl std::ops::Index<usize> for Json {
    type Output = Json;

    /// The element at `index`; `null` when there is none.
    fn index(&self, index: usize) -> &Json {
        self.as_array().and_then(|items| items.get(index)).unwrap_or(&NULL)
    }
}

impl fmt::Display for Json {
    /// As JSON text on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

macro_rules! from {
    ($($t:ty => $make:expr),* $(,)?) => { $(
        impl From<$t> for Json {
            fn from(value: $t) -> Self {
                $make(value)
            }
        }
    )* };
}

from! {
    bool => Json::Bool,
    i64 => Json::Int,
    i32 => |n| Json::Int(i64::from(n)),
    u32 => |n| Json::Int(i64::from(n)),
    u64 => |n| i64::try_from(n).map_or(Json::UInt(n), Json::Int),
    f64 => Json::Float,
    &str => |s: &str| Json::Str(s.to_owned()),
    String => Json::Str,
    Vec<Json> => Json::Array,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::loads;

    #[test]
    fn survives_binary_encoding() {
        let text = r#"{"a":[1,-2.5,null,true,18446744073709551615],"b":{"c":"é"}}"#;
        let json = loads(text).unwrap();
        let bytes = swath_block::Value::new(json.clone()).encode().unwrap();
        assert_eq!(postcard::from_bytes::<Json>(&bytes).unwrap(), json);
        assert_eq!(json.to_string(), text);
    }

    #[test]
    fn equal_by_meaning() {
        let same = |a: &str, b: &str| {
            let (a, b) = (loads(a).unwrap(), loads(b).unwrap());
            a == b && stable_hash(&a) == stable_hash(&b)
        };
        assert!(same("1", "1.0"));
        assert!(same("-0.0", "0"));
        assert!(same(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#));
        assert!(same(r#"{"a":1,"a":2}"#, r#"{"a":2}"#));
        assert!(loads("1").unwrap() != loads("true").unwrap());
        assert!(loads("1.5").unwrap() < loads("2").unwrap());
    }
}
