//! 410 Gone: the resource version or the continue token has expired.
//!
//! A managed stream closes the gap with a relist. An unmanaged stream, and one that does not repair
//! gaps, ends.

use crate::api_status::ApiStatus;
use crate::error::Kind;
use crate::event::Origin;
use crate::index::Index;
use crate::machine::core::Machine;
use crate::machine::state::State;
use crate::status::Cause;

impl Machine {
    /// The events after the stream's version are gone.
    pub(super) fn handle_gone(&mut self, status: ApiStatus, kind: fn(ApiStatus) -> Kind) {
        if self.requests_oldest_event {
            self.retry_or_back_off(Cause::Gone);
            match status.oldest_version() {
                // The server may have compacted further since it named its oldest version.
                Some(oldest) if self.version.as_deref() != Some(oldest) => {
                    self.version = Some(oldest.to_owned());
                }
                // The 410 does not name the oldest version, or names the one that was just
                // rejected: there is no version to watch from.
                _ => {
                    self.version = None;
                    self.repair_gap();
                }
            }
            return;
        }
        if self.watcher_state.index.is_none() {
            return self.end_with(kind(status));
        }
        self.retry_or_back_off(Cause::Gone);
        self.repair_gap();
    }

    /// The continue token has expired: the list restarts from its first page.
    pub(super) fn handle_expired_continue_token(&mut self, status: ApiStatus) {
        if self.watcher_state.index.is_none() {
            return self.end_with(Kind::PagesExpired(status));
        }
        self.retry_or_back_off(Cause::Gone);
        if let Some(relist) = &self.relist {
            let origin = relist.origin;
            self.start_relist(origin, false);
        }
    }

    /// Retries the first 410 immediately, and backs off from each one that follows before a
    /// connection has lasted, even if events came in between. The backoff is one of its own: a gap
    /// after an outage is repaired at once.
    pub(super) fn retry_or_back_off(&mut self, cause: Cause) {
        let is_first = self.gap_backoff.failures() == 0;
        let wait = self.gap_backoff.next(None, &mut self.rng);
        if is_first {
            self.restart_cause = Some(cause);
            self.state = State::Ready;
        } else {
            self.sleep(wait, cause);
        }
    }

    /// Starts the relist that finds out what happened since the stream's version.
    pub(super) fn repair_gap(&mut self) {
        if std::mem::take(&mut self.requests_oldest_event) {
            // Nothing was delivered, and the version is none that the server has named.
            self.version = None;
        }
        // Without a version, no list was ever completed, and this one is still the initial list, unless the
        // server's lists have no version. If the user gave a version, the index is empty, but the events
        // after it are a gap all the same.
        let listed_before = self.watcher_state.index.as_ref().is_some_and(Index::is_complete);
        let is_gap = self.version.is_some() || listed_before;
        let origin = if is_gap { Origin::Repair } else { Origin::Initial };
        let streaming = self.uses_streaming_list();
        self.start_relist(origin, streaming);
    }
}
