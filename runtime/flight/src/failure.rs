//! An error as it travels.

use swath_error::travel::Sent;
use swath_error::{Error, ErrorKind};
use tonic::{Code, Status};

/// The status that ends a call with an error.
pub(crate) fn status(error: &Error) -> Status {
    let code = match error.kind() {
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::InvalidArgument | ErrorKind::InvalidData => Code::InvalidArgument,
        ErrorKind::Unsupported => Code::Unimplemented,
        ErrorKind::OutOfMemory => Code::ResourceExhausted,
        ErrorKind::Cancelled => Code::Cancelled,
        _ => Code::Internal,
    };
    let details = crate::frame::write(&Sent(error.clone())).unwrap_or_default();
    Status::with_details(code, error.to_string(), details)
}

/// The error in a status: the peer's own, or what kept the peer from answering.
pub(crate) fn error(status: &Status, address: &str) -> Error {
    if !status.details().is_empty()
        && let Ok(Sent(error)) = crate::frame::read(status.details())
    {
        return error.context(address.to_owned());
    }
    unreachable(address, &causes(status))
}

/// The error of a peer that does not answer.
pub(crate) fn unreachable(address: &str, why: &str) -> Error {
    Error::new(ErrorKind::Cluster, format!("no blocks from {address}: {why}")).with_help(
        "is the worker running, reachable from here and set up with certificates of the same cluster?",
    )
}

/// A status with the errors that it came of: those say what went wrong.
fn causes(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut next = std::error::Error::source(status);
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = if text.is_empty() { cause_text } else { format!("{text}: {cause_text}") };
        }
        next = cause.source();
    }
    if text.is_empty() { format!("{:?}", status.code()) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_keep_their_kind() {
        for kind in [ErrorKind::Io, ErrorKind::InvalidData, ErrorKind::Unsupported] {
            let there = Error::new(kind, "what");
            let back = error(&status(&there), "host:1");
            assert_eq!((back.kind(), back.message()), (kind, "what"));
        }
        assert_eq!(error(&Status::unavailable("gone"), "host:1").kind(), ErrorKind::Cluster);
    }
}
