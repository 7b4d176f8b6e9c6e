//! `swath status`: who is in a cluster and what they hold and do.

use std::path::PathBuf;

use swath::processes::Tls;

use super::output::{self, Failure};

/// What `swath status` takes.
#[derive(clap::Args)]
pub struct Args {
    /// The scheduler: HOST or HOST:PORT. Default: port 8786 of this machine.
    scheduler: Option<String>,

    /// The file a scheduler wrote its address into, instead.
    #[arg(long, value_name = "FILE", conflicts_with = "scheduler")]
    scheduler_file: Option<PathBuf>,

    #[command(flatten)]
    tls: Tls,
}

/// Prints the cluster's state.
pub fn run(args: &Args) -> Result<(), Failure> {
    let client = args.tls.connect(args.scheduler.as_deref(), args.scheduler_file.as_ref())?;
    let info = client.info()?;
    let threads: u32 = info.workers.iter().map(|w| w.slots).sum();
    output::line(&format!(
        "scheduler {}: {} workers, {threads} threads, {} clients",
        info.scheduler,
        info.workers.len(),
        info.clients.saturating_sub(1)
    ))?;
    for worker in &info.workers {
        let metrics = &worker.metrics;
        output::line(&format!(
            "  {} at {} (pid {}): {} threads, {} running, {} waiting, {} MiB of {} MiB, {} MiB in files{}",
            worker.name,
            worker.address,
            worker.pid,
            worker.slots,
            metrics.running,
            metrics.waiting,
            metrics.stored >> 20,
            worker.memory_limit >> 20,
            metrics.spilled >> 20,
            if worker.retiring { ", retiring" } else { "" }
        ))?;
    }
    Ok(())
}
