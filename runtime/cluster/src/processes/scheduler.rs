//! `swath scheduler`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use swath_error::Result;

use super::connect::{Tls, listen_address};
use super::limits::seconds;
use super::{over, signals};
use crate::{DEFAULT_PORT, SchedulerOptions, SchedulerServer};

/// What `swath scheduler` takes.
#[derive(clap::Args, Clone, Debug)]
pub struct SchedulerArgs {
    /// Host or interface to listen at; others than this machine need certificates or --insecure.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// Port to listen at; 0 takes a free one.
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,

    /// File to write the address into, for workers and clients that share a file system.
    #[arg(long, value_name = "FILE")]
    scheduler_file: Option<PathBuf>,

    /// Seconds of silence after which a worker or client is taken to be gone.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds, allow_negative_numbers = true)]
    ttl: Duration,

    /// Workers that may be lost while they run a task before the task is taken to be the reason and fails.
    #[arg(long, value_name = "N", default_value_t = 3)]
    allowed_failures: u32,

    /// Seconds without clients after which it ends.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    idle_timeout: Option<Duration>,

    /// Listen beyond this machine without certificates: whoever reaches the port can run code on the workers.
    #[arg(long)]
    insecure: bool,

    #[command(flatten)]
    tls: Tls,
}

impl SchedulerArgs {
    /// Schedules until it is told to end.
    ///
    /// # Errors
    /// When the port is in use, certificates cannot be read, or it would be open to other machines.
    pub fn run(&self) -> Result<()> {
        over(self.serve())
    }

    fn serve(&self) -> Result<()> {
        let options = SchedulerOptions {
            listen: listen_address(&self.host, self.port)?,
            identity: self.tls.identity()?,
            insecure: self.insecure,
            ttl: self.ttl,
            allowed_failures: self.allowed_failures,
            idle_timeout: self.idle_timeout,
            scheduler_file: self.scheduler_file.clone(),
            ..SchedulerOptions::new(crate::build()?)
        };
        let server = Arc::new(swath_execute::block_on(SchedulerServer::start(options))?);
        eprintln!("swath scheduler at {}", server.address());
        let stopped = server.clone();
        signals::on_signal(move || stopped.stop(), signals::at_once);
        swath_execute::block_on(server.wait());
        Ok(())
    }
}
