//! This program as a scheduler or a worker: what `swath scheduler` and `swath worker` do, and what [`init`] makes of a
//! program of one's own.
//!
//! In: command-line arguments. Out: a process that serves until it is told to end. It never returns to the program's own
//! `main` once it has become a scheduler or a worker.

mod connect;
mod scheduler;
mod signals;
mod worker;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

pub use connect::{Connected, Tls, connect_from_args};
pub use scheduler::SchedulerArgs;
pub use signals::ended;
pub use worker::WorkerArgs;

/// What a program that calls [`init`] can be started as.
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

/// Makes this process a worker or a scheduler when it was started as one: `my-program swath-worker --scheduler
/// HOST:8786`, `my-program swath-scheduler`. Otherwise does nothing. Call it at the top of `main`, so that workers know
/// the program's own functions and [`crate::LocalCluster`] can start processes.
///
/// ```
/// swath::init();
/// // the program
/// ```
pub fn init() {
    let first = std::env::args().nth(1);
    if !matches!(first.as_deref(), Some("swath-worker" | "swath-scheduler")) {
        return;
    }
    let matches = Process::command().get_matches();
    let result = match Process::from_arg_matches(&matches) {
        Ok(Process::Scheduler(args)) => args.run(),
        Ok(Process::Worker(args)) => args.run(),
        Err(error) => error.exit(),
    };
    if let Err(error) = result {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
    std::process::exit(0);
}
