//! Why a worker's process has ended.

use std::fmt;
use std::process::ExitStatus;

/// Exit code of a supervised worker that ended for a reason that starting it again would not change: it has said which.
pub const GAVE_UP: i32 = 69;

/// Exit code of a supervised worker that was told to begin anew.
pub const RENEWED: i32 = 75;

/// Why a worker's process has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// In good order, as it was told to or as its lifetime was over.
    Asked,
    /// It said why itself.
    GaveUp,
    /// To begin anew.
    Renewed,
    Exited(i32),
    Killed(i32),
    /// By its supervisor: its memory, and the limit.
    Memory(u64, u64),
    /// By its supervisor, whose owner wanted that.
    Wanted,
}

impl Cause {
    pub fn of(status: ExitStatus) -> Self {
        match status.code() {
            Some(0) => Self::Asked,
            Some(GAVE_UP) => Self::GaveUp,
            Some(RENEWED) => Self::Renewed,
            Some(code) => Self::Exited(code),
            None => Self::Killed(signal(status)),
        }
    }

    /// Whether a new process may do better.
    pub fn is_death(&self) -> bool {
        matches!(self, Self::Exited(_) | Self::Killed(_) | Self::Memory(..))
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal().unwrap_or(0)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> i32 {
    0
}

/// Names of the signals that end processes most often.
fn signal_name(number: i32) -> &'static str {
    match number {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        4 => " (SIGILL)",
        6 => " (SIGABRT: an abort, mostly a second panic or a stack overflow)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL: by hand, or by a system that is out of memory)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("it ended in good order"),
            Self::GaveUp => f.write_str("it ended by itself and said why"),
            Self::Renewed => f.write_str("it ended to begin anew"),
            Self::Exited(code) => write!(f, "its process exited with code {code}"),
            Self::Killed(number) => {
                write!(f, "its process was killed by signal {number}{}", signal_name(*number))
            }
            Self::Memory(taken, limit) => write!(
                f,
                "its process took {} MB of memory, with a limit of {} MB, and was ended by its supervisor",
                taken / 1_000_000,
                limit / 1_000_000
            ),
            Self::Wanted => f.write_str("it was ended on purpose"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_status_tells_the_cause() {
        let run =
            |script: &str| Cause::of(std::process::Command::new("sh").args(["-c", script]).status().unwrap());
        assert_eq!(run("exit 0"), Cause::Asked);
        assert_eq!(run("exit 69"), Cause::GaveUp);
        assert_eq!(run("exit 3"), Cause::Exited(3));
        let killed = run("kill -9 $$");
        assert!(killed.is_death() && killed.to_string().contains("SIGKILL"), "{killed}");
        assert!(!Cause::Asked.is_death() && !Cause::GaveUp.is_death());
    }
}
