//! The clock that the server and the programs share.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Returns the time since an arbitrary point that all processes share (`CLOCK_MONOTONIC`).
///
/// # Panics
///
/// Panics if the system has no such clock.
#[must_use]
pub fn monotonic() -> Duration {
    clock_gettime(ClockId::CLOCK_MONOTONIC).expect("POSIX has it").into()
}
