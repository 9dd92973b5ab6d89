//! The version probe: finds out whether the server has reached the stream's version.
//!
//! Kubernetes 1.20 and others accept a watch from a version they have yet to reach, and send
//! nothing until they do. So does a server that was rolled back, as after etcd was restored from a
//! backup. Such a watch looks like one without events. If bookmarks were requested and none came
//! before the idle timeout, the machine lists a single object: the list carries the server's
//! current version. A server that has passed the stream's version by then is not detected, since
//! nothing in the protocol shows it.

use crate::machine::core::Machine;
use crate::machine::injected_bug::InjectedBug;
use crate::machine::state::State;
use crate::version::is_older;

impl Machine {
    /// Whether an idle timeout calls for a version probe.
    pub(super) fn should_probe_version(&self) -> bool {
        let watching = matches!(self.state, State::Watching { .. }) && self.relist.is_none();
        watching
            && !self.failures.is_version_confirmed()
            && self.version().is_some()
            && !self.has_bug(InjectedBug::SkipVersionProbe)
    }

    /// The probe returned the server's current version.
    pub(super) fn version_probed(&mut self, current: Option<&str>) {
        self.probing_version = false;
        // After repeated "Too large resource version" errors, a version that cannot be compared
        // counts as older.
        let repeatedly_too_large = self.failures.take_repeated_too_large();
        match (current, self.version()) {
            (Some(current), Some(ours))
                if is_older(current, ours)
                    || (repeatedly_too_large && current != ours && !is_older(ours, current)) =>
            {
                self.handle_rollback(current.to_owned());
            }
            (current, ours) => {
                let is_ahead = current.is_some() && current != ours;
                self.hidden_gap.server_probed(is_ahead);
                self.failures.version_confirmed();
                self.state = State::Ready;
            }
        }
    }

    /// The probe failed: the stream resumes as if it had not been sent.
    pub(super) fn version_probe_failed(&mut self) {
        self.probing_version = false;
        self.failures.version_confirmed();
        self.state = State::Ready;
    }
}
