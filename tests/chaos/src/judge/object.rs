//! Judges what a sink has of one object.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::excuses::{Shards, Skipped, compared};
use super::{Incidents, Promise, Verdict};
use crate::history::{Change, Kind, Object};
use crate::stored::Stored;

pub(super) struct Case<'a> {
    pub(super) uid: &'a str,
    pub(super) object: &'a Object,
    pub(super) promise: Promise,
    pub(super) incidents: &'a Incidents,
    pub(super) shards: &'a Shards,
    pub(super) verdict: &'a mut Verdict,
}

impl Case<'_> {
    pub(super) fn judge(&mut self, events: &[&Stored]) {
        let mut seen = BTreeSet::new();
        // The changes that are there, by their place in the history, each with the event that has it.
        let mut found: Vec<(usize, &Stored)> = Vec::new();
        for (at, event) in events.iter().enumerate() {
            if !seen.insert((event.version, event.is_deletion)) {
                if self.promise.is_once {
                    self.fault(event, "is there twice");
                }
                self.verdict.repeats += 1;
                continue;
            }
            let Some(place) = self.place(event) else { continue };
            self.check_content(event, place);
            self.check_type(event, at == 0);
            match found.iter().map(|(place, _)| *place).max() {
                Some(last) if place == last && self.is_deletion(place) => self.deleted_again(event),
                Some(last) if place < last => self.late(event),
                _ => {}
            }
            found.push((place, event));
        }
        self.check_versions_of_repairs(&found);
        found.sort_by_key(|(place, _)| *place);
        self.check_missing(&found);
    }

    /// Finds the change that an event is. A deletion that was found by comparison has an earlier version.
    fn place(&mut self, event: &Stored) -> Option<usize> {
        let changes = &self.object.changes;
        let last = changes.len() - 1;
        let of_version = changes.iter().position(|change| change.revision == event.version);
        let place = match of_version {
            Some(place) if self.is_deletion(place) == event.is_deletion => Some(place),
            Some(_) if event.is_deletion && event.is_repair && self.is_deletion(last) => Some(last),
            _ => None,
        };
        if place.is_none() {
            self.fault(event, "never happened");
        }
        place
    }

    fn is_deletion(&self, place: usize) -> bool {
        self.object.changes[place].kind == Kind::Deleted
    }

    fn check_content(&mut self, event: &Stored, place: usize) {
        let is_tombstone = event.is_deletion && event.is_repair;
        let number = self.object.changes[place].number;
        if event.number != number && !(is_tombstone && event.number.is_none()) {
            self.fault(
                event,
                &format!("has the content of change {:?}, not {number:?}", event.number),
            );
        }
    }

    /// The first is an addition, and no other one is, unless the relay had forgotten the first.
    fn check_type(&mut self, event: &Stored, is_first: bool) {
        let may_forget = event.is_repair && !self.promise.is_transaction;
        let is_right = match event.etype.as_str() {
            "DELETED" => event.is_deletion,
            "ADDED" => !event.is_deletion && (is_first || may_forget || !self.promise.is_once),
            "MODIFIED" => !event.is_deletion && !is_first,
            _ => false,
        };
        if !is_right {
            self.fault(event, &format!("is {}, which it cannot be", event.etype));
        }
    }

    /// A deletion that was delivered, but forgotten, is found again, with another version.
    fn deleted_again(&mut self, event: &Stored) {
        if self.promise.is_once || !event.is_repair {
            self.fault(event, "is a second deletion");
        }
        self.verdict.repeats += 1;
    }

    /// An event comes after a later one, and had not come before.
    fn late(&mut self, event: &Stored) {
        if self.promise.is_fenced {
            self.fault(event, "is out of order");
        } else if !self.incidents.is_interrupted(event.time, event.time) {
            self.fault(event, "is out of order, though no relay was interrupted");
        }
        self.verdict.late += 1;
    }

    /// In one transaction with its events, the checkpoint has the version that is there.
    fn check_versions_of_repairs(&mut self, found: &[(usize, &Stored)]) {
        for pair in found.windows(2) {
            let [(_, before), (_, event)] = pair else { continue };
            let is_tombstone = event.is_deletion && event.is_repair;
            if self.promise.is_transaction && is_tombstone && event.version != before.version {
                self.fault(event, &format!("is a deletion, after version {}", before.version));
            }
        }
    }

    /// What is missing must be implied.
    fn check_missing(&mut self, found: &[(usize, &Stored)]) {
        let object = self.object;
        let mut next = 0;
        for (place, event) in found {
            for change in object.changes.get(next..*place).unwrap_or_default() {
                self.verdict.implied += 1;
                if !event.is_repair {
                    self.missing(change, &format!("{} follows it", name(event)));
                } else if !self.is_skipped(change, (event.time, object.changes[*place].revision)) {
                    let why = "is a comparison, for which there was no reason";
                    self.missing(change, &format!("{} {why}", name(event)));
                }
            }
            next = place + 1;
        }
        let [.., last] = object.changes.as_slice() else { return };
        if next == object.changes.len() {
            return;
        }
        match found.first() {
            None if last.kind == Kind::Deleted && self.is_unseen(last) => self.verdict.unseen += 1,
            Some((_, first))
                if last.kind == Kind::Deleted && self.is_unknowable(first.time, last) =>
            {
                self.verdict.unknowable += 1;
            }
            _ => {
                for change in &object.changes[next..] {
                    self.missing(change, "nothing follows it");
                }
            }
        }
    }

    /// Whether nobody could see the object.
    fn is_unseen(&self, deletion: &Change) -> bool {
        self.is_skipped(&self.object.changes[0], (compared(deletion.at), deletion.revision))
    }

    /// Whether a change may be missing, because later ones were compared: then, and up to this version.
    fn is_skipped(&self, change: &Change, (compared, version): (Timestamp, u64)) -> bool {
        let skipped = Skipped {
            uid: self.uid,
            resource: self.object.resource,
            times: (change.at, compared),
            versions: (change.revision, version),
        };
        skipped.is_excused(self.incidents, self.shards, self.promise.is_transaction)
    }

    /// Whether nobody could see the deletion, and no checkpoint had the object.
    fn is_unknowable(&self, first: Timestamp, deletion: &Change) -> bool {
        !self.promise.is_transaction
            && self.incidents.is_interrupted(first, compared(deletion.at))
            && self.is_skipped(deletion, (compared(deletion.at), deletion.revision))
    }

    fn missing(&mut self, change: &Change, why: &str) {
        let Change { revision, kind, at, .. } = change;
        let (object, uid) = (self.object, self.uid);
        self.verdict.faults.push(format!(
            "{} {} ({uid}): {kind:?} {revision} at {at:.3} is missing: {why}",
            object.resource, object.name
        ));
    }

    fn fault(&mut self, event: &Stored, what: &str) {
        let object = self.object;
        self.verdict.faults.push(format!(
            "{} {} ({}): {} {what}",
            object.resource,
            object.name,
            self.uid,
            name(event)
        ));
    }
}

fn name(event: &Stored) -> String {
    let Stored { version, etype, time, is_repair, .. } = event;
    let origin = if *is_repair { " by comparison" } else { "" };
    format!("{etype} {version}{origin}, received at {time:.3},")
}
