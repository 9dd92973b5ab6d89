//! Compares what a sink has with what happened: what may be missing, and what must not.
//!
//! What is there must have happened, in the order of each object's versions, and once where that is promised. What is
//! missing must be implied by a later event that says that a comparison found it. And a comparison is only needed where
//! the API server has lost its history: it was killed, or a relay was behind for longer than its watch cache reaches.

mod excuses;
mod object;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use self::excuses::Shards;
use crate::history::{Kind, Objects};
use crate::stored::Stored;

/// What a sink promises.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    /// No event is there twice.
    pub(crate) is_once: bool,
    /// Events are stored with the checkpoint in one transaction, so that the relay never knows less than the sink.
    pub(crate) is_transaction: bool,
    /// What a replica sends that was paused, and has lost its shard meanwhile, is kept out.
    pub(crate) is_fenced: bool,
    /// Among how many shards the objects are shared out.
    pub(crate) shards: u32,
}

/// When something was done that has consequences.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidents {
    pub(crate) outages: Vec<Outage>,
    /// A relay was killed, stopped, paused or cut off, so that its shards were taken over, or begun again.
    pub(crate) interruptions: Vec<(Timestamp, Timestamp)>,
}

/// The API server was killed. When it is back, it refuses watches from versions before that, so that watchers compare.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    pub(crate) began: Timestamp,
    /// The version of the last change before it.
    pub(crate) version: u64,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) faults: Vec<String>,
    pub(crate) stored: usize,
    /// Events that a comparison found.
    pub(crate) repairs: usize,
    /// Events that were there before.
    pub(crate) repeats: usize,
    /// Events of a replica that had been paused, after those of the one that took over.
    pub(crate) late: usize,
    /// Transitions that a later event implies.
    pub(crate) implied: usize,
    /// Objects that were created and deleted while nobody could see them.
    pub(crate) unseen: usize,
    /// Objects whose deletion nobody could see, and whose creation no checkpoint had.
    pub(crate) unknowable: usize,
}

/// Returns how many objects are not in their last state yet.
pub(crate) fn behind(objects: &Objects, stored: &[Stored]) -> usize {
    let there: BTreeSet<_> =
        stored.iter().map(|event| (event.uid.as_str(), event.version, event.is_deletion)).collect();
    let last = objects.iter().filter_map(|(uid, object)| Some((uid, object.changes.last()?)));
    let alive = last.filter(|(_, last)| last.kind != Kind::Deleted);
    alive.filter(|(uid, last)| !there.contains(&(uid.as_str(), last.revision, false))).count()
}

/// Judges what a sink has.
pub(crate) fn judge(
    objects: &Objects,
    stored: &[Stored],
    promise: Promise,
    incidents: &Incidents,
) -> Verdict {
    let mut verdict = Verdict { stored: stored.len(), ..Verdict::default() };
    verdict.repairs = stored.iter().filter(|event| event.is_repair).count();
    let mut by_object: BTreeMap<&str, Vec<&Stored>> = BTreeMap::new();
    for event in stored {
        by_object.entry(&event.uid).or_default().push(event);
    }
    for uid in by_object.keys().filter(|uid| !objects.contains_key(**uid)) {
        verdict.faults.push(format!("{uid} never existed"));
    }
    let shards = Shards::of(objects, stored, promise.shards);
    for (uid, object) in objects {
        let events = by_object.get(uid.as_str()).map_or(&[][..], Vec::as_slice);
        let mut case = object::Case {
            uid,
            object,
            promise,
            incidents,
            shards: &shards,
            verdict: &mut verdict,
        };
        case.judge(events);
    }
    // Each has a reason of its own; many would mean that the reasons do not hold.
    if verdict.unknowable > 5 + objects.len() / 20 {
        let (count, all) = (verdict.unknowable, objects.len());
        verdict.faults.push(format!("the deletions of {count} of {all} objects are unknowable"));
    }
    verdict
}

#[cfg(test)]
mod tests;
