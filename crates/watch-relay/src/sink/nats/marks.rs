//! What was stored last: for each object, so that what comes again is recognised, and for each subject, so that nobody
//! else can have moved it on unnoticed.
//!
//! An object takes 38 to 75 bytes, as full as the tables are, and each of its subjects 19 to 39: 150,000 objects with two
//! subjects each about 18 MB, and half as much again for a moment while a table grows.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::{HashMap, HashSet};

use crate::message::Message;

/// An event, as far as it must be known to decide whether it was stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    /// The object by cluster and path, the same over its recreation; unless others write to the same subjects.
    object: u128,
    mark: Mark,
    /// Whether a comparison found it: then it is how the object is now, even if its version is an old one.
    is_repair: bool,
}

/// A subject, by its hash.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject(u64);

/// The last event of an object that was stored.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    /// The object by its uid.
    incarnation: u64,
    /// A version that is a number, or a hash of one that is not; see the constants.
    version: u64,
}

const IS_DELETED: u64 = 1 << 63;
const IS_HASH: u64 = 1 << 62;
/// What remains of a version besides the two.
const VERSION: u64 = IS_HASH - 1;
/// Versions with more digits are taken for hashes, which stand for versions where the server omits them.
const MAX_DIGITS: usize = 15;

/// All that is known to be stored.
#[derive(Debug, Default)]
pub(super) struct Marks {
    hashers: [RandomState; 2],
    /// Whether others store other lifetimes of the same objects: shards are parts by uid. Then what was stored of one
    /// lifetime says nothing about another.
    is_shared: bool,
    objects: HashMap<u128, Mark>,
    subjects: HashMap<u64, u64>,
    /// Subjects with a publish in flight, or one whose outcome is unknown.
    begun: HashSet<u64>,
    last_sequence: u64,
}

impl Marks {
    pub(super) fn new(is_shared: bool) -> Self {
        Self { is_shared, ..Self::default() }
    }

    /// Reads a message, whose object has this path.
    pub(super) fn seen(&self, message: &Message, path: &str) -> Option<Seen> {
        let mut seen = self.stored(&message.id, path)?;
        seen.is_repair = message.is_repair;
        Some(seen)
    }

    /// Reads the headers that identify a stored message: its id, and the path of its object. `None` if it is none of a relay's.
    pub(super) fn stored(&self, id: &str, path: &str) -> Option<Seen> {
        let (rest, is_deleted) = match id.strip_suffix("/deleted") {
            Some(rest) => (rest, IS_DELETED),
            None => (id, 0),
        };
        let (incarnation, text) = rest.rsplit_once('/')?;
        let (cluster, _) = incarnation.split_once('/')?;
        let number = text.parse().ok().filter(|number: &u64| {
            *number <= VERSION && text.len() <= MAX_DIGITS && !text.starts_with('+')
        });
        let version = number.unwrap_or_else(|| self.hashers[0].hash_one(text) & VERSION | IS_HASH);
        let lifetime = self.is_shared.then_some(incarnation);
        let object =
            self.hashers.each_ref().map(|hasher| hasher.hash_one((cluster, path, lifetime)));
        Some(Seen {
            object: u128::from(object[0]) << 64 | u128::from(object[1]),
            mark: Mark {
                incarnation: self.hashers[0].hash_one(incarnation),
                version: version | is_deleted,
            },
            is_repair: false,
        })
    }

    /// Returns whether an event was stored, or something that came after it.
    pub(super) fn has(&self, seen: &Seen) -> bool {
        self.objects.get(&seen.object).is_some_and(|mark| mark.includes(seen))
    }

    /// Records that an event was stored, last of all of its object.
    pub(super) fn raise(&mut self, seen: &Seen) {
        self.objects.insert(seen.object, seen.mark);
    }

    /// Returns what a subject is known by.
    pub(super) fn subject(&self, subject: &str) -> Subject {
        Subject(self.hashers[0].hash_one(subject))
    }

    /// Returns the sequence of the last message of a subject; zero if there is none, as far as is known.
    pub(super) fn sequence(&self, subject: Subject) -> u64 {
        self.subjects.get(&subject.0).copied().unwrap_or(0)
    }

    /// Records the sequence of the last message of a subject; zero if there is none.
    pub(super) fn set_sequence(&mut self, subject: Subject, sequence: u64) {
        let Subject(subject) = subject;
        self.last_sequence = self.last_sequence.max(sequence);
        if sequence == 0 {
            self.subjects.remove(&subject);
        } else {
            self.subjects.insert(subject, sequence);
        }
    }

    /// Records that something is sent to a subject. Returns whether something is in flight to it already, or was and may
    /// have been stored.
    pub(super) fn begin(&mut self, subject: Subject) -> bool {
        !self.begun.insert(subject.0)
    }

    /// Records that nothing is in flight to a subject.
    pub(super) fn end(&mut self, subject: Subject) {
        self.begun.remove(&subject.0);
    }

    /// Returns the highest sequence that was recorded.
    pub(super) fn last_sequence(&self) -> u64 {
        self.last_sequence
    }

    /// Returns how many objects are known.
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }
}

impl Mark {
    fn includes(self, seen: &Seen) -> bool {
        let other = seen.mark;
        let deleted = (self.version & IS_DELETED != 0, other.version & IS_DELETED != 0);
        if self == other || seen.is_repair && !deleted.1 {
            return self == other;
        }
        let (last, version) = (self.version & !IS_DELETED, other.version & !IS_DELETED);
        if self.incarnation == other.incarnation && (deleted.0 || deleted.1) {
            // Nothing follows a deletion, and a deletion follows all else: one that a comparison found has the version
            // that was known last, which may be older than what was stored.
            return deleted.0;
        }
        let numbers = (last | version) & IS_HASH == 0;
        if self.incarnation == other.incarnation {
            if numbers { version <= last } else { version == last }
        } else {
            numbers && version < last
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(stored: &[&str], id: &str, is_repair: bool) -> bool {
        let mut marks = Marks::default();
        for id in stored {
            let seen = marks.stored(id, "pods/v1/shop/web").expect("an id");
            marks.raise(&seen);
        }
        let mut seen = marks.stored(id, "pods/v1/shop/web").expect("an id");
        seen.is_repair = is_repair;
        marks.has(&seen)
    }

    #[test]
    fn events_up_to_the_last_stored_one_are_recognised() {
        assert!(!has(&[], "c/u/7", false));
        assert!(has(&["c/u/7"], "c/u/7", false));
        assert!(has(&["c/u/10"], "c/u/9", false), "as numbers, not as texts");
        assert!(!has(&["c/u/9"], "c/u/10", false));
        assert!(!has(&["c/u/7"], "d/u/7", false), "another cluster");
    }

    #[test]
    fn deletion_follows_whatever_its_version() {
        assert!(!has(&["c/u/7"], "c/u/7/deleted", false));
        assert!(!has(&["c/u/7"], "c/u/5/deleted", true), "the last that was known");
        assert!(has(&["c/u/7/deleted"], "c/u/5/deleted", true));
        assert!(has(&["c/u/7/deleted"], "c/u/8", false));
        assert!(has(&["c/u/5/deleted"], "c/u/7/deleted", false), "an object is deleted once");
    }

    #[test]
    fn recreated_object_is_another_one() {
        assert!(!has(&["c/u/7/deleted"], "c/v/8", false));
        assert!(has(&["c/u/1", "c/u/7/deleted", "c/v/8"], "c/u/1", false));
        assert!(has(&["c/v/8"], "c/u/7/deleted", false));
        assert!(has(&["c/v/8"], "c/u/7/deleted", true));
    }

    #[test]
    fn repair_to_an_older_version_is_new() {
        assert!(!has(&["c/u/7"], "c/u/5", true), "the server was restored from a backup");
        assert!(has(&["c/u/7"], "c/u/7", true));
        assert!(!has(&["c/u/7/deleted"], "c/u/5", true));
    }

    #[test]
    fn versions_that_are_no_numbers_are_compared_as_a_whole() {
        assert!(has(&["c/u/abc"], "c/u/abc", false));
        assert!(!has(&["c/u/abc"], "c/u/abd", false));
        assert!(!has(&["c/u/9007199254740993"], "c/u/9007199254740992", false), "a hash");
        assert!(!has(&["c/u/abc"], "c/u/7", false));
    }

    #[test]
    fn foreign_ids_are_none() {
        for id in ["", "7", "u/7", "/deleted"] {
            assert_eq!(Marks::default().stored(id, "p"), None, "{id:?}");
        }
    }
}
