//! What this machine offers, and what a process takes of it.

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

/// Bytes that a process (this one for none) holds in memory and no file backs: programs and mapped files do not count, the
/// system can drop them. Zero where that is not told.
pub fn held_memory(pid: Option<u32>) -> u64 {
    let process = pid.map_or_else(|| "self".to_owned(), |pid| pid.to_string());
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok();
    let line = status.as_deref().and_then(|text| text.lines().find_map(|l| l.strip_prefix("RssAnon:")));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_holds_memory() {
        assert!(super::held_memory(None) > 4096);
        assert!(super::held_memory(Some(std::process::id())) > 4096);
        assert_eq!(super::held_memory(Some(u32::MAX)), 0);
    }

    #[test]
    fn a_machine_has_memory() {
        assert!(super::machine_memory() > 1 << 20);
    }
}
