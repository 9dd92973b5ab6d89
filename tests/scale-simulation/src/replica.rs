//! A replica: a process with its decisions about Leases, its clock, and one core.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use watch_relay::shards::ReplicaSettings;
use watch_relay::simulation::LeaseMachine;

use crate::time::{Micros, SECOND};
use crate::usage::Usage;

pub(crate) struct Replica {
    /// Where it runs: a place has one replica after the other.
    pub(crate) place: u32,
    pub(crate) machine: LeaseMachine,
    pub(crate) settings: ReplicaSettings,
    pub(crate) clock: Clock,
    pub(crate) is_alive: bool,
    pub(crate) paused_until: Micros,
    /// Until when it does not reach the server of the Leases.
    pub(crate) cut_until: Micros,
    /// Whether it shuts down, and after what time it is started again.
    pub(crate) stops: bool,
    pub(crate) starts_after: Micros,
    /// How many changes of Leases it was shown.
    pub(crate) seen: usize,
    pub(crate) watch_is_due: bool,
    /// Which of its waits is the present one.
    pub(crate) wait: u32,
    /// Its shards, with what works on them.
    pub(crate) held: BTreeMap<u32, Held>,
    pub(crate) usage: Usage,
}

/// A shard that a replica works on.
pub(crate) struct Held {
    pub(crate) epoch: u64,
    pub(crate) instances: Vec<u32>,
}

/// A clock that is ahead, and runs a little faster or slower than time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) base: Instant,
    pub(crate) offset: Micros,
    /// In thousandths.
    pub(crate) rate: u64,
}

impl Clock {
    pub(crate) fn at(&self, now: Micros) -> Instant {
        self.base + Duration::from_micros(self.offset + now * self.rate / 1000)
    }

    /// Returns the world's time at which it shows an instant.
    pub(crate) fn when(&self, instant: Instant) -> Micros {
        let shown = instant.saturating_duration_since(self.base).as_micros();
        let shown = Micros::try_from(shown).unwrap_or(Micros::MAX / 2000);
        shown.saturating_sub(self.offset) * 1000 / self.rate + 1
    }
}

impl Replica {
    /// Whether it does anything now.
    pub(crate) fn runs(&self, now: Micros) -> bool {
        self.is_alive && self.paused_until <= now
    }

    /// Returns until when it may work on a shard, in the world's time.
    pub(crate) fn may_work(&self, lease: u32, now: Micros) -> bool {
        self.machine.valid_until(lease).is_some_and(|until| self.clock.at(now) < until)
    }

    /// Works for so long, after what it has to do before. Returns when that is done.
    pub(crate) fn work(&mut self, now: Micros, cost: Micros) -> Micros {
        self.usage.work(now, cost)
    }
}

/// Clocks run at rates that differ by up to this many thousandths.
pub(crate) const RATES: std::ops::RangeInclusive<u64> = 980..=1020;
/// Clocks are ahead by up to this.
pub(crate) const OFFSETS: std::ops::Range<Micros> = 0..10_000 * SECOND;
