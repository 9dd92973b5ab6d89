//! What has gone wrong in a stream so far.

use std::time::Instant;

/// So often a server may say that it has yet to reach a version, before it is asked where it is: it may
/// have been set back to an older state.
pub(super) const TOO_LARGE_LIMIT: u32 = 5;

/// What has gone wrong so far, and what has not.
#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Debug, Default)]
pub(super) struct FailureHistory {
    /// Whether the server has ever answered: until then, not reaching it is a mistake to report.
    pub(super) reached_before: bool,
    /// Whether it has ever accepted a request: until then, a refusal is one too.
    pub(super) accepted_before: bool,
    /// Since when it refuses what it accepted before.
    pub(super) rejected_since: Option<Instant>,
    /// Whether the last watch ended with a 410, and nothing has come since.
    pub(super) last_was_gone: bool,
    /// Whether the last line was nonsense, and nothing has come since.
    pub(super) last_was_malformed: bool,
    pub(super) too_large_versions: u32,
    /// Whether the server is known to have reached the version that the stream stands at.
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

    /// Something came that moved the stream on.
    pub(super) fn progressed(&mut self) {
        (self.last_was_gone, self.last_was_malformed, self.too_large_versions) = (false, false, 0);
        self.confirmed = true;
    }

    /// The server has shown that it has reached the version that the stream stands at.
    pub(super) fn version_confirmed(&mut self) {
        self.too_large_versions = 0;
        self.confirmed = true;
    }

    /// Whether the server has said again and again that it has yet to reach the version.
    pub(super) fn take_repeated_too_large(&mut self) -> bool {
        std::mem::take(&mut self.too_large_versions) >= TOO_LARGE_LIMIT
    }

    pub(super) fn is_version_confirmed(&self) -> bool {
        self.confirmed
    }

    /// It may be another server that answers next.
    pub(super) fn connection_lost(&mut self) {
        self.confirmed = false;
    }
}
