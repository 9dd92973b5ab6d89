//! Which replicas there are, and how many shards this one lacks or has too many.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Machine;
use crate::shards::event::LostReason;
use crate::shards::lease_view::LeaseView;
use crate::shards::share::share;
use crate::shards::slot::Tenure;

/// So many times the duration of its Lease after it was seen last, the Lease of a replica is deleted.
const FORGET_AFTER: u32 = 4;

impl Machine {
    /// Gives back shards that are too many. Returns how many are too few.
    pub(super) fn balance(&mut self, now: Instant) -> usize {
        if !self.may_decide(now) {
            return 0;
        }
        let held: Vec<_> = self.held_by_replicas(now).into_iter().collect();
        let share = share(self.slots.len(), &held, &self.settings.identity);
        let ours = self.slots.iter().filter(|slot| slot.is_ours()).count();
        for _ in share..ours {
            // The newest: it has done the least of its work.
            let newest = self.slots.iter().enumerate().filter_map(|(at, slot)| match slot.tenure {
                Tenure::Held { .. } => {
                    let acquired = slot.view.lease().and_then(|lease| lease.spec.acquire_time);
                    Some((acquired, at))
                }
                _ => None,
            });
            if let Some((_, at)) = newest.max() {
                self.lose(at, LostReason::Balance, now);
            }
        }
        share.saturating_sub(ours)
    }

    /// Whether enough is known to decide: the Leases, and for some time, so that replicas that start together know of
    /// each other.
    fn may_decide(&self, now: Instant) -> bool {
        self.shutting_down.is_none()
            && self.presence.lease().is_some()
            && self.synced.is_some_and(|synced| now >= synced + self.settings.retry_period)
    }

    /// Returns how many shards each replica has, those without a shard included.
    fn held_by_replicas(&self, now: Instant) -> BTreeMap<&str, usize> {
        let mut replicas: BTreeMap<&str, usize> = self
            .live_replicas(now)
            .chain([&*self.settings.identity])
            .map(|name| (name, 0))
            .collect();
        for slot in &self.slots {
            let holder = match slot.view.holder() {
                _ if slot.is_ours() => &*self.settings.identity,
                Some(holder)
                    if holder != self.settings.identity && !self.is_free(&slot.view, now) =>
                {
                    holder
                }
                _ => continue,
            };
            if let Some(held) = replicas.get_mut(holder) {
                *held += 1;
            }
        }
        replicas
    }

    /// Returns the other replicas that are there.
    fn live_replicas(&self, now: Instant) -> impl Iterator<Item = &str> {
        let live = move |view: &&LeaseView| self.live_until(view).is_some_and(|until| now < until);
        self.others.values().filter(live).filter_map(LeaseView::holder)
    }

    /// Returns until when a replica is taken to be there: for as long as one of its Leases has not expired.
    pub(super) fn live_until(&self, presence: &LeaseView) -> Option<Instant> {
        let holder = presence.holder()?;
        let shards =
            self.slots.iter().map(|slot| &slot.view).filter(|view| view.is_held_by(holder));
        let until =
            shards.chain([presence]).map(|view| view.free_from(self.settings.lease_duration));
        until.max()
    }

    pub(super) fn is_free(&self, view: &LeaseView, now: Instant) -> bool {
        view.is_held_by(&self.settings.identity)
            || now >= view.free_from(self.settings.lease_duration)
    }

    /// Forgets replicas whose Lease is gone.
    pub(super) fn remove_expired_replicas(&mut self, now: Instant) {
        let lasts = self.settings.lease_duration;
        self.others.retain(|_, view| {
            view.lease().is_some() || view.request.is_some() || now < view.changed() + lasts
        });
    }

    /// Returns a replica that was not seen for long, whose Lease is to be deleted, and when it is. Only one replica
    /// does so: the first of those that are there.
    pub(super) fn replicas_to_delete(&self, now: Instant) -> impl Iterator<Item = (&str, Instant)> {
        let is_first = self.live_replicas(now).all(|other| *other > *self.settings.identity);
        let lasts = self.settings.lease_duration * FORGET_AFTER;
        let there = self.others.values().filter(move |view| is_first && view.lease().is_some());
        there.map(move |view| (&*view.name, view.changed() + lasts))
    }
}
