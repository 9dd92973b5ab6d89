//! Which shards a replica holds: the decisions, without I/O and without a clock.
//!
//! Each shard has a Lease, and so has each replica, which shows with it that it is there. All replicas see all Leases,
//! and each decides for itself:
//!
//! - It [has its share](super::share) of the shards; of those of clusters that only some replicas have (while a
//!   configuration is rolled out), those replicas share them. If it has less, it takes over shards that nobody holds, or whose
//!   Lease has expired. If it has more, it gives some back.
//! - It takes over, renews and releases a Lease with the version that it has seen: if another one was faster, the
//!   server rejects it.
//! - A Lease has expired if no change of it was seen for its duration, by our own clock. Clocks are never compared.
//! - It works on a shard for less than that duration after the *request* of its last renewal. So whoever takes it over
//!   does so after it has stopped, however long requests, responses and watches take, as long as clocks run at about
//!   the same rate.

mod balance;
mod requests;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use jiff::Timestamp;

use super::event::{LostReason, ShardEvent};
use super::lease::Lease;
use super::lease_view::LeaseView;
use super::request::{Failure, Outcome, Purpose, Request};
use super::settings::ReplicaSettings;
use super::slot::{Slot, Tenure};

/// The state of a replica.
#[derive(Debug)]
pub(crate) struct Machine {
    settings: ReplicaSettings,
    /// Which clusters this replica has, as it tells the others.
    clusters: String,
    slots: Vec<Slot>,
    /// Of this replica.
    presence: LeaseView,
    /// Of the other replicas, by the names of their Leases.
    others: BTreeMap<String, LeaseView>,
    events: VecDeque<ShardEvent>,
    /// Since when all Leases are known.
    synced: Option<Instant>,
    /// Since when it shuts down.
    shutting_down: Option<Instant>,
    rng: fastrand::Rng,
}

/// What the driver does next.
#[derive(Debug)]
pub(crate) enum Step {
    /// Send this request, and report what became of it, at the latest after [`Machine::request_timeout`].
    Send(Box<Request>),
    /// Tell the caller.
    Event(ShardEvent),
    /// Wait until something happens, or until this time.
    Wait(Instant),
    /// The replica has shut down.
    End,
}

impl Machine {
    /// Creates a replica. The settings must be valid.
    pub(crate) fn new(settings: ReplicaSettings, rng: fastrand::Rng, now: Instant) -> Self {
        let slot = |shard| Slot {
            shard,
            view: LeaseView::new(settings.shard_lease(shard), now),
            tenure: Tenure::None,
        };
        Self {
            clusters: settings.known_clusters(),
            slots: (0..settings.leases()).map(slot).collect(),
            presence: LeaseView::new(settings.presence_lease(), now),
            others: BTreeMap::new(),
            events: VecDeque::new(),
            synced: None,
            shutting_down: None,
            settings,
            rng,
        }
    }

    /// Returns how long the response to a request may take.
    pub(crate) fn request_timeout(settings: &ReplicaSettings) -> std::time::Duration {
        settings.renew_deadline / 3
    }

    /// A watch has shown a Lease.
    pub(crate) fn watched(&mut self, lease: Lease, now: Instant) {
        let name = lease.metadata.name.clone();
        if self.is_known(&name) {
            self.view(&name, now).watched(lease, now);
        }
    }

    /// A watch has shown a deletion, with its version.
    pub(crate) fn watched_deletion(&mut self, name: &str, version: &str, now: Instant) {
        if self.is_known(name) {
            self.view(name, now).watched_deletion(version, now);
        }
    }

    /// Whether a Lease is a replica's, or that of a shard that we have, too.
    fn is_known(&self, name: &str) -> bool {
        self.settings.is_presence(name) || self.slots.iter().any(|slot| slot.view.name == name)
    }

    /// The watch has shown all Leases that there are.
    pub(crate) fn synced(&mut self, now: Instant) {
        self.synced.get_or_insert(now);
    }

    /// The caller does nothing for a shard any more.
    pub(crate) fn stopped(&mut self, shard: u32) {
        let slot = usize::try_from(shard).ok().and_then(|shard| self.slots.get_mut(shard));
        if let Some(slot) = slot {
            slot.stopped(&self.settings);
        }
    }

    /// Gives everything back, and ends.
    pub(crate) fn shut_down(&mut self, now: Instant) {
        if self.shutting_down.is_none() {
            self.shutting_down = Some(now);
            self.presence.not_before = now;
            for at in 0..self.slots.len() {
                self.lose(at, LostReason::Shutdown, now);
            }
        }
    }

    /// Returns until when the caller may work on a shard, as far as is known.
    pub(crate) fn valid_until(&self, shard: u32) -> Option<Instant> {
        match self.slots.get(usize::try_from(shard).ok()?)?.tenure {
            Tenure::Held { renewed, .. } => Some(renewed + self.settings.validity()),
            Tenure::Stopping { stop_by } => Some(stop_by),
            _ => None,
        }
    }

    /// A request was answered, or was not in time.
    pub(crate) fn responded(&mut self, name: &str, outcome: Outcome, now: Instant) {
        let retry = self.settings.retry_period.mul_f64(1.0 + 0.2 * self.rng.f64());
        let view = self.view(name, now);
        let Some(request) = view.request.take() else { return };
        view.not_before = match (&outcome, request.purpose) {
            (Ok(_), Purpose::Read) => now,
            (Ok(_), _) => request.sent + retry,
            // It has to be found out quickly whether a shard is still held.
            (Err(Failure::Conflict | Failure::Missing), Purpose::Renew | Purpose::Release)
                if view.failures == 0 =>
            {
                now
            }
            (Err(_), _) => now + retry,
        };
        match (&outcome, request.purpose) {
            (Ok(_), Purpose::Read) => {}
            (Ok(_), _) => view.failures = 0,
            (Err(_), _) => view.failures = view.failures.saturating_add(1),
        }
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.view.name == name) else {
            return self.view(name, now).responded(outcome, now);
        };
        let event = slot.responded(request, outcome, &self.settings, now);
        if self.shutting_down.is_some() && matches!(slot.tenure, Tenure::Held { .. }) {
            // It was requested before.
            let until = request.sent + self.settings.lease_duration;
            slot.tenure = Tenure::Releasing { until };
            slot.view.not_before = now;
        } else {
            self.events.extend(event);
        }
    }

    /// Returns what to do next. `time` is what is written into Leases, for people to read.
    pub(crate) fn step(&mut self, now: Instant, time: Timestamp) -> Step {
        for slot in &mut self.slots {
            self.events.extend(slot.advance(&self.settings, now));
        }
        self.remove_expired_replicas(now);
        let wanted = self.balance(now);
        if let Some(event) = self.events.pop_front() {
            return Step::Event(event);
        }
        if let Some(request) = self.next_request(&wanted, now, time) {
            return Step::Send(Box::new(request));
        }
        if self.has_shut_down(now) { Step::End } else { Step::Wait(self.deadline(&wanted, now)) }
    }

    fn has_shut_down(&self, now: Instant) -> bool {
        let Some(since) = self.shutting_down else { return false };
        let is_given_back = self.slots.iter().all(|slot| slot.tenure == Tenure::None)
            && self.presence.lease().is_none()
            && self.presence.request.is_none();
        // Whatever is left then has expired.
        is_given_back || now >= since + self.settings.lease_duration
    }

    fn lose(&mut self, at: usize, reason: LostReason, now: Instant) {
        let event = self.slots[at].lose(reason, &self.settings, now);
        self.events.extend(event);
    }

    /// Returns the view of a Lease.
    fn view(&mut self, name: &str, now: Instant) -> &mut LeaseView {
        if let Some(at) = self.slots.iter().position(|slot| slot.view.name == name) {
            return &mut self.slots[at].view;
        }
        if self.presence.name == name {
            return &mut self.presence;
        }
        let new = || LeaseView::new(name.to_owned(), now);
        self.others.entry(name.to_owned()).or_insert_with(new)
    }
}
