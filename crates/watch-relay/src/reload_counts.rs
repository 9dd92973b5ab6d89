//! How often the configuration was reloaded.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// How often the configuration was reloaded, for whoever asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReloadCounts(Arc<Mutex<Reloads>>);

/// How often the configuration was reloaded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reloads {
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) has_last_failed: bool,
    /// When the configuration began to hold, as of a reload or the start.
    pub(crate) since: Timestamp,
}

impl ReloadCounts {
    pub(crate) fn started(&self) {
        self.change(|reloads| reloads.since = Timestamp::now());
    }

    pub(crate) fn succeeded(&self) {
        self.change(|reloads| {
            reloads.succeeded += 1;
            reloads.has_last_failed = false;
            reloads.since = Timestamp::now();
        });
    }

    pub(crate) fn failed(&self) {
        self.change(|reloads| {
            reloads.failed += 1;
            reloads.has_last_failed = true;
        });
    }

    pub(crate) fn get(&self) -> Reloads {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Reloads)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
