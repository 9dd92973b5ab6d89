//! CPU time, wall time and allocations of a span of the program's run.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::memory;

/// The start of a span.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    cpu: Duration,
    wall: Instant,
    allocations: usize,
}

/// The cost of a span.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// User and system time of the process.
    pub cpu: Duration,
    /// Wall time.
    pub wall: Duration,
    /// The number of allocations, in a program that counts them.
    pub allocations: usize,
}

impl Span {
    /// Starts a span.
    #[must_use]
    pub fn start() -> Self {
        Self { cpu: cpu(), wall: Instant::now(), allocations: memory::allocations() }
    }

    /// Returns the cost since the start.
    #[must_use]
    pub fn read(&self) -> Reading {
        Reading {
            cpu: cpu().saturating_sub(self.cpu),
            wall: self.wall.elapsed(),
            allocations: memory::allocations() - self.allocations,
        }
    }
}

/// Returns the CPU time of this process so far.
fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("POSIX has it");
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Duration::from_micros(micros.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::thread;

    use super::*;

    #[test]
    fn work_uses_cpu_time_and_sleep_does_not() {
        let span = Span::start();
        thread::sleep(Duration::from_millis(50));
        let asleep = span.read();
        while span.read().cpu < asleep.cpu + Duration::from_millis(20) {
            black_box((0..10_000).sum::<u64>());
        }
        assert!(asleep.wall >= Duration::from_millis(50));
        assert!(span.read().wall > asleep.wall);
    }
}
