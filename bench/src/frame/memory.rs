//! What the kernel says of a process's memory.

use super::Result;

/// The kernel's mark of the most memory that this process ever used is set to what it uses now.
pub fn forget_peak() -> std::io::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5")
}

/// The most memory that this process used, in MB.
pub fn peak() -> Result<u64> {
    peak_of("self")?.ok_or_else(|| "no VmHWM".into())
}

/// The same of another process; none once it has ended.
pub fn peak_of(process: &str) -> Result<Option<u64>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) else { return Ok(None) };
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(Some(kilobytes.div_ceil(1024)))
}
