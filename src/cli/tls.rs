//! `swath tls init`: certificates for a cluster.

use std::path::PathBuf;

use super::output::{self, Failure};

/// What `swath tls` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make a small authority and a certificate for schedulers, workers and clients.
    Init {
        /// Folder to write them into.
        #[arg(default_value = "swath-tls")]
        folder: PathBuf,
    },
}

/// Makes the certificates.
pub fn run(args: &Args) -> Result<(), Failure> {
    let Command::Init { folder } = &args.command;
    swath::tls_init(folder)?;
    output::line(&format!(
        "wrote {}; copy all but ca.key to every machine and pass --tls-dir to schedulers, workers and clients",
        folder.display()
    ))
}
