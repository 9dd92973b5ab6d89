//! The clock by which ages are told: the present time, or that of a replay.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// A clock. Clones are set together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Mutex<Option<Timestamp>>>);

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let set = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        set.unwrap_or_else(Timestamp::now)
    }

    /// Stops the clock at a time.
    pub(crate) fn set(&self, time: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(time);
    }
}
