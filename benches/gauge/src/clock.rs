//! The clock that sender and receiver share.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// The time since an arbitrary moment, the same for all processes (`CLOCK_MONOTONIC`).
///
/// # Panics
///
/// Where the system has no such clock.
#[must_use]
pub fn monotonic() -> Duration {
    clock_gettime(ClockId::CLOCK_MONOTONIC).expect("POSIX has it").into()
}
