//! The CPU time of child processes.

use std::time::Duration;

use crate::error::{Failure, Result};

/// Returns user and system time of all terminated children and their descendants.
#[cfg(unix)]
pub(super) fn of_children() -> Result<Duration> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| {
        Failure::new(format!("cannot read the CPU time of child processes: {error}"))
    })?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Duration::from_micros(micros.unsigned_abs()))
}

/// Fails: not available on this platform.
#[cfg(not(unix))]
pub(super) fn of_children() -> Result<Duration> {
    Err(Failure::new("the CPU time of a process is available on Unix only"))
}
