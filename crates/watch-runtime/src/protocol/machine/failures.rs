//! What has gone wrong in a stream so far.

use std::time::Instant;

/// So often a server may say that it has yet to reach a version, before it is asked where it is: it may
/// have been set back to an older state.
pub(super) const TOO_LARGE: u32 = 5;

/// What has gone wrong so far, and what has not.
#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// Whether the server has ever answered: until then, not reaching it is a mistake to report.
    pub(super) reached: bool,
    /// Whether it has ever accepted a request: until then, a refusal is one too.
    pub(super) accepted: bool,
    /// Since when it refuses what it accepted before.
    pub(super) refusing_since: Option<Instant>,
    /// Whether the last watch ended with a 410, and nothing has come since.
    pub(super) gone: bool,
    /// Whether the last line was nonsense, and nothing has come since.
    pub(super) nonsense: bool,
    pub(super) too_large: u32,
    /// Whether the server is known to have reached the version that the stream stands at.
    pub(super) confirmed: bool,
}

impl Failures {
    pub(super) fn reached(&mut self) {
        self.reached = true;
    }

    pub(super) fn has_reached(&self) -> bool {
        self.reached
    }

    pub(super) fn accepted(&mut self) {
        self.accepted = true;
        self.refusing_since = None;
    }

    /// Something came that moved the stream on.
    pub(super) fn went_well(&mut self) {
        (self.gone, self.nonsense, self.too_large) = (false, false, 0);
        self.confirmed = true;
    }

    /// The server has shown that it has reached the version that the stream stands at.
    pub(super) fn confirmed(&mut self) {
        self.too_large = 0;
        self.confirmed = true;
    }

    /// Whether the server has said again and again that it has yet to reach the version.
    pub(super) fn take_too_large(&mut self) -> bool {
        std::mem::take(&mut self.too_large) >= TOO_LARGE
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    /// It may be another server that answers next.
    pub(super) fn lost(&mut self) {
        self.confirmed = false;
    }
}
