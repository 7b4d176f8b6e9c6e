//! Errors between processes: everything a reader sees of one travels; the causes become text.
//!
//! In: an error. Out: the same error elsewhere, with its kind, trail, advice and the texts of its causes. It never loses
//! a part that `Display` or `source()` shows.
//!
//! [`Error`] itself is not serialisable, so that a `Result` of it is never mistaken for a value: fields of messages say
//! `#[serde(with = "swath_error::travel")]`, or `travel::result` for a result.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Caller, Error, ErrorKind, Inner, TaskFailure};

/// Causes sent at most.
const CAUSES: usize = 8;

/// An error as it travels.
#[derive(Serialize, Deserialize)]
struct Parts {
    kind: ErrorKind,
    message: String,
    context: Vec<String>,
    help: Option<String>,
    caller: Option<(String, u32)>,
    task: Option<TaskFailure>,
    causes: Vec<String>,
}

/// The text of a cause that happened in another process.
#[derive(Debug)]
struct Remote {
    text: String,
    cause: Option<Box<Remote>>,
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Remote {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|c| &**c as _)
    }
}

impl Parts {
    fn of(error: &Error) -> Self {
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(next) = cause.filter(|_| causes.len() < CAUSES) {
            causes.push(next.to_string());
            cause = next.source();
        }
        let inner = &*error.0;
        Self {
            kind: inner.kind,
            message: inner.message.clone(),
            context: inner.context.clone(),
            help: inner.help.clone(),
            caller: inner.caller.as_ref().map(|c| (c.file.to_string(), c.line)),
            task: inner.task.clone(),
            causes,
        }
    }

    fn into_error(self) -> Error {
        let parts = self;
        let chain = |cause: Option<Box<Remote>>, text| Some(Box::new(Remote { text, cause }));
        let source = parts.causes.into_iter().rev().take(CAUSES).fold(None, chain);
        Error(Arc::new(Inner {
            kind: parts.kind,
            message: parts.message,
            context: parts.context,
            help: parts.help,
            caller: parts.caller.map(|(file, line)| Caller { file: file.into(), line }),
            task: parts.task,
            source: source.map(|s| Arc::new(*s) as _),
        }))
    }
}

/// Writes an error: `#[serde(with = "swath_error::travel")]`.
///
/// # Errors
/// The serializer's.
pub fn serialize<S: Serializer>(error: &Error, serializer: S) -> Result<S::Ok, S::Error> {
    Parts::of(error).serialize(serializer)
}

/// Reads an error that [`serialize`] wrote.
///
/// # Errors
/// The deserializer's.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Error, D::Error> {
    Ok(Parts::deserialize(deserializer)?.into_error())
}

/// An error inside other types, where a field's attribute does not reach.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sent(#[serde(with = "self")] pub Error);

/// Results of our errors: `#[serde(with = "swath_error::travel::result")]`.
pub mod result {
    use super::{Deserialize, Deserializer, Error, Parts, Serialize, Serializer};

    /// Writes a result.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<T: Serialize, S: Serializer>(
        result: &Result<T, Error>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        result.as_ref().map_err(Parts::of).serialize(serializer)
    }

    /// Reads a result that [`serialize`] wrote.
    ///
    /// # Errors
    /// The deserializer's.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Result<T, Error>, D::Error> {
        Ok(Result::<T, Parts>::deserialize(deserializer)?.map_err(Parts::into_error))
    }
}

/// Errors that may be absent: `#[serde(with = "swath_error::travel::option")]`.
pub mod option {
    use super::{Deserialize, Deserializer, Error, Parts, Serialize, Serializer};

    /// Writes an error or its absence.
    ///
    /// # Errors
    /// The serializer's.
    #[allow(clippy::ref_option)]
    pub fn serialize<S: Serializer>(error: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
        error.as_ref().map(Parts::of).serialize(serializer)
    }

    /// Reads what [`serialize`] wrote.
    ///
    /// # Errors
    /// The deserializer's.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Error>, D::Error> {
        Ok(Option::<Parts>::deserialize(deserializer)?.map(Parts::into_error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_arrives_as_it_left() {
        let cause = std::io::Error::other("the disk is gone");
        let task =
            TaskFailure { task: "sum-3".into(), inputs: vec!["read-3".into()], worker: Some("w1".into()) };
        let sent = Error::io("a.csv", cause)
            .context("reading")
            .with_help("look at the disk")
            .at(std::panic::Location::caller())
            .in_task(task);
        let text = serde_json::to_string(&Parts::of(&sent)).unwrap();
        let got = serde_json::from_str::<Parts>(&text).unwrap().into_error();
        assert_eq!(got.to_string(), sent.to_string());
        assert_eq!((got.kind(), got.task()), (sent.kind(), sent.task()));
        assert_eq!(got.source().unwrap().to_string(), "the disk is gone");
        assert_eq!(serde_json::to_string(&Parts::of(&got)).unwrap(), text);
    }
}
