//! The command line: one file per subcommand.
//!
//! In: arguments. Out: text on stdout, errors on stderr, an exit code (0 done, 1 failed, 2 wrong arguments). It never
//! does anything that the library does not offer.

mod complete;
mod output;
mod shell;
mod sql;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
}

/// Runs the command and says how it went.
pub fn main() -> ExitCode {
    // The facade links every operation and the local runtime into this program.
    use swath as _;
    let result = match Cli::parse().command {
        Command::Sql(args) => sql::run(args),
    };
    match result {
        Ok(()) | Err(output::Failure::Closed) => ExitCode::SUCCESS,
        Err(output::Failure::Error(error)) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
