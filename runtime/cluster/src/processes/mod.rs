//! This program as a scheduler or a worker: what `swath scheduler` and `swath worker` do, and what `swath::init()` makes of
//! a program of one's own.
//!
//! In: command-line arguments. Out: a process that serves until it is told to end, and its exit code. Whoever turns a
//! program into such a process has turned off other handlers of Ctrl-C before. It never returns before the process's
//! temporary files are gone.

mod connect;
mod limits;
mod scheduler;
mod signals;
mod worker;

use std::ffi::OsString;
use std::process::Command;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use swath_error::{Error, Result};

pub use connect::{Connected, Tls, connect_from_args};
pub use scheduler::SchedulerArgs;
pub use signals::ended;
pub use worker::WorkerArgs;

/// What a program can be started as.
#[derive(Parser)]
#[command(disable_help_subcommand = true)]
enum Process {
    /// Schedule tasks.
    #[command(name = "swath-scheduler")]
    Scheduler(SchedulerArgs),
    /// Run tasks.
    #[command(name = "swath-worker")]
    Worker(Box<WorkerArgs>),
}

/// Starts this program once more: a command, given the arguments that come after those this process has.
pub type Again = Box<dyn Fn(&[OsString]) -> Command + Send>;

/// Whether the program's arguments (its name first) ask for a scheduler or a worker.
pub fn is_process(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let first = arguments.into_iter().nth(1);
    first.is_some_and(|word| word == "swath-worker" || word == "swath-scheduler")
}

/// Serves as the arguments (the program's name first) say; gives the exit code. `again` starts the program once more.
pub fn serve(arguments: impl IntoIterator<Item = OsString>, again: Again) -> i32 {
    let parsed = Process::command().try_get_matches_from(arguments);
    let result = match parsed.and_then(|matches| Process::from_arg_matches(&matches)) {
        Ok(Process::Scheduler(args)) => args.run(),
        Ok(Process::Worker(args)) => args.run_again(again),
        Err(error) => {
            // Nobody may be there to read it.
            let _ = error.print();
            return error.exit_code();
        }
    };
    result.map_or_else(|error| complain(&error), |()| 0)
}

fn complain(error: &Error) -> i32 {
    eprintln!("error: {error}");
    1
}

/// This program with the arguments it was started with, and further ones.
///
/// # Errors
/// [`swath_error::ErrorKind::Io`] when its path is not known.
pub fn this_program() -> Result<Again> {
    let program = std::env::current_exe().map_err(|e| Error::io("the path of this program", e))?;
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    Ok(Box::new(move |further| {
        let mut command = Command::new(&program);
        command.args(&arguments).args(further);
        command
    }))
}

/// Removes the process's temporary files: whatever it ends by, it ends now.
fn over<T>(result: Result<T>) -> Result<T> {
    swath_aside::shutdown();
    result
}
