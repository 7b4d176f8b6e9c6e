//! What the items of a recipe are, and the keys they are compared by.

use std::any::TypeId;

use serde::{Deserialize, Serialize};
use swath_error::Result;

use super::function;
use crate::json::Json;

/// The types of items that keep their type in another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Text,
    Json,
    Int,
    Natural,
    Real,
    Truth,
    TextCounts,
    JsonCounts,
    /// Any other type: items are their encodings.
    Raw,
}

impl Kind {
    /// The kind of `T`.
    pub fn of<T: 'static>() -> Self {
        let is = |id| TypeId::of::<T>() == id;
        match () {
            () if is(TypeId::of::<String>()) => Self::Text,
            () if is(TypeId::of::<Json>()) => Self::Json,
            () if is(TypeId::of::<i64>()) => Self::Int,
            () if is(TypeId::of::<u64>()) => Self::Natural,
            () if is(TypeId::of::<f64>()) => Self::Real,
            () if is(TypeId::of::<bool>()) => Self::Truth,
            () if is(TypeId::of::<(String, u64)>()) => Self::TextCounts,
            () if is(TypeId::of::<(Json, u64)>()) => Self::JsonCounts,
            () => Self::Raw,
        }
    }
}

/// How an item's key is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyBy {
    /// The item itself.
    Item,
    /// The count of a pair of item and count.
    Count,
    /// A function with `#[swath::task]`.
    Function(String),
}

impl KeyBy {
    /// The key that the function of type `F` gives. Two functions of swath's own are generic, so that their types have no
    /// name to register: they are known by the start or the end of it.
    pub fn of<F: 'static>() -> Result<Self> {
        let name = std::any::type_name::<F>();
        if name.starts_with("swath_bag::group::by_count<") {
            return Ok(Self::Count);
        }
        if name.starts_with('<') && name.ends_with(" as core::clone::Clone>::clone") {
            return Ok(Self::Item);
        }
        function::<F>().map(Self::Function)
    }
}

/// The types of keys that can be put in order in another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyKind {
    I32,
    I64,
    U32,
    U64,
    Usize,
    F32,
    F64,
    Text,
    Truth,
}

impl KeyKind {
    /// The kind of the key type `K`; none when its order is not known.
    pub fn of<K: 'static>() -> Option<Self> {
        let is = |id| TypeId::of::<K>() == id;
        Some(match () {
            () if is(TypeId::of::<i32>()) => Self::I32,
            () if is(TypeId::of::<i64>()) => Self::I64,
            () if is(TypeId::of::<u32>()) => Self::U32,
            () if is(TypeId::of::<u64>()) => Self::U64,
            () if is(TypeId::of::<usize>()) => Self::Usize,
            () if is(TypeId::of::<f32>()) => Self::F32,
            () if is(TypeId::of::<f64>()) => Self::F64,
            () if is(TypeId::of::<String>()) => Self::Text,
            () if is(TypeId::of::<bool>()) => Self::Truth,
            () => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key<F: Fn(&T) -> K + 'static, T, K>(_: F) -> Result<KeyBy> {
        KeyBy::of::<F>()
    }

    #[test]
    fn a_clone_is_the_item_and_a_closure_is_refused() {
        assert_eq!(key(String::clone).unwrap(), KeyBy::Item);
        assert_eq!(key(i64::clone).unwrap(), KeyBy::Item);
        assert!(key(|x: &i64| *x).unwrap_err().help().unwrap().contains("#[swath::task]"));
    }
}
