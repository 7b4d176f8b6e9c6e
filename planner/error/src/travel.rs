//! Errors between processes: everything a reader sees of one travels; the causes become text.
//!
//! In: an error. Out: the same error elsewhere, with its kind, trail, advice and the texts of its causes. It never loses
//! a part that `Display` or `source()` shows.

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

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut causes = Vec::new();
        let mut cause = self.source();
        while let Some(next) = cause.filter(|_| causes.len() < CAUSES) {
            causes.push(next.to_string());
            cause = next.source();
        }
        let inner = &*self.0;
        Parts {
            kind: inner.kind,
            message: inner.message.clone(),
            context: inner.context.clone(),
            help: inner.help.clone(),
            caller: inner.caller.as_ref().map(|c| (c.file.to_string(), c.line)),
            task: inner.task.clone(),
            causes,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Parts::deserialize(deserializer)?;
        let chain = |cause: Option<Box<Remote>>, text| Some(Box::new(Remote { text, cause }));
        let source = parts.causes.into_iter().rev().take(CAUSES).fold(None, chain);
        Ok(Self(Arc::new(Inner {
            kind: parts.kind,
            message: parts.message,
            context: parts.context,
            help: parts.help,
            caller: parts.caller.map(|(file, line)| Caller { file: file.into(), line }),
            task: parts.task,
            source: source.map(|s| Arc::new(*s) as _),
        })))
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
        let text = serde_json::to_string(&sent).unwrap();
        let got: Error = serde_json::from_str(&text).unwrap();
        assert_eq!(got.to_string(), sent.to_string());
        assert_eq!((got.kind(), got.task()), (sent.kind(), sent.task()));
        assert_eq!(got.source().unwrap().to_string(), "the disk is gone");
        assert_eq!(serde_json::to_string(&got).unwrap(), text);
    }
}
