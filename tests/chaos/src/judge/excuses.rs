//! What may be missing.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use watchable_core::selector::ShardRange;

use super::Incidents;
use crate::history::Objects;
use crate::stored::Stored;

/// The history is read soon after things happen, not at once.
const SOON: SignedDuration = SignedDuration::from_secs(2);
/// How far back the watch cache of an API server reaches, at the least.
const CACHE: SignedDuration = SignedDuration::from_secs(60);
/// For how long a shard may be behind: until a Lease expires, and the longest backoff is over.
const BEHIND: SignedDuration = SignedDuration::from_secs(90);

/// What nobody may have received, because it was compared.
pub(super) struct Skipped<'a> {
    pub(super) uid: &'a str,
    pub(super) resource: &'static str,
    /// When it happened, and when the comparison was made at the latest.
    pub(super) times: (Timestamp, Timestamp),
    /// The versions from the first that is missing up to one that was compared.
    pub(super) versions: (u64, u64),
}

impl Skipped<'_> {
    /// Whether there was a reason to compare, and nothing from that on was received other than by comparison.
    ///
    /// Where the checkpoint is not stored together with the events, a relay that was interrupted may have received more
    /// than the next one knows of.
    pub(super) fn is_excused(
        &self,
        incidents: &Incidents,
        shards: &Shards,
        is_transaction: bool,
    ) -> bool {
        let ((happened, compared), (first, last)) = (self.times, self.versions);
        let is_gap = |from: u64| shards.is_gap(self.uid, self.resource, from, last);
        let of_outage = incidents
            .outages
            .iter()
            .filter(|outage| compared + SOON >= outage.began && happened <= outage.began + BEHIND);
        let mut reasons = of_outage.map(|outage| (outage.began, first.min(outage.version + 1)));
        let is_old = compared.duration_since(happened) >= CACHE;
        let old = is_old.then_some((happened, first));
        reasons.by_ref().chain(old).any(|(since, from)| {
            is_gap(from) || !is_transaction && incidents.is_interrupted(since, compared)
        })
    }
}

impl Incidents {
    /// Whether a relay may have forgotten in this time what it had delivered.
    pub(super) fn is_interrupted(&self, since: Timestamp, until: Timestamp) -> bool {
        self.interruptions.iter().any(|(from, to)| since - BEHIND <= *to && until + SOON >= *from)
    }
}

/// Until when a deletion that nobody saw was compared at the latest.
pub(super) fn compared(deleted: Timestamp) -> Timestamp {
    deleted + BEHIND
}

/// The versions that each shard has received of each resource, other than by comparison.
pub(super) struct Shards {
    ranges: Vec<ShardRange>,
    received: BTreeMap<(usize, &'static str), Vec<u64>>,
}

impl Shards {
    pub(super) fn of(objects: &Objects, stored: &[Stored], count: u32) -> Self {
        let ranges = (0..count).filter_map(|shard| ShardRange::of(shard, count)).collect();
        let mut shards = Self { ranges, received: BTreeMap::new() };
        for event in stored.iter().filter(|event| !event.is_repair) {
            let Some(object) = objects.get(&event.uid) else { continue };
            let key = (shards.shard(&event.uid), object.resource);
            shards.received.entry(key).or_default().push(event.version);
        }
        shards.received.values_mut().for_each(|versions| versions.sort_unstable());
        shards
    }

    fn shard(&self, uid: &str) -> usize {
        self.ranges.iter().position(|range| range.contains(uid)).unwrap_or_default()
    }

    /// Whether the shard of an object has received nothing from one version to another.
    fn is_gap(&self, uid: &str, resource: &'static str, from: u64, to: u64) -> bool {
        let versions = self.received.get(&(self.shard(uid), resource));
        let next = versions
            .and_then(|versions| versions.get(versions.partition_point(|version| *version < from)));
        next.is_none_or(|next| *next > to)
    }
}
