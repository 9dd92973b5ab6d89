//! How long shards have no holder, and how long nothing is delivered for them, by what has caused it.

use std::collections::BTreeMap;

use crate::lag::Distribution;
use crate::time::Micros;

/// Why a shard has no holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It is the beginning.
    Beginning,
    /// Its replica was killed.
    Killed,
    /// Its replica has stopped.
    Stopped,
    /// Its replica stood still.
    Paused,
    /// Its replica could not reach the server of the Leases.
    CutOff,
    /// The server of the Leases was down.
    LeasesDown,
    /// Another replica has too few.
    Balance,
}

/// The times of one cause.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    /// Until the next holder has the Lease.
    pub without_holder: Distribution,
    /// Until the next holder has read what was stored, and goes on.
    pub without_delivery: Distribution,
}

#[derive(Debug, Default)]
pub(crate) struct GapLog {
    /// Shards without a holder: since when, and since when nothing is delivered.
    open: BTreeMap<u32, (Cause, Micros, Micros)>,
    /// Shards that are held, for which nothing is delivered yet.
    starting: BTreeMap<u32, (Cause, Micros)>,
    pub(crate) closed: BTreeMap<Cause, Gaps>,
}

impl GapLog {
    pub(crate) fn begin(&mut self, lease: u32, cause: Cause, now: Micros) {
        let (_, since) = self.starting.remove(&lease).unwrap_or((cause, now));
        self.open.entry(lease).or_insert((cause, now, since));
    }

    /// The holder goes on: it was no gap.
    pub(crate) fn cancel(&mut self, lease: u32) {
        self.open.remove(&lease);
    }

    pub(crate) fn held(&mut self, lease: u32, now: Micros) {
        if let Some((cause, unheld, since)) = self.open.remove(&lease) {
            self.closed.entry(cause).or_default().without_holder.add(now - unheld);
            self.starting.insert(lease, (cause, since));
        }
    }

    pub(crate) fn ready(&mut self, lease: u32, now: Micros) {
        if let Some((cause, since)) = self.starting.remove(&lease) {
            self.closed.entry(cause).or_default().without_delivery.add(now - since);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.open.is_empty() && self.starting.is_empty()
    }
}
