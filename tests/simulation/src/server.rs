//! A model API server: objects, one revision counter, and a history that is compacted.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::oddities::Oddities;

/// Few names, so that they are reused.
const NAMES: u32 = 7;
/// Objects that are never deleted, if the server shows two clusters.
const PERMANENT: &str = "pod-0";
const PERMANENT_NAMESAKE: &str = "pod-0/b";

/// Objects by name, with the cluster if the server shows two.
pub(crate) type Objects = BTreeMap<String, Object>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) uid: String,
    pub(crate) version: u64,
    /// The content. It never repeats, whereas a server that was rolled back assigns versions again.
    pub(crate) content: u64,
}

/// A change of an object.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) revision: u64,
    pub(crate) etype: &'static str,
    pub(crate) key: String,
    pub(crate) uid: String,
    pub(crate) content: u64,
    /// Whether its event is lost.
    pub(crate) lost: bool,
}

impl Change {
    /// Returns the object after the change, or before its deletion.
    pub(crate) fn object(&self) -> Object {
        Object { uid: self.uid.clone(), version: self.revision, content: self.content }
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) revision: u64,
    pub(crate) objects: Objects,
    /// All changes, including compacted ones.
    pub(crate) history: Vec<Change>,
    /// The server has compacted its history up to this revision.
    pub(crate) compacted: u64,
    contents: u64,
    /// The revision of each content, also of those that a rollback has undone.
    revisions: BTreeMap<u64, u64>,
    oddities: Oddities,
    /// The stream's version before a rollback, while the server has yet to reach it again.
    pub(crate) rolled_back_from: Option<u64>,
}

impl Server {
    /// Creates a server. etcd starts at revision 1, without objects.
    pub(crate) fn new(oddities: Oddities) -> Self {
        let mut server = Self {
            revision: 1,
            objects: Objects::new(),
            history: Vec::new(),
            compacted: 1,
            contents: 0,
            revisions: BTreeMap::new(),
            oddities,
            rolled_back_from: None,
        };
        if oddities.namesakes {
            // These are there in every state, so that a stream knows of namesakes from the first list on.
            for key in [PERMANENT, PERMANENT_NAMESAKE] {
                server.put("ADDED", key.to_owned(), server.new_uid(key));
            }
            server.compacted = server.revision;
        }
        server
    }

    /// Returns the name that an object has in the server's answers.
    pub(crate) fn name(key: &str) -> &str {
        key.split('/').next().unwrap_or(key)
    }

    /// Returns the revision at which an object was given this content.
    pub(crate) fn revision_of(&self, content: u64) -> Option<u64> {
        self.revisions.get(&content).copied()
    }

    fn new_uid(&self, key: &str) -> String {
        if !self.oddities.uids {
            return String::new();
        }
        let cluster = if key.ends_with("/b") { "b" } else { "0" };
        format!("{cluster}0000000-0000-0000-0000-{:012x}", self.contents + 1)
    }

    /// Creates, changes or deletes an object.
    pub(crate) fn change(&mut self, random: &mut Rng) {
        // Once it passes the stream's version, the rollback could no longer be detected.
        if self
            .rolled_back_from
            .is_some_and(|rolled_back_from| self.revision + 4 >= rolled_back_from)
        {
            return;
        }
        // Revisions are shared with other kinds, so they skip.
        self.revision += random.u64(0..3);
        let mut key = format!("pod-{}", random.u32(..NAMES));
        if self.oddities.namesakes && random.bool() {
            key += "/b";
        }
        let is_permanent =
            self.oddities.namesakes && [PERMANENT, PERMANENT_NAMESAKE].contains(&&*key);
        let (etype, uid) = match self.objects.get(&key) {
            None => ("ADDED", self.new_uid(&key)),
            Some(object) if random.u8(..3) == 0 && !is_permanent => ("DELETED", object.uid.clone()),
            Some(object) => ("MODIFIED", object.uid.clone()),
        };
        self.put(etype, key, uid);
    }

    fn put(&mut self, etype: &'static str, key: String, uid: String) {
        self.revision += 1;
        self.contents += 1;
        let (revision, content) = (self.revision, self.contents);
        self.revisions.insert(content, revision);
        let change = Change { revision, etype, key, uid, content, lost: false };
        if etype == "DELETED" {
            self.objects.remove(&change.key);
        } else {
            self.objects.insert(change.key.clone(), change.object());
        }
        self.history.push(change);
    }

    /// Rolls the server back, while the stream is at a version.
    pub(crate) fn roll_back(&mut self, stream_version: u64, random: &mut Rng) {
        // The first changes are those of the permanent objects.
        let oldest = 3.max(self.revision / 2);
        let revision = random.u64(oldest.min(self.revision)..=self.revision);
        let revision = self.before_unnoticeable_deletions(revision);
        self.objects = self.at(revision);
        self.history.retain(|change| change.revision <= revision);
        self.revision = revision;
        self.compacted = self.compacted.min(revision);
        self.rolled_back_from = (revision < stream_version).then_some(stream_version);
    }

    /// Goes back from a revision to one before every deletion whose event was lost and whose object is not created
    /// again up to there. Only that would show such a deletion.
    fn before_unnoticeable_deletions(&self, mut revision: u64) -> u64 {
        for at in (0..self.history.len()).rev() {
            let change = &self.history[at];
            let is_created_again =
                |later: &Change| later.key == change.key && later.revision <= revision;
            if change.lost
                && change.revision <= revision
                && !self.history[at + 1..].iter().any(is_created_again)
            {
                revision = change.revision - 1;
            }
        }
        revision
    }

    /// Compacts the history, up to an earlier or the current revision.
    pub(crate) fn compact(&mut self, random: &mut Rng) {
        let now = self.revision;
        self.compacted = if random.bool() { now } else { random.u64(self.compacted..=now) };
    }

    /// Returns the changes after one revision, up to another.
    pub(crate) fn between(&self, after: u64, up_to: u64) -> impl Iterator<Item = &Change> {
        let start = self.history.partition_point(|change| change.revision <= after);
        self.history[start..].iter().take_while(move |change| change.revision <= up_to)
    }

    /// Returns the objects at a revision.
    pub(crate) fn at(&self, revision: u64) -> Objects {
        let mut state = Objects::new();
        for change in self.between(0, revision) {
            if change.etype == "DELETED" {
                state.remove(&change.key);
            } else {
                state.insert(change.key.clone(), change.object());
            }
        }
        state
    }
}
