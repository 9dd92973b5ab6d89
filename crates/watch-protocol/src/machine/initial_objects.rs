//! The initial objects of a streaming list, and how long their end is waited for.
//!
//! A server that does not know `sendInitialEvents` sends the same objects, then changes, and never the end. The
//! end is waited for
//!
//! - for 10 s after the newest object that was new. An object that the list has had before is none, and neither is
//!   one after the first change (or bookmark): a server sends all initial objects before any change;
//! - until 10 min after the list began, for a server that sends creations and nothing else. A list that takes
//!   longer, be it because of a slow link or a slow consumer, is better requested in pages, each of which is
//!   progress.

use std::time::{Duration, Instant};

/// For more objects.
const OBJECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For all of them.
const TOTAL_TIMEOUT: Duration = Duration::from_mins(10);

/// When the initial objects of a watch arrived.
#[derive(Clone, Copy, Debug)]
pub(super) struct InitialObjects {
    since: Instant,
    /// When the newest one arrived.
    newest: Instant,
    /// Whether something else has arrived: these were all.
    are_over: bool,
}

impl InitialObjects {
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now, newest: now, are_over: false }
    }

    /// Records an object that the list had before, or had not.
    pub(super) fn received(&mut self, is_repeated: bool, now: Instant) {
        self.are_over |= is_repeated;
        if !self.are_over {
            self.newest = now;
        }
    }

    /// Records an event that is not an initial object.
    pub(super) fn change_received(&mut self) {
        self.are_over = true;
    }

    /// Returns when to give up. `incomplete` is when a part of the next line arrived.
    pub(super) fn deadline(&self, incomplete: Option<Instant>) -> Instant {
        let newest = incomplete.map_or(self.newest, |part| part.max(self.newest));
        (newest + OBJECT_TIMEOUT).min(self.since + TOTAL_TIMEOUT)
    }
}
