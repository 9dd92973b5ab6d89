//! The next request, and when there will be one.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use watchable_core::fnv1a;

use super::Machine;
use super::balance::Wanted;
use crate::shards::lease::Lease;
use crate::shards::lease_view::{InFlight, LeaseView};
use crate::shards::request::{Purpose, Request, Verb};
use crate::shards::slot::{Slot, Tenure};

/// A wait without anything to wait for.
const IDLE: Duration = Duration::from_mins(1);

impl Machine {
    /// Returns the next request, given which shards are wanted.
    pub(super) fn next_request(
        &mut self,
        wanted: &Wanted,
        now: Instant,
        time: Timestamp,
    ) -> Option<Request> {
        self.presence_request(now, time)
            .or_else(|| self.request_of_a_holder(now, time))
            .or_else(|| self.acquisition(wanted, now, time))
            .or_else(|| self.deletion_of_a_replica(now))
    }

    fn presence_request(&mut self, now: Instant, time: Timestamp) -> Option<Request> {
        if !self.presence.is_ready(now) || self.synced.is_none() {
            return None;
        }
        let (purpose, verb) = match self.presence.lease() {
            _ if self.presence.must_read => (Purpose::Read, Verb::Read),
            Some(lease) if self.shutting_down.is_some() => {
                (Purpose::Delete, Verb::Delete(lease.version().to_owned()))
            }
            None if self.shutting_down.is_some() => return None,
            Some(lease) => (Purpose::Renew, Verb::Update(self.renewed(lease.clone(), time))),
            None => {
                let lease = Lease::new(&self.presence.name, self.settings.labels());
                let lease = lease.with_clusters(&self.clusters);
                let seconds = self.settings.lease_seconds();
                let lease = lease.acquired(&self.settings.identity, seconds, 0, time);
                (Purpose::Renew, Verb::Create(lease))
            }
        };
        Some(send(&mut self.presence, purpose, verb, now))
    }

    /// Returns a renewal, or what gives a shard back.
    fn request_of_a_holder(&mut self, now: Instant, time: Timestamp) -> Option<Request> {
        let due = |slot: &&Slot| {
            let has_tenure = matches!(slot.tenure, Tenure::Held { .. } | Tenure::Releasing { .. });
            has_tenure && slot.view.is_ready(now)
        };
        // The one that waits the longest.
        let slot = self.slots.iter().filter(due).min_by_key(|slot| slot.view.not_before)?;
        let at = self.slots.iter().position(|other| other.shard == slot.shard)?;
        let (purpose, verb) = match (slot.view.lease(), slot.tenure) {
            _ if slot.view.must_read => (Purpose::Read, Verb::Read),
            (Some(lease), Tenure::Releasing { .. }) => {
                (Purpose::Release, Verb::Update(lease.clone().released(time)))
            }
            (Some(lease), _) => (Purpose::Renew, Verb::Update(self.renewed(lease.clone(), time))),
            (None, Tenure::Held { epoch, .. }) => {
                let lease = Lease::new(&slot.view.name, self.settings.labels());
                let seconds = self.settings.lease_seconds();
                let lease = lease.acquired(&self.settings.identity, seconds, epoch, time);
                (Purpose::Renew, Verb::Create(lease))
            }
            (None, _) => return None,
        };
        Some(send(&mut self.slots[at].view, purpose, verb, now))
    }

    /// Takes over a shard that is free, if one is wanted.
    fn acquisition(&mut self, wanted: &Wanted, now: Instant, time: Timestamp) -> Option<Request> {
        if wanted.is_empty() {
            // What was taken over by a request whose response was lost.
            let leftover = self.slots.iter_mut().find(|slot| {
                slot.tenure == Tenure::None
                    && slot.view.is_held_by(&self.settings.identity)
                    && slot.view.is_ready(now)
            })?;
            leftover.tenure = Tenure::Releasing { until: now + self.settings.lease_duration };
            return self.request_of_a_holder(now, time);
        }
        let candidates = self.slots.iter().enumerate().filter(|(at, slot)| {
            wanted.contains(*at)
                && slot.tenure == Tenure::None
                && slot.view.is_ready(now)
                && self.is_free(&slot.view, now)
        });
        // Each replica begins with others, so that few conflict.
        let preference =
            |slot: &Slot| fnv1a(format!("{}/{}", self.settings.identity, slot.shard).as_bytes());
        let (at, slot) = candidates.min_by_key(|(_, slot)| preference(slot))?;
        if slot.view.must_read {
            return Some(send(&mut self.slots[at].view, Purpose::Read, Verb::Read, now));
        }
        let transitions = slot.view.next_transitions();
        let seconds = self.settings.lease_seconds();
        let acquired =
            |lease: Lease| lease.acquired(&self.settings.identity, seconds, transitions, time);
        let verb = match slot.view.lease() {
            Some(lease) => Verb::Update(acquired(lease.clone())),
            None => Verb::Create(acquired(Lease::new(&slot.view.name, self.settings.labels()))),
        };
        self.slots[at].tenure = Tenure::Acquiring;
        Some(send(&mut self.slots[at].view, Purpose::Acquire, verb, now))
    }

    fn deletion_of_a_replica(&mut self, now: Instant) -> Option<Request> {
        if self.synced.is_none() || self.shutting_down.is_some() {
            return None;
        }
        let gone = self.replicas_to_delete(now).find(|(name, at)| {
            *at <= now && self.others.get(*name).is_some_and(|view| view.is_ready(now))
        });
        let gone = gone.map(|(name, _)| name.to_owned());
        let view = self.others.get_mut(&gone?)?;
        let verb = match view.lease() {
            Some(lease) if !view.must_read => Verb::Delete(lease.version().to_owned()),
            _ => Verb::Read,
        };
        let purpose = if matches!(verb, Verb::Read) { Purpose::Read } else { Purpose::Delete };
        Some(send(view, purpose, verb, now))
    }

    fn renewed(&self, lease: Lease, time: Timestamp) -> Lease {
        lease.renewed(&self.settings.identity, self.settings.lease_seconds(), time)
    }

    /// Returns when the next step has something to do, if nothing happens until then.
    pub(super) fn deadline(&self, wanted: &Wanted, now: Instant) -> Instant {
        let settings = &self.settings;
        let ready = |view: &LeaseView| view.request.is_none().then_some(view.not_before);
        let mut times = vec![now + IDLE];
        times.extend(ready(&self.presence).filter(|_| self.synced.is_some()));
        times.extend(self.synced.map(|synced| synced + settings.retry_period));
        times.extend(self.shutting_down.map(|since| since + settings.lease_duration));
        for (at, slot) in self.slots.iter().enumerate() {
            times.extend(slot.deadline(settings));
            match slot.tenure {
                Tenure::Held { .. } | Tenure::Releasing { .. } => times.extend(ready(&slot.view)),
                Tenure::None => {
                    let free = slot.view.free_from(settings.lease_duration);
                    times.push(free);
                    let is_leftover = slot.view.is_held_by(&settings.identity);
                    if wanted.contains(at) || is_leftover {
                        times.extend(ready(&slot.view).map(|ready| ready.max(free)));
                        times.extend(ready(&slot.view).filter(|_| is_leftover));
                    }
                }
                Tenure::Acquiring | Tenure::Stopping { .. } => {}
            }
        }
        times.extend(self.others.values().filter_map(|view| self.live_until(view)));
        times.extend(self.others.values().map(|view| view.changed() + settings.lease_duration));
        times.extend(self.replicas_to_delete(now).map(|(name, at)| {
            self.others.get(name).and_then(ready).map_or(at, |ready| ready.max(at))
        }));
        times.into_iter().filter(|time| *time > now).min().unwrap_or(now + IDLE)
    }
}

/// Records that a request is sent.
fn send(view: &mut LeaseView, purpose: Purpose, verb: Verb, now: Instant) -> Request {
    view.request = Some(InFlight { purpose, sent: now });
    Request { name: view.name.clone(), verb }
}
