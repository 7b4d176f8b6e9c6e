//! What the machine and this process take in memory.

/// Share of the machine's memory that is used when nobody says otherwise.
const DEFAULT_PERCENT: u64 = 70;

/// Above this share of the limit a worker takes no more tasks.
const HALT_PERCENT: u64 = 80;

/// Below this share it takes tasks again.
const RESUME_PERCENT: u64 = 70;

/// 70 % of the machine's memory, or of what the control group allows.
pub(crate) fn default_limit() -> u64 {
    swath_execute::machine_memory() / 100 * DEFAULT_PERCENT
}

/// Resident bytes of this process; zero where that is not told.
pub(crate) fn resident() -> u64 {
    /// Bytes of a page on every platform that has this file.
    const PAGE: u64 = 4096;
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * PAGE
}

/// Whether to stop or begin taking tasks again, if anything is to change.
pub(crate) fn verdict(resident: u64, limit: u64, halted: bool) -> Option<bool> {
    let percent = |p: u64| limit / 100 * p;
    match halted {
        false if resident > percent(HALT_PERCENT) => Some(true),
        true if resident < percent(RESUME_PERCENT) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halts_above_and_resumes_below() {
        assert_eq!(verdict(81_000, 100_000, false), Some(true));
        assert_eq!(verdict(75_000, 100_000, false), None);
        assert_eq!(verdict(75_000, 100_000, true), None);
        assert_eq!(verdict(69_000, 100_000, true), Some(false));
        assert!(resident() > 0 && default_limit() > 1 << 20);
    }
}
