//! The command line: one file per subcommand.
//!
//! In: arguments. Out: text on stdout, errors on stderr, an exit code (0 done, 1 failed, 2 wrong arguments). It never
//! does anything that the library does not offer.

mod cluster;
mod complete;
mod output;
mod shell;
mod sql;
mod status;
mod tls;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use swath::processes::{SchedulerArgs, WorkerArgs};

/// Lazy arrays, tables and bags bigger than memory, on all cores.
#[derive(Parser)]
#[command(name = "swath", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run SQL over files: SELECT … FROM 'data/*.csv'. Without statements, an interactive shell.
    Sql(sql::Args),
    /// Schedule the tasks of a cluster: workers and clients connect to it.
    Scheduler(SchedulerArgs),
    /// Run tasks of a cluster.
    Worker(Box<WorkerArgs>),
    /// Run a whole cluster on this machine.
    Cluster(cluster::Args),
    /// Show a cluster's workers and what they hold and do.
    Status(status::Args),
    /// Make certificates for a cluster.
    Tls(tls::Args),
}

/// Runs the command and says how it went.
pub fn main() -> ExitCode {
    // The facade links every operation and the local runtime into this program.
    swath::init();
    let result = match Cli::parse_from(sql::spare_comments(std::env::args_os())).command {
        Command::Sql(args) => sql::run(args),
        Command::Scheduler(args) => own(|| args.run()),
        Command::Worker(args) => own(|| args.run()),
        Command::Cluster(args) => cluster::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Tls(args) => tls::run(&args),
    };
    match result {
        Ok(()) | Err(output::Failure::Closed) => ExitCode::SUCCESS,
        Err(output::Failure::Error(error)) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Runs a scheduler or a worker: a process that reacts to signals itself.
fn own(serve: impl FnOnce() -> swath::Result<()>) -> Result<(), output::Failure> {
    swath::processes::own_signals();
    serve().map_err(output::Failure::from)
}
