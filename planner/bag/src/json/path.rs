//! Where in a JSON value the wanted part is.

use std::fmt;

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

use super::Json;

/// One step into a value: an object's key or an array's index (from the end when negative).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathKey {
    /// The member of an object.
    Key(String),
    /// The element of an array.
    Index(i64),
}

impl From<&str> for PathKey {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<&String> for PathKey {
    fn from(key: &String) -> Self {
        Self::Key(key.clone())
    }
}

impl From<String> for PathKey {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<i32> for PathKey {
    fn from(index: i32) -> Self {
        Self::Index(i64::from(index))
    }
}

impl From<i64> for PathKey {
    fn from(index: i64) -> Self {
        Self::Index(index)
    }
}

impl From<usize> for PathKey {
    fn from(index: usize) -> Self {
        Self::Index(index as i64)
    }
}

impl fmt::Display for PathKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "{key:?}"),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

/// A step and what stands in for a part that is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub key: PathKey,
    pub default: Option<Json>,
}

impl Step {
    /// The part of `value`, or the default.
    pub fn take(&self, value: Json) -> Result<Json> {
        let found = match (&self.key, value) {
            (PathKey::Key(key), Json::Object(members)) => {
                members.into_iter().find(|(k, _)| k == key).map(|(_, v)| v)
            }
            (PathKey::Index(index), Json::Array(mut items)) => {
                let at = if *index < 0 { items.len() as i64 + index } else { *index };
                usize::try_from(at).ok().filter(|at| *at < items.len()).map(|at| items.swap_remove(at))
            }
            (PathKey::Index(_), Json::Object(_)) => None,
            (_, other) => return Err(self.not_inside(other.kind())),
        };
        found.or_else(|| self.default.clone()).ok_or_else(|| self.missing())
    }

    /// The error of a value that lacks the part.
    pub fn missing(&self) -> Error {
        let what = match &self.key {
            PathKey::Key(key) => format!("the object has no key {key:?}"),
            PathKey::Index(index) => format!("the array has no element {index}"),
        };
        Error::data(format!("pluck({}): {what}", self.key)).with_help("use pluck_or to give a default")
    }

    /// The error of a value that has no parts of this sort.
    pub fn not_inside(&self, kind: &str) -> Error {
        let wanted = match self.key {
            PathKey::Key(_) => "an object",
            PathKey::Index(_) => "an array",
        };
        Error::data(format!("pluck({}): the value is {kind}, not {wanted}", self.key))
    }
}
