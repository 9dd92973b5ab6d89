//! Injects the faults of a history.

use std::time::{Duration, Instant};

use crate::faults::happens;
use crate::link::Link;
use crate::world::{FLAPPING, Flapping, World};

impl World {
    /// Perhaps injects a fault, or restarts the stream. Returns whether it did.
    pub(crate) fn inject_fault(&mut self, deadline: Option<Instant>) -> bool {
        let open = matches!(self.link, Link::Body(_) | Link::Watch(_));
        // Before the first accepted request, failures are terminal.
        if !self.accepted {
            return false;
        }
        if happens(&mut self.random, self.faults.compact) {
            self.server.compact(&mut self.random);
            return false;
        }
        if open && happens(&mut self.random, self.faults.disconnect) {
            self.break_connection();
        } else if happens(&mut self.random, self.faults.stall) {
            self.link = Link::Nothing;
            self.time_out(deadline);
        } else if happens(&mut self.random, self.faults.restart) {
            self.down_until = self.now + Duration::from_millis(self.random.u64(..20_000));
            if self.random.u8(..4) > 0 {
                self.server.compacted = self.server.revision;
            }
            if open {
                self.break_connection();
            }
        } else if happens(&mut self.random, self.faults.stop) {
            self.restart_stream();
        } else if happens(&mut self.random, self.faults.suspend) {
            let hours = self.random.u64(1..48);
            self.pass(Duration::from_hours(hours));
            self.watcher.deadline(self.now);
        } else if happens(&mut self.random, self.faults.roll_back) {
            return self.roll_back();
        } else if self.flapping.is_none() && happens(&mut self.random, self.faults.flap) {
            self.flapping = Some(Flapping { until: self.now + FLAPPING, requests: 0 });
            if open {
                self.break_connection();
            }
        } else {
            return false;
        }
        true
    }

    /// Rolls the server back to an older state, as a restore of etcd does.
    fn roll_back(&mut self) -> bool {
        // A bookmark may have advanced the version in this step.
        let version = self.watcher.version().and_then(|version| self.number(version).ok());
        let Some(stream_version) = version.filter(|_| !self.watcher.is_relisting()) else {
            return false;
        };
        if self.consumer.has_newer_than(stream_version) {
            return false;
        }
        if matches!(self.link, Link::Body(_) | Link::Watch(_)) {
            self.drop_connection();
        }
        self.server.roll_back(stream_version, &mut self.random);
        self.consumer.rolled_back();
        self.rollback_needs_a_commit();
        true
    }

    /// Stops the stream and starts another.
    pub(crate) fn restart_stream(&mut self) {
        self.link = Link::Nothing;
        self.not_before = None;
        // Until a request is accepted, failures of the new stream are terminal.
        self.accepted = false;
        self.down_until = self.now;
        self.watcher.stop_and_stream();
    }
}
