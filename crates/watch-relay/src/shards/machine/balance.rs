//! Which replicas there are, and how many shards this one lacks or has too many.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::Machine;
use crate::shards::event::LostReason;
use crate::shards::lease::Lease;
use crate::shards::lease_view::LeaseView;
use crate::shards::settings::known_cluster;
use crate::shards::share::share;
use crate::shards::slot::Tenure;

/// So many times the duration of its Lease after it was seen last, the Lease of a replica is deleted.
const FORGET_AFTER: u32 = 4;

/// The shards, by their places, of which more are to be taken over.
#[derive(Debug, Default)]
pub(super) struct Wanted(BTreeSet<usize>);

impl Wanted {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.contains(&at)
    }
}

impl Machine {
    /// Gives back shards that are too many. Returns of which there are too few.
    pub(super) fn balance(&mut self, now: Instant) -> Wanted {
        let mut wanted = Wanted::default();
        if !self.may_decide(now) {
            return wanted;
        }
        let mut too_many = Vec::new();
        for (replicas, places) in self.groups(now) {
            let held: Vec<_> = self.held_by(&replicas, &places, now).into_iter().collect();
            let share = share(places.len(), &held, &self.settings.identity);
            let ours: Vec<_> =
                places.iter().copied().filter(|at| self.slots[*at].is_ours()).collect();
            too_many.extend(self.newest(&ours).into_iter().take(ours.len().saturating_sub(share)));
            if ours.len() < share {
                wanted.0.extend(places);
            }
        }
        for at in too_many {
            self.lose(at, LostReason::Balance, now);
        }
        wanted
    }

    /// Returns which of these shards are held, those first that were acquired last: they have done the least of their
    /// work.
    fn newest(&self, places: &[usize]) -> Vec<usize> {
        let is_held = |at: &&usize| matches!(self.slots[**at].tenure, Tenure::Held { .. });
        let mut held: Vec<_> = places.iter().filter(is_held).copied().collect();
        held.sort_unstable_by_key(|at| {
            let lease = self.slots[*at].view.lease();
            Reverse((lease.and_then(|lease| lease.spec.acquire_time), *at))
        });
        held
    }

    /// Returns the shards, by their places, with the replicas that share them: all that have their clusters.
    fn groups(&self, now: Instant) -> BTreeMap<Vec<&str>, Vec<usize>> {
        let ours = &*self.settings.identity;
        let others: Vec<(&str, Option<&str>)> = self
            .live_replicas(now)
            .filter(|view| view.holder() != Some(ours))
            .filter_map(|view| Some((view.holder()?, view.lease().and_then(Lease::clusters))))
            .collect();
        let all = (0..self.slots.len()).collect();
        let has_all = |clusters: Option<&str>| clusters.is_none_or(|has| has == self.clusters);
        if others.iter().all(|(_, clusters)| has_all(*clusters)) {
            let replicas = others.iter().map(|(name, _)| *name).chain([ours]).collect();
            return [(replicas, all)].into();
        }
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        let all: Vec<usize> = all;
        for at in all {
            let cluster = self.settings.place(self.slots[at].shard).0.map(known_cluster);
            let has = |clusters: Option<&str>| match (&cluster, clusters) {
                (Some(cluster), Some(clusters)) => clusters.split(',').any(|has| has == cluster),
                _ => true,
            };
            let sharing = others.iter().filter(|(_, clusters)| has(*clusters));
            let mut replicas: Vec<_> = sharing.map(|(name, _)| *name).chain([ours]).collect();
            replicas.sort_unstable();
            groups.entry(replicas).or_default().push(at);
        }
        groups
    }

    /// Whether enough is known to decide: the Leases, and for some time, so that replicas that start together know of
    /// each other.
    fn may_decide(&self, now: Instant) -> bool {
        self.shutting_down.is_none()
            && self.presence.lease().is_some()
            && self.synced.is_some_and(|synced| now >= synced + self.settings.retry_period)
    }

    /// Returns how many of these shards each of these replicas has, those without a shard included.
    fn held_by<'a>(
        &'a self,
        replicas: &[&'a str],
        places: &[usize],
        now: Instant,
    ) -> BTreeMap<&'a str, usize> {
        let mut replicas: BTreeMap<&str, usize> = replicas.iter().map(|name| (*name, 0)).collect();
        for at in places {
            let slot = &self.slots[*at];
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

    /// Returns the Leases of the replicas that are there.
    fn live_replicas(&self, now: Instant) -> impl Iterator<Item = &LeaseView> {
        let live = move |view: &&LeaseView| self.live_until(view).is_some_and(|until| now < until);
        self.others.values().filter(live)
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
        let mut live = self.live_replicas(now).filter_map(LeaseView::holder);
        let is_first = live.all(|other| *other > *self.settings.identity);
        let lasts = self.settings.lease_duration * FORGET_AFTER;
        let there = self.others.values().filter(move |view| is_first && view.lease().is_some());
        there.map(move |view| (&*view.name, view.changed() + lasts))
    }
}
