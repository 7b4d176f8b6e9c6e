//! `swath cluster`: a scheduler and workers on this machine, until Ctrl-C.

use std::path::PathBuf;
use std::time::Duration;

use swath::LocalCluster;

use super::output::{self, Failure};

/// Time between two looks at the cluster.
const LOOK: Duration = Duration::from_millis(500);

/// What `swath cluster` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Worker processes. Default: the machine's cores.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,

    /// Compute threads of each worker.
    #[arg(long, value_name = "N", default_value_t = 1)]
    nthreads: usize,

    /// Memory for the results of each worker, such as 4GiB. Default: an equal share of 70 % of the machine's.
    #[arg(long, value_name = "BYTES")]
    memory_limit: Option<String>,

    /// Folder for results that do not fit into memory.
    #[arg(long, value_name = "DIR")]
    local_dir: Option<PathBuf>,

    /// Port of the scheduler; 0 takes a free one.
    #[arg(long, default_value_t = 8786)]
    port: u16,
}

/// Runs a cluster until it is interrupted.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut setup = LocalCluster::builder()
        .processes()
        .threads_per_worker(args.nthreads)
        .listen(([127, 0, 0, 1], args.port).into());
    if let Some(workers) = args.workers {
        setup = setup.workers(usize::from(workers));
    }
    if let Some(limit) = &args.memory_limit {
        setup = setup.memory_limit(swath::parse_bytes(limit).map_err(|e| e.context("--memory-limit"))?);
    }
    if let Some(folder) = &args.local_dir {
        setup = setup.local_dir(folder);
    }
    let cluster = setup.start()?;
    output::line(&format!(
        "scheduler at {}, {} workers; Ctrl-C ends them",
        cluster.address(),
        cluster.len()
    ))?;
    let ended = swath::processes::ended();
    while !ended.load(std::sync::atomic::Ordering::SeqCst) {
        std::thread::sleep(LOOK);
    }
    Ok(())
}
