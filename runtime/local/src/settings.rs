//! How many threads and how much memory, from the run's options, the environment or the machine.

use std::sync::OnceLock;

use swath_block::MemoryLedger;
use swath_error::{Error, Result};
use swath_execute::RunOptions;
use swath_store::{Spill, StoreOptions};

/// Share of the machine's memory that is used when nobody says otherwise.
const DEFAULT_MEMORY_PERCENT: u64 = 70;

/// Memory of a machine that does not tell.
const UNKNOWN_MACHINE: u64 = 8 << 30;

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
        Some(text) => parse_bytes(&text).map_err(|e| e.context("SWATH_MEMORY_LIMIT"))?,
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

/// A number of bytes: `1500`, `512MiB`, `4 GiB`, `2.5GB`. Units: B, kB, MB, GB, TB (powers of 1000); KiB, MiB, GiB, TiB
/// (powers of 1024), in any case.
///
/// ```
/// assert_eq!(swath_local::parse_bytes("4GiB")?, 4 << 30);
/// assert_eq!(swath_local::parse_bytes("1.5 kB")?, 1500);
/// # Ok::<(), swath_error::Error>(())
/// ```
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when the text is something else, or zero.
pub fn parse_bytes(text: &str) -> Result<u64> {
    let wrong = || {
        Error::argument(format!("'{text}' is not a number of bytes"))
            .with_help("write it like 4GiB, 512MiB, 2.5GB or 1000000")
    };
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let scale = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "ki" | "kib" => 1024.0,
        "mi" | "mib" => 1_048_576.0,
        "gi" | "gib" => 1_073_741_824.0,
        "ti" | "tib" => 1_099_511_627_776.0,
        _ => return Err(wrong()),
    };
    let bytes = number * scale;
    if bytes >= 1.0 && bytes < u64::MAX as f64 { Ok(bytes as u64) } else { Err(wrong()) }
}

/// The machine's memory, or what the control group allows when that is less.
fn machine_memory() -> u64 {
    let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|l| l.starts_with("MemTotal:"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
    });
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let allowed = group.iter().find_map(|p| std::fs::read_to_string(p).ok()?.trim().parse::<u64>().ok());
    total.unwrap_or(UNKNOWN_MACHINE).min(allowed.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes() {
        let read = |text: &str| parse_bytes(text).ok();
        assert_eq!(read("1024"), Some(1024));
        assert_eq!(read("4GiB"), Some(4 << 30));
        assert_eq!(read(" 0.5 mib "), Some(1 << 19));
        assert_eq!(read("2TB"), Some(2_000_000_000_000));
        for wrong in ["", "GiB", "4 gibibytes", "-1", "0", "1e3", "1..2"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_machine_has_memory() {
        assert!(machine_memory() > 1 << 20);
    }
}
