//! What the streams of one watcher share.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use watch_protocol::WatchStatus;
use watch_protocol::machine::WatcherState;

/// Replaced when a setting changes which objects are watched.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Locked by a stream for the duration of a poll.
    pub(crate) watcher_state: Mutex<WatcherState>,
    pub(crate) status: watch::Sender<WatchStatus>,
    /// The id of the newest stream; ids count up from 1.
    pub(crate) current: AtomicU64,
}

impl Shared {
    /// Ignores poisoning: the state is consistent between polls, and a poll that panicked has left an
    /// empty one.
    pub(crate) fn watcher_state(&self) -> MutexGuard<'_, WatcherState> {
        self.watcher_state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
