//! The past failures and successes of a stream that later decisions depend on.

use std::sync::Arc;
use std::time::Instant;

use crate::error::Kind;
use crate::status::{Cause, Interruption};

/// After this many "Too large resource version" errors in a row, a version probe finds out whether
/// the server is only behind or was rolled back.
pub(super) const TOO_LARGE_LIMIT: u32 = 5;

/// Which failures and successes the stream has seen.
#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Debug, Default)]
pub(super) struct FailureHistory {
    /// Whether the server ever answered. Before that, a connection failure is terminal.
    pub(super) reached_before: bool,
    /// Whether the server ever accepted a request. Before that, a rejection that a person must
    /// mend is terminal.
    pub(super) accepted_before: bool,
    /// Whether the server ever accepted a watch.
    pub(super) watched_before: bool,
    /// Whether a response was ever a list or a watch. Before that, one that is neither is terminal.
    pub(super) understood_before: bool,
    /// When the server began to say that it does not have the resource.
    pub(super) missing_since: Option<Instant>,
    /// The failures since the stream last made progress.
    pub(super) interruption: Option<Interruption>,
    /// Why the last request got no response, if that was the last failure.
    pub(super) unreachable: Option<Arc<str>>,
    /// The error to end with at the end of the current wait.
    pub(super) gives_up_with: Option<Kind>,
    /// "Too large resource version" errors in a row.
    pub(super) too_large_versions: u32,
    /// Whether the server is known to have reached the stream's version.
    pub(super) confirmed: bool,
}

impl FailureHistory {
    pub(super) fn server_reached(&mut self) {
        self.reached_before = true;
    }

    pub(super) fn has_reached_server(&self) -> bool {
        self.reached_before
    }

    pub(super) fn request_accepted(&mut self) {
        self.accepted_before = true;
        self.missing_since = None;
    }

    /// Records that a response is a list or a watch.
    pub(super) fn response_understood(&mut self) {
        self.request_accepted();
        self.understood_before = true;
    }

    /// Records a failure. Returns when the first one since the last progress occurred.
    pub(super) fn failed(&mut self, cause: Cause, now: Instant) -> Instant {
        if cause != Cause::Rejected(404) {
            self.missing_since = None;
        }
        if cause != Cause::Unreachable {
            self.unreachable = None;
        }
        let since = self.interruption.map_or(now, |interruption| interruption.since);
        self.interruption = Some(Interruption { since, cause });
        since
    }

    /// Records that the stream has made progress: an event, an item, or a connection that lasted.
    pub(super) fn recovered(&mut self) {
        self.interruption = None;
        self.unreachable = None;
    }

    /// Records that the stream's version advanced.
    pub(super) fn progressed(&mut self) {
        self.too_large_versions = 0;
        self.confirmed = true;
    }

    /// Records that the server has reached the stream's version.
    pub(super) fn version_confirmed(&mut self) {
        self.too_large_versions = 0;
        self.confirmed = true;
    }

    /// Resets the count of "Too large resource version" errors. Returns whether it had reached the
    /// limit.
    pub(super) fn take_repeated_too_large(&mut self) -> bool {
        std::mem::take(&mut self.too_large_versions) >= TOO_LARGE_LIMIT
    }

    pub(super) fn is_version_confirmed(&self) -> bool {
        self.confirmed
    }

    /// Records that the connection was lost: the next response may come from another server.
    pub(super) fn connection_lost(&mut self) {
        self.confirmed = false;
    }
}
