//! What this machine offers.

/// Memory of a machine that does not tell.
const UNKNOWN_MACHINE: u64 = 8 << 30;

/// The machine's memory in bytes, or what the control group allows when that is less.
pub fn machine_memory() -> u64 {
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
    #[test]
    fn a_machine_has_memory() {
        assert!(super::machine_memory() > 1 << 20);
    }
}
