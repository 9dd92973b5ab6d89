//! What must hold, at every step and at the end.

use crate::sabotage::Sabotage;
use crate::stream::{Message, Stream};

/// So many violations are described.
const DESCRIBED: usize = 20;

#[derive(Debug, Default)]
pub(crate) struct Checks {
    pub(crate) sabotage: Option<Sabotage>,
    pub(crate) violations: Vec<String>,
    pub(crate) violation_count: u64,
    /// Messages that were stored.
    pub(crate) stored: u64,
    /// Changes that were never seen, since the server no longer had them, and a later state was stored.
    pub(crate) skipped: u64,
    pub(crate) repairs: u64,
    /// Messages that came again, and were recognised.
    pub(crate) recognised: u64,
    /// Messages of a former holder that were stored, each the next of its object, since nobody had stored it yet.
    pub(crate) late: u64,
    /// How often a former holder was refused.
    pub(crate) fenced: u64,
}

impl Checks {
    pub(crate) fn violated(&mut self, what: String) {
        self.violation_count += 1;
        if self.violations.len() < DESCRIBED {
            self.violations.push(what);
        }
    }

    /// A sink stores a message: it must be the next of its object.
    pub(crate) fn stored(&mut self, stream: &Stream, message: Message, epoch: u64) {
        let last = stream.stored[message.place as usize];
        let Message { place, serial, is_repair, .. } = message;
        let Stream { cluster, part, .. } = stream;
        let object = format_args!("cluster {cluster}, part {part}, object {place}");
        if serial <= last {
            self.violated(format!("{object}: change {serial} is stored after {last}"));
        } else if serial > last + 1 && !is_repair {
            self.violated(format!("{object}: change {serial} is stored after {last}: lost"));
        }
        self.stored += 1;
        self.repairs += u64::from(is_repair);
        self.skipped += u64::from((serial - last.min(serial)).saturating_sub(1));
        self.late += u64::from(epoch < stream.fence);
    }
}
