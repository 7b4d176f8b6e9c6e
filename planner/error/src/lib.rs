//! The one public error of swath.
//!
//! In: whatever went wrong, anywhere. Out: an [`Error`] whose [`ErrorKind`] says what the user should do next,
//! whose message names the file, column, key or argument, and whose trail names the task and the inputs it had.
//! Place in the flow: below every other crate. It never decides whether a failed task is run again.
#![forbid(unsafe_code)]

mod kind;
mod suggest;
mod task;
pub mod travel;

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

pub use kind::ErrorKind;
pub use suggest::{nearest, unknown_name};
pub use task::TaskFailure;

/// The result of every fallible call in swath.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error: what to do about it, what happened, where, and the cause.
///
/// Cheap to clone (one reference count), so a poisoned expression can carry it to every use.
///
/// ```
/// use swath_error::{Error, ErrorKind};
/// let e = Error::new(ErrorKind::NotFound, "no file matches '2015-*.csv'").context("reading the left side of a join");
/// assert_eq!(e.kind(), ErrorKind::NotFound);
/// assert!(e.to_string().starts_with("reading the left side of a join: no file matches"));
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    /// Outermost last, as the contexts were added.
    context: Vec<String>,
    help: Option<String>,
    caller: Option<Caller>,
    task: Option<TaskFailure>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// A line of the user's program.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Caller {
    file: Cow<'static, str>,
    line: u32,
}

impl Error {
    /// An error of `kind`; `message` names the file, column, key or argument at fault.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            context: Vec::new(),
            help: None,
            caller: None,
            task: None,
            source: None,
        }))
    }

    /// [`ErrorKind::InvalidArgument`]: the call itself is wrong.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// [`ErrorKind::InvalidData`]: the input's bytes or values are wrong.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidData, message)
    }

    /// [`ErrorKind::Unsupported`]: swath does not do this (yet).
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// [`ErrorKind::Internal`]: swath broke one of its own rules.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// An input/output failure on `path`; a missing path becomes [`ErrorKind::NotFound`].
    pub fn io(path: impl fmt::Display, source: std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => ErrorKind::InvalidData,
            std::io::ErrorKind::OutOfMemory => ErrorKind::OutOfMemory,
            _ => ErrorKind::Io,
        };
        Self::new(kind, format!("{path}: {source}")).with_source(source)
    }

    /// The error a run ends with when it was cancelled.
    pub fn cancelled(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Cancelled, message)
    }

    /// What the user should do next.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The innermost message, without contexts, help or causes.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The task that failed first, when the error came out of a run.
    pub fn task(&self) -> Option<&TaskFailure> {
        self.0.task.as_ref()
    }

    /// The advice that follows the message, if any.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// Says what was being done; printed before the message.
    #[must_use]
    pub fn context(self, what: impl Into<String>) -> Self {
        self.edit(|e| e.context.push(what.into()))
    }

    /// Adds advice, printed after the message on its own line.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        self.edit(|e| e.help = Some(help.into()))
    }

    /// Records the user's source line that built the faulty expression.
    #[must_use]
    pub fn at(self, caller: &'static Location<'static>) -> Self {
        self.edit(|e| {
            e.caller.get_or_insert(Caller { file: caller.file().into(), line: caller.line() });
        })
    }

    /// Records the task that failed; the first one recorded (the root cause) is kept.
    #[must_use]
    pub fn in_task(self, task: TaskFailure) -> Self {
        self.edit(|e| {
            e.task.get_or_insert(task);
        })
    }

    /// Keeps the underlying cause for [`std::error::Error::source`].
    #[must_use]
    pub fn with_source(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.edit(|e| e.source = Some(Arc::new(source)))
    }

    fn edit(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for context in self.0.context.iter().rev() {
            write!(f, "{context}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(task) = &self.0.task {
            write!(f, "\n  in {task}")?;
        }
        if let Some(at) = &self.0.caller {
            write!(f, "\n  built at {}:{}", at.file, at.line)?;
        }
        if let Some(help) = &self.0.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// `main() -> Result<(), swath::Error>` prints this, so it is the message and not the struct.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_task_is_kept() {
        let failure = |name: &str| TaskFailure { task: name.into(), inputs: vec![], worker: None };
        let e = Error::data("bad").in_task(failure("root")).in_task(failure("dependant"));
        assert_eq!(e.task().unwrap().task, "root");
        assert!(e.to_string().contains("in task root"));
    }

    #[test]
    fn a_missing_path_is_not_found() {
        let e = Error::io("x.csv", std::io::Error::from(std::io::ErrorKind::NotFound));
        assert_eq!(e.kind(), ErrorKind::NotFound);
        assert!(std::error::Error::source(&e).is_some());
    }
}
