//! What is wrong is found, and what is right is not.

use jiff::{SignedDuration, Timestamp};

use super::{Incidents, Outage, Promise, Verdict, behind, judge};
use crate::history::{Change, Kind, Object, Objects};
use crate::stored::Stored;

const ONCE: Promise = Promise { is_once: true, is_transaction: false, is_fenced: true, shards: 1 };
const TRANSACTION: Promise = Promise { is_transaction: true, ..ONCE };
const AGAIN: Promise = Promise { is_once: false, is_fenced: false, ..ONCE };

/// What happens at a version, happens so many seconds after the beginning.
fn at(version: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(version.cast_signed())
}

/// An object that is created, modified, and at the last version deleted.
fn object(versions: &[u64]) -> Object {
    let last = versions.len() - 1;
    let change = |(place, version): (usize, &u64)| {
        let kind = match place {
            0 => Kind::Created,
            _ if place == last => Kind::Deleted,
            _ => Kind::Modified,
        };
        let number = if kind == Kind::Deleted { versions[place - 1] } else { *version };
        Change { revision: *version, kind, at: at(*version), number: Some(number) }
    };
    let changes = versions.iter().enumerate().map(change).collect();
    Object { resource: "configmaps", name: "map".to_owned(), changes }
}

/// An object `a`, and one that is there from the beginning, `b`.
fn objects() -> Objects {
    let mut other = object(&[1, 25, 45]);
    other.changes.pop();
    [("a".to_owned(), object(&[10, 20, 30, 40])), ("b".to_owned(), other)].into()
}

fn event(uid: &str, version: u64, etype: &str) -> Stored {
    Stored {
        uid: uid.to_owned(),
        version,
        is_deletion: etype == "DELETED",
        etype: etype.to_owned(),
        is_repair: false,
        time: at(version),
        number: Some(if etype == "DELETED" { version - 10 } else { version }),
    }
}

/// A comparison, made at a time.
fn repair(uid: &str, version: u64, etype: &str, time: u64) -> Stored {
    let number = (etype != "DELETED").then_some(version);
    Stored { is_repair: true, time: at(time), number, ..event(uid, version, etype) }
}

fn all() -> Vec<Stored> {
    vec![
        event("b", 1, "ADDED"),
        event("a", 10, "ADDED"),
        event("a", 20, "MODIFIED"),
        event("b", 25, "MODIFIED"),
        event("a", 30, "MODIFIED"),
        event("a", 40, "DELETED"),
    ]
}

/// Without the events at these places.
fn without(places: &[usize]) -> Vec<Stored> {
    let all = all().into_iter().enumerate();
    all.filter(|(place, _)| !places.contains(place)).map(|(_, event)| event).collect()
}

fn outage(second: u64, version: u64) -> Incidents {
    let outages = vec![Outage { began: at(second), version }];
    Incidents { outages, interruptions: Vec::new() }
}

fn found(stored: &[Stored], promise: Promise, incidents: &Incidents) -> Verdict {
    judge(&objects(), stored, promise, incidents)
}

#[track_caller]
fn right(stored: &[Stored], promise: Promise, incidents: &Incidents) -> Verdict {
    let verdict = found(stored, promise, incidents);
    assert!(verdict.faults.is_empty(), "{:#?}", verdict.faults);
    verdict
}

#[track_caller]
fn wrong(stored: &[Stored], promise: Promise, incidents: &Incidents, what: &str) {
    let verdict = found(stored, promise, incidents);
    assert!(verdict.faults.iter().any(|fault| fault.contains(what)), "{:#?}", verdict.faults);
}

fn calm() -> Incidents {
    Incidents::default()
}

#[test]
fn all_that_happened_is_right() {
    for promise in [ONCE, TRANSACTION, AGAIN] {
        let verdict = right(&all(), promise, &calm());
        assert_eq!((verdict.implied, verdict.repeats, verdict.late), (0, 0, 0));
    }
    assert_eq!(behind(&objects(), &all()), 0);
}

#[test]
fn what_is_missing_is_found() {
    for (places, what) in [
        (&[2][..], "Modified 20 at 1970-01-01T00:00:20.000Z is missing: MODIFIED 30"),
        (&[5], "Deleted 40 at 1970-01-01T00:00:40.000Z is missing: nothing follows"),
        (&[3], "Modified 25 at"),
        (&[1, 2, 4, 5], "Created 10 at"),
    ] {
        for promise in [ONCE, TRANSACTION, AGAIN] {
            wrong(&without(places), promise, &calm(), what);
        }
    }
    assert_eq!(behind(&objects(), &without(&[3])), 1);
}

#[test]
fn comparison_implies_what_it_skips_if_there_was_a_reason() {
    // Between 20 and 30 nothing is received, and the API server was away.
    let mut stored = without(&[2, 3]);
    stored[2] = repair("a", 30, "MODIFIED", 31);
    stored.push(repair("b", 25, "MODIFIED", 32));
    let verdict = right(&stored, TRANSACTION, &outage(22, 20));
    assert_eq!((verdict.implied, verdict.repairs), (1, 2));
    wrong(&stored, TRANSACTION, &calm(), "there was no reason");
    wrong(&stored, TRANSACTION, &outage(35, 30), "there was no reason");
}

#[test]
fn comparison_has_no_reason_if_later_events_were_received() {
    // 25 was received: the stream was not interrupted after 20.
    let mut stored = without(&[2]);
    stored[3] = repair("a", 30, "MODIFIED", 31);
    wrong(&stored, TRANSACTION, &outage(22, 10), "there was no reason");
}

#[test]
fn deletion_is_found_by_comparison_with_the_version_that_was_known() {
    let mut stored = without(&[4, 5]);
    stored.push(repair("a", 20, "DELETED", 41));
    right(&stored, TRANSACTION, &outage(27, 25));
    stored.pop();
    wrong(&stored, TRANSACTION, &outage(27, 25), "nothing follows it");
    stored.push(repair("a", 30, "DELETED", 41));
    wrong(&stored, TRANSACTION, &outage(27, 25), "after version 20");
}

#[test]
fn deletion_that_never_happened_is_found() {
    let mut stored = all();
    stored.push(repair("b", 25, "DELETED", 50));
    wrong(&stored, ONCE, &outage(45, 40), "never happened");
}

#[test]
fn object_that_nobody_could_see_may_be_missing() {
    let mut stored = without(&[1, 2, 3, 4, 5]);
    stored.push(repair("b", 25, "MODIFIED", 50));
    let verdict = right(&stored, TRANSACTION, &outage(45, 40));
    assert_eq!(verdict.unseen, 1);
    // 25 was received: so it could be seen.
    wrong(&without(&[1, 2, 4, 5]), TRANSACTION, &outage(45, 40), "is missing");
}

#[test]
fn what_is_there_twice_is_found_where_once_is_promised() {
    let mut stored = all();
    stored.insert(3, event("a", 20, "MODIFIED"));
    wrong(&stored, ONCE, &calm(), "is there twice");
    assert_eq!(right(&stored, AGAIN, &calm()).repeats, 1);
    let mut stored = all();
    stored.push(repair("a", 30, "DELETED", 50));
    wrong(&stored, ONCE, &outage(45, 40), "is a second deletion");
    right(&stored, AGAIN, &outage(45, 40));
}

#[test]
fn what_is_out_of_order_is_found() {
    let mut stored = all();
    stored.swap(2, 4);
    wrong(&stored, ONCE, &calm(), "is out of order");
    wrong(&stored, AGAIN, &calm(), "though no relay was interrupted");
    let paused = Incidents { interruptions: vec![(at(15), at(35))], outages: Vec::new() };
    assert_eq!(right(&stored, AGAIN, &paused).late, 1);
}

#[test]
fn what_never_happened_is_found() {
    for (stored, what) in [
        (event("c", 1, "ADDED"), "c never existed"),
        (event("a", 21, "MODIFIED"), "never happened"),
        (event("a", 30, "DELETED"), "never happened"),
        (Stored { number: Some(7), ..event("a", 20, "MODIFIED") }, "has the content of"),
        (event("a", 20, "ADDED"), "is ADDED, which it cannot be"),
    ] {
        let mut all = all();
        all[2] = stored;
        wrong(&all, ONCE, &calm(), what);
    }
}

#[test]
fn object_that_no_checkpoint_had_may_stay_only_without_a_transaction() {
    let stored = without(&[2, 3, 4, 5]);
    let mut stored: Vec<_> = stored.into_iter().collect();
    stored.push(repair("b", 25, "MODIFIED", 50));
    let mut killed = outage(45, 40);
    wrong(&stored, ONCE, &killed, "nothing follows it");
    killed.interruptions.push((at(12), at(14)));
    assert_eq!(right(&stored, ONCE, &killed).unknowable, 1);
    wrong(&stored, TRANSACTION, &killed, "nothing follows it");
}
