//! What memory and sockets this process has.

use std::fs;

use stats_alloc::INSTRUMENTED_SYSTEM;

/// The memory of this process that lies in RAM, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resident {
    /// What it is now.
    pub now: u64,
    /// The most that it ever was.
    pub peak: u64,
}

impl Resident {
    /// Asks the kernel.
    ///
    /// # Panics
    ///
    /// Where there is no `/proc` as Linux has it.
    #[must_use]
    pub fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
        Self::of(&status).expect("the kernel tells both")
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

/// How often memory was asked for, in a program that counts it; else 0.
#[must_use]
pub fn allocations() -> usize {
    let stats = INSTRUMENTED_SYSTEM.stats();
    stats.allocations + stats.reallocations
}

/// The bytes that were asked for and not given back, in a program that counts them; else 0.
#[must_use]
pub fn live_bytes() -> usize {
    let stats = INSTRUMENTED_SYSTEM.stats();
    // What reallocations add and take is part of the two.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// How many sockets this process has open.
///
/// # Panics
///
/// Where there is no `/proc` as Linux has it.
#[must_use]
pub fn sockets() -> usize {
    let open = fs::read_dir("/proc/self/fd").expect("Linux has it");
    let targets = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_kernels_figures_are_read() {
        let status = "Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t     300 kB\nVmRSS:\t     200 kB\n";
        assert_eq!(Resident::of(status), Some(Resident { now: 200 << 10, peak: 300 << 10 }));
        assert_eq!(Resident::of("VmRSS:\t 1 kB\n"), None);
        let resident = Resident::read();
        assert!(0 < resident.now && resident.now <= resident.peak, "{resident:?}");
    }

    #[test]
    fn sockets_are_counted() {
        let before = sockets();
        let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        assert_eq!(sockets(), before + held.len());
    }
}
