//! JSON values to and from serde's formats: as themselves where the format says what comes, as a tagged enum where it
//! does not.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Json;

/// What binary formats write: they cannot find out by themselves what comes next.
#[derive(Serialize)]
enum Written<'a> {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Str(&'a str),
    Array(&'a [Json]),
    Object(&'a [(String, Json)]),
}

/// What binary formats read; the same shape as [`Written`].
#[derive(Deserialize)]
enum Read {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Str(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.written().serialize(serializer);
        }
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Int(n) => serializer.serialize_i64(*n),
            Self::UInt(n) => serializer.serialize_u64(*n),
            Self::Float(f) => serializer.serialize_f64(*f),
            Self::Str(s) => serializer.serialize_str(s),
            Self::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(k, v)| map.serialize_entry(k, v))?;
                map.end()
            }
        }
    }
}

impl Json {
    fn written(&self) -> Written<'_> {
        match self {
            Self::Null => Written::Null,
            Self::Bool(b) => Written::Bool(*b),
            Self::Int(n) => Written::Int(*n),
            Self::UInt(n) => Written::UInt(*n),
            Self::Float(f) => Written::Float(*f),
            Self::Str(s) => Written::Str(s),
            Self::Array(items) => Written::Array(items),
            Self::Object(members) => Written::Object(members),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(Any);
        }
        Ok(match Read::deserialize(deserializer)? {
            Read::Null => Self::Null,
            Read::Bool(b) => Self::Bool(b),
            Read::Int(n) => Self::Int(n),
            Read::UInt(n) => Self::UInt(n),
            Read::Float(f) => Self::Float(f),
            Read::Str(s) => Self::Str(s),
            Read::Array(items) => Self::Array(items),
            Read::Object(members) => Self::Object(members),
        })
    }
}

/// Builds a value from a format that says what comes.
pub(super) struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Json, E> {
        Ok(Json::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
        Ok(Json::Int(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
        Ok(n.into())
    }

    fn visit_f64<E>(self, f: f64) -> Result<Json, E> {
        Ok(Json::Float(f))
    }

    fn visit_str<E>(self, s: &str) -> Result<Json, E> {
        Ok(Json::Str(s.to_owned()))
    }

    fn visit_string<E>(self, s: String) -> Result<Json, E> {
        Ok(Json::Str(s))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(last_of_each(members)))
    }
}

/// Of members with the same key the last value counts, at the place of the first, as in Python.
fn last_of_each(members: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let twice = if members.len() <= 16 {
        members.iter().enumerate().any(|(i, (k, _))| members.iter().take(i).any(|(other, _)| other == k))
    } else {
        members.iter().map(|(k, _)| k).collect::<std::collections::HashSet<_>>().len() < members.len()
    };
    if !twice {
        return members;
    }
    let mut place = std::collections::HashMap::new();
    let mut kept: Vec<(String, Json)> = Vec::new();
    for (key, value) in members {
        let at = *place.entry(key.clone()).or_insert(kept.len());
        match kept.get_mut(at) {
            Some(member) => member.1 = value,
            None => kept.push((key, value)),
        }
    }
    kept
}
