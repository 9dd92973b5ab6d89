//! The time, which the caller tells.

use std::time::Duration;

use jiff::Timestamp;

/// A moment, on two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time in the cluster, by which ages and rates are counted. In a recording, it may jump.
    pub time: Timestamp,
    /// The time since the program's start, which never goes back: for how long something is lit.
    pub elapsed: Duration,
}

impl Now {
    /// Returns how long ago something was, by the clock that never goes back.
    pub(crate) fn since(self, elapsed: Duration) -> Duration {
        self.elapsed.saturating_sub(elapsed)
    }
}
