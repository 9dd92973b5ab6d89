//! The CPU time that other processes took.

use std::time::Duration;

use crate::error::{Failure, Result};

/// User and system time of all processes that this one started and waited for, and of theirs.
#[cfg(unix)]
pub(super) fn of_children() -> Result<Duration> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_err(|error| Failure::new(format!("cannot tell the CPU time of a process: {error}")))?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Duration::from_micros(micros.unsigned_abs()))
}

/// There is no such figure elsewhere.
#[cfg(not(unix))]
pub(super) fn of_children() -> Result<Duration> {
    Err(Failure::new("the CPU time of a process can be told on Unix only"))
}
