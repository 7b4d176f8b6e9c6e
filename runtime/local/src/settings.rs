//! How many threads and how much memory, from the run's options, the environment or the machine.

use std::sync::OnceLock;

use swath_block::MemoryLedger;
use swath_error::{Error, Result};
use swath_execute::{RunOptions, machine_memory};
use swath_store::{Spill, StoreOptions};

/// Share of the machine's memory that is used when nobody says otherwise.
const DEFAULT_MEMORY_PERCENT: u64 = 70;

/// Share of the limit that results may take before producers are kept waiting.
const PRODUCER_PERCENT: u64 = 60;

/// Compute threads: the option, else `SWATH_NUM_THREADS`, else the machine's cores.
pub(crate) fn threads(options: &RunOptions) -> Result<usize> {
    if let Some(threads) = options.threads {
        return if threads == 0 {
            Err(Error::argument("a run needs at least one thread"))
        } else {
            Ok(threads)
        };
    }
    match variable("SWATH_NUM_THREADS") {
        None => Ok(std::thread::available_parallelism().map_or(1, Into::into)),
        Some(text) => text.trim().parse().ok().filter(|n| *n > 0).ok_or_else(|| {
            Error::argument(format!("SWATH_NUM_THREADS is '{text}', which is not a number of threads"))
        }),
    }
}

/// The memory of a run: its own when it has a limit of its own, else the one all runs of the process share. Above the
/// limit large results go to files in `SWATH_LOCAL_DIR`, else in the system's folder for temporary files.
pub(crate) fn spill(options: &RunOptions) -> Result<Spill> {
    static SHARED: OnceLock<Spill> = OnceLock::new();
    let folder = variable("SWATH_LOCAL_DIR").map_or_else(std::env::temp_dir, Into::into);
    let new = |limit| Spill::new(MemoryLedger::new(limit), StoreOptions::default().folder(folder));
    if let Some(limit) = options.memory_limit {
        return Ok(new(limit));
    }
    if let Some(shared) = SHARED.get() {
        return Ok(shared.clone());
    }
    let limit = match variable("SWATH_MEMORY_LIMIT") {
        Some(text) => parse_limit(&text).map_err(|e| e.context("SWATH_MEMORY_LIMIT"))?,
        None => machine_memory() / 100 * DEFAULT_MEMORY_PERCENT,
    };
    Ok(SHARED.get_or_init(|| new(limit)).clone())
}

/// Bytes of results at which producers are kept waiting.
pub(crate) fn producer_budget(limit: u64) -> u64 {
    (limit / 100).saturating_mul(PRODUCER_PERCENT)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.trim().is_empty())
}

/// A limit in bytes: [`swath_block::parse_bytes`], and not zero.
fn parse_limit(text: &str) -> Result<u64> {
    match swath_block::parse_bytes(text)? {
        0 => Err(Error::argument("a limit of 0 bytes leaves no room for anything")
            .with_help("write it like 4GiB, 512MiB or 1000000")),
        bytes => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_size_above_zero() {
        assert_eq!(parse_limit("4GiB").ok(), Some(4 << 30));
        for wrong in ["", "0", "0.1", "lots"] {
            assert!(parse_limit(wrong).is_err(), "{wrong}");
        }
    }
}
