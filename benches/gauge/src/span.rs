//! What a stretch of the program's run takes.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::memory;

/// Where the measurement of a stretch began.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    cpu: Duration,
    wall: Instant,
    allocations: usize,
}

/// What a stretch took.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// User and system time of the whole process.
    pub cpu: Duration,
    /// Time on the clock.
    pub wall: Duration,
    /// How often memory was asked for, in a program that counts it.
    pub allocations: usize,
}

impl Span {
    /// Begins to measure.
    #[must_use]
    pub fn begin() -> Self {
        Self { cpu: cpu(), wall: Instant::now(), allocations: memory::allocations() }
    }

    /// What was taken since.
    #[must_use]
    pub fn read(&self) -> Reading {
        Reading {
            cpu: cpu().saturating_sub(self.cpu),
            wall: self.wall.elapsed(),
            allocations: memory::allocations() - self.allocations,
        }
    }
}

/// The CPU time of this process so far.
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
    fn work_takes_cpu_time_and_sleep_does_not() {
        let span = Span::begin();
        thread::sleep(Duration::from_millis(50));
        let asleep = span.read();
        while span.read().cpu < asleep.cpu + Duration::from_millis(20) {
            black_box((0..10_000).sum::<u64>());
        }
        assert!(asleep.wall >= Duration::from_millis(50));
        assert!(span.read().wall > asleep.wall);
    }
}
