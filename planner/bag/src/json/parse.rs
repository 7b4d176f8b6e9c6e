//! Parsing a line, whole or only the part that is wanted; what is not wanted is checked and skipped, never built.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use swath_error::{Error, Result};

use super::Json;
use super::path::{PathKey, Step};
use super::serial::Any;

/// Parses one JSON text. Given to `map`, it is recognised: members that are plucked afterwards are all that is built.
///
/// Space and newlines around the value do not matter. `NaN` and `Infinity`, which Python accepts, are not JSON.
///
/// ```
/// use swath_bag_plan::json;
/// assert_eq!(json::loads("[1, 2]")?[1], json::Json::Int(2));
/// assert!(json::loads("[1, 2").unwrap_err().to_string().contains("not valid JSON"));
/// # Ok::<(), swath_error::Error>(())
/// ```
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] showing the text and where it goes wrong; in a bag of a file's lines also
/// the file and the line.
pub fn loads<S: AsRef<str>>(text: S) -> Result<Json> {
    let text = text.as_ref();
    serde_json::from_str(text).map_err(|e| invalid(text, &e))
}

/// Parses one JSON text as a type of your own: `bag.map(json::loads_as::<Person, _>)`. Members the type does not have are
/// skipped, not built.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] showing the text and where it does not fit.
pub fn loads_as<T: DeserializeOwned, S: AsRef<str>>(text: S) -> Result<T> {
    let text = text.as_ref();
    serde_json::from_str(text).map_err(|e| invalid(text, &e))
}

fn invalid(text: &str, error: &serde_json::Error) -> Error {
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or(&full);
    let verb = if error.is_data() { "does not fit" } else { "is not valid JSON" };
    Error::data(format!("{} {verb} at column {}: {what}", shortened(text.trim_end()), error.column()))
}

/// The start of a text for a message, in quotes.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("'{}…'", text.get(..end).unwrap_or_default()),
        None => format!("'{text}'"),
    }
}

/// A value found in a text: a string still lies in the text unless it had escapes.
#[derive(Clone, Debug)]
pub enum JsonRef<'a> {
    /// A string.
    Str(Cow<'a, str>),
    /// Anything else.
    Other(Json),
}

impl JsonRef<'_> {
    /// The value by itself.
    pub fn into_json(self) -> Json {
        match self {
            Self::Str(s) => Json::Str(s.into_owned()),
            Self::Other(json) => json,
        }
    }
}

/// Hashes as the [`Json::Str`] of the same text does.
pub(crate) struct StrKey<'a>(pub &'a str);

impl Hash for StrKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        3u8.hash(state);
        self.0.hash(state);
    }
}

/// The part of `text` that `steps` lead to.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] when the text is not JSON, or the part is missing and has no default.
pub(crate) fn extract<'a>(text: &'a str, steps: &[Step]) -> Result<JsonRef<'a>> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let found = Extract { steps }.deserialize(&mut parser).and_then(|found| parser.end().map(|()| found));
    match found.map_err(|e| invalid(text, &e))? {
        Found::Value(value) => Ok(value),
        Found::Built { value, left } => {
            let rest = steps.get(steps.len() - left..).unwrap_or_default();
            rest.iter().try_fold(value, |value, step| step.take(value)).map(JsonRef::Other)
        }
        Found::Missing { left } => {
            let (step, rest) = steps
                .get(steps.len() - left..)
                .and_then(<[Step]>::split_first)
                .ok_or_else(|| Error::internal("a JSON path lost its place"))?;
            let default = step.default.clone().ok_or_else(|| step.missing())?;
            rest.iter().try_fold(default, |value, step| step.take(value)).map(JsonRef::Other)
        }
    }
}

/// What came of following the steps.
enum Found<'a> {
    Value(JsonRef<'a>),
    /// A value that was built whole; the last `left` steps are still to be taken.
    Built {
        value: Json,
        left: usize,
    },
    /// The first of the last `left` steps led nowhere.
    Missing {
        left: usize,
    },
}

struct Extract<'p> {
    steps: &'p [Step],
}

impl<'de> DeserializeSeed<'de> for Extract<'_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Extract<'_> {
    /// A value that is not entered: wanted itself, or not what the step expects.
    fn leaf<'de>(&self, value: Json) -> Found<'de> {
        match self.steps.len() {
            0 => Found::Value(JsonRef::Other(value)),
            left => Found::Built { value, left },
        }
    }

    fn string<'de>(&self, text: Cow<'de, str>) -> Found<'de> {
        match self.steps.len() {
            0 => Found::Value(JsonRef::Str(text)),
            left => Found::Built { value: Json::Str(text.into_owned()), left },
        }
    }
}

impl<'de> Visitor<'de> for Extract<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Found<'de>, E> {
        Ok(self.leaf(Json::Null))
    }

    fn visit_bool<E>(self, b: bool) -> Result<Found<'de>, E> {
        Ok(self.leaf(Json::Bool(b)))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Found<'de>, E> {
        Ok(self.leaf(Json::Int(n)))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Found<'de>, E> {
        Ok(self.leaf(n.into()))
    }

    fn visit_f64<E>(self, f: f64) -> Result<Found<'de>, E> {
        Ok(self.leaf(Json::Float(f)))
    }

    fn visit_borrowed_str<E>(self, s: &'de str) -> Result<Found<'de>, E> {
        Ok(self.string(Cow::Borrowed(s)))
    }

    fn visit_str<E>(self, s: &str) -> Result<Found<'de>, E> {
        Ok(self.string(Cow::Owned(s.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Found<'de>, A::Error> {
        let Some((Step { key: PathKey::Index(wanted), .. }, rest)) = self.steps.split_first() else {
            return Any.visit_seq(seq).map(|value| self.leaf(value));
        };
        let Ok(wanted) = usize::try_from(*wanted) else {
            return Any.visit_seq(seq).map(|value| self.leaf(value));
        };
        for _ in 0..wanted {
            if seq.next_element::<IgnoredAny>()?.is_none() {
                return Ok(Found::Missing { left: self.steps.len() });
            }
        }
        let found = seq.next_element_seed(Extract { steps: rest })?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found.unwrap_or(Found::Missing { left: self.steps.len() }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<'de>, A::Error> {
        let Some((Step { key: PathKey::Key(wanted), .. }, rest)) = self.steps.split_first() else {
            return Any.visit_map(map).map(|value| self.leaf(value));
        };
        // Of members with the same key the last counts.
        let mut found = Found::Missing { left: self.steps.len() };
        while let Some(is_wanted) = map.next_key_seed(KeyIs(wanted))? {
            if is_wanted {
                found = map.next_value_seed(Extract { steps: rest })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Whether a key is the one looked for; the key is compared where it lies.
struct KeyIs<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for KeyIs<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyIs<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(keys: &[PathKey]) -> Vec<Step> {
        keys.iter().map(|key| Step { key: key.clone(), default: None }).collect()
    }

    fn found(text: &str, keys: &[PathKey]) -> Result<String> {
        let by_extract = extract(text, &steps(keys)).map(|v| v.into_json().to_string());
        let whole = loads(text).and_then(|v| steps(keys).iter().try_fold(v, |v, s| s.take(v)));
        assert_eq!(by_extract.as_ref().ok(), whole.as_ref().map(ToString::to_string).ok().as_ref());
        if let (Err(a), Err(b)) = (&by_extract, &whole) {
            assert_eq!(a.to_string(), b.to_string());
        }
        by_extract
    }

    #[test]
    fn the_part_alone_is_the_part_of_the_whole() {
        let text = r#"{"a": {"b": [10, {"c": "x\ny"}]}, "k": 1, "k": "last"}"#;
        assert_eq!(found(text, &["k".into()]).unwrap(), r#""last""#);
        assert_eq!(found(text, &["a".into(), "b".into(), 1.into(), "c".into()]).unwrap(), r#""x\ny""#);
        assert_eq!(found(text, &["a".into(), "b".into(), (-2).into()]).unwrap(), "10");
        assert_eq!(found(text, &["a".into(), "b".into(), 0.into()]).unwrap(), "10");
        for bad in [
            &["z".into()][..],
            &["k".into(), "z".into()],
            &["a".into(), 0.into()],
            &["a".into(), "b".into(), 7.into()],
        ] {
            assert!(found(text, bad).is_err());
        }
    }

    #[test]
    fn what_is_thrown_away_is_still_checked() {
        let e = extract(r#"{"a": 1, "b": [1,}"#, &steps(&["a".into()])).unwrap_err();
        assert!(e.message().contains("column 18"), "{e}");
        assert!(extract(r#"{"a": 1} x"#, &steps(&["a".into()])).is_err());
        assert!(extract("", &steps(&["a".into()])).is_err());
    }

    #[test]
    fn a_default_stands_in_and_is_stepped_into() {
        let default = loads(r#"{"b": 7}"#).unwrap();
        let path =
            [Step { key: "a".into(), default: Some(default) }, Step { key: "b".into(), default: None }];
        assert_eq!(extract("{}", &path).unwrap().into_json(), Json::Int(7));
        assert!(extract("[]", &path).unwrap_err().message().contains("an array, not an object"));
    }
}
