//! The past failures and successes of a stream that later decisions depend on.

use std::time::Instant;

/// After this many "Too large resource version" errors in a row, a version probe finds out whether
/// the server is only behind or was rolled back.
pub(super) const TOO_LARGE_LIMIT: u32 = 5;

/// Which failures and successes the stream has seen.
#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Debug, Default)]
pub(super) struct FailureHistory {
    /// Whether the server ever answered. Before that, a connection failure is terminal.
    pub(super) reached_before: bool,
    /// Whether the server ever accepted a request. Before that, a rejection is terminal.
    pub(super) accepted_before: bool,
    /// When the server began to reject what it had accepted before.
    pub(super) rejected_since: Option<Instant>,
    /// Whether the last watch ended with a 410, and nothing was received since.
    pub(super) last_was_gone: bool,
    /// Whether the last line was malformed, and nothing was received since.
    pub(super) last_was_malformed: bool,
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
        self.rejected_since = None;
    }

    /// Records that the stream's version advanced.
    pub(super) fn progressed(&mut self) {
        (self.last_was_gone, self.last_was_malformed, self.too_large_versions) = (false, false, 0);
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
