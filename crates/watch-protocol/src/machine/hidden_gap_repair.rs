//! Compares with the server's state where a gap may be hidden (`hidden_gap`).

use std::time::{Duration, Instant};

use crate::machine::core::Machine;
use crate::machine::injected_bug::InjectedBug;
use crate::machine::state::State;
use crate::status::Cause;

impl Machine {
    /// Whether no version stands for what was delivered, and so there is none to watch from.
    fn is_unversioned(&self) -> bool {
        let is_unversioned = self.version.is_none() || self.watcher_state.needs_relist;
        is_unversioned && !self.has_bug(InjectedBug::ResumeWithoutVersions)
    }

    /// The body of a watch has ended, or was cut.
    pub(super) fn watch_closed(&mut self, cut: bool, now: Instant) {
        if self.relist.is_none() {
            self.hidden_gap.watch_closed(cut, now);
        }
    }

    /// Starts a comparison with the server's state before the next watch, if the watches before it call for one.
    pub(super) fn repair_hidden_gap(&mut self, now: Instant) {
        if !self.is_managed()
            || self.relist.is_some()
            || self.probing_version
            || self.watcher_state.index.is_none()
            || self.has_bug(InjectedBug::IgnoreHiddenGaps)
        {
            return;
        }
        let is_unversioned = self.is_unversioned();
        match self.hidden_gap.comparison(is_unversioned, now) {
            None => {}
            Some(Duration::ZERO) => {
                self.hidden_gap.comparison_begins(is_unversioned, now);
                self.repair_gap();
            }
            Some(wait) => {
                let cause = self.restart_cause.unwrap_or(Cause::Disconnected);
                self.restart_cause = Some(cause);
                self.state = State::BackingOff { wait, cause, reported: false };
            }
        }
    }
}
