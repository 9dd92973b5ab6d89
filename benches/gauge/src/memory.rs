//! The memory and sockets of this process.

use std::fs;

use stats_alloc::INSTRUMENTED_SYSTEM;

/// The resident memory of this process in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resident {
    /// The current value.
    pub now: u64,
    /// The highest value so far.
    pub peak: u64,
}

impl Resident {
    /// Reads both from `/proc/self/status`.
    ///
    /// # Panics
    ///
    /// Panics without Linux's `/proc`.
    #[must_use]
    pub fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
        Self::of(&status).expect("the kernel reports both")
    }

    /// Lets the highest value begin anew from the current one.
    ///
    /// # Panics
    ///
    /// Panics without Linux's `/proc`.
    pub fn reset_peak() {
        fs::write("/proc/self/clear_refs", "5").expect("Linux has it");
    }

    fn of(status: &str) -> Option<Self> {
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kib = line.strip_prefix(':')?.trim().strip_suffix(" kB")?;
            Some(kib.parse::<u64>().ok()? << 10)
        };
        Some(Self { now: bytes("VmRSS")?, peak: bytes("VmHWM")? })
    }
}

/// Returns the number of allocations in a program that counts them, else 0.
#[must_use]
pub fn allocations() -> usize {
    let stats = INSTRUMENTED_SYSTEM.stats();
    stats.allocations + stats.reallocations
}

/// Returns the allocated bytes that were not freed, in a program that counts them, else 0.
#[must_use]
pub fn live_bytes() -> usize {
    let stats = INSTRUMENTED_SYSTEM.stats();
    // Both include what reallocations add and free.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// Returns the number of open sockets of this process.
///
/// # Panics
///
/// Panics without Linux's `/proc`.
#[must_use]
pub fn sockets() -> usize {
    let open = fs::read_dir("/proc/self/fd").expect("Linux has it");
    let targets = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// Held by tests that measure the memory of the process, which they share.
#[cfg(test)]
pub(crate) static MEASURING: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn resident_memory_is_parsed() {
        let status = "Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t     300 kB\nVmRSS:\t     200 kB\n";
        assert_eq!(Resident::of(status), Some(Resident { now: 200 << 10, peak: 300 << 10 }));
        assert_eq!(Resident::of("VmRSS:\t 1 kB\n"), None);
        let resident = Resident::read();
        assert!(0 < resident.now && resident.now <= resident.peak, "{resident:?}");
    }

    #[test]
    fn open_sockets_are_counted() {
        let before = sockets();
        let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        assert_eq!(sockets(), before + held.len());
    }
}
