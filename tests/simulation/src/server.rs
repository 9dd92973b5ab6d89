//! A model API server: objects, one revision counter, and a history that is compacted.

use std::collections::BTreeMap;

use fastrand::Rng;

/// Few names, so that they are reused.
const NAMES: u32 = 7;

/// Objects by name.
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
    pub(crate) name: String,
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
    uids: u64,
    contents: u64,
    /// The stream's version before a rollback, while the server has yet to reach it again.
    pub(crate) rolled_back_from: Option<u64>,
}

/// etcd starts at revision 1, without objects.
impl Default for Server {
    fn default() -> Self {
        Self {
            revision: 1,
            objects: Objects::new(),
            history: Vec::new(),
            compacted: 1,
            uids: 0,
            contents: 0,
            rolled_back_from: None,
        }
    }
}

impl Server {
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
        self.revision += random.u64(1..4);
        let name = format!("pod-{}", random.u32(..NAMES));
        let (etype, uid) = match self.objects.get(&name) {
            None => {
                self.uids += 1;
                ("ADDED", format!("00000000-0000-0000-0000-{:012x}", self.uids))
            }
            Some(object) if random.u8(..3) == 0 => ("DELETED", object.uid.clone()),
            Some(object) => ("MODIFIED", object.uid.clone()),
        };
        self.contents += 1;
        let (revision, content) = (self.revision, self.contents);
        let change = Change { revision, etype, name, uid, content, lost: false };
        if etype == "DELETED" {
            self.objects.remove(&change.name);
        } else {
            self.objects.insert(change.name.clone(), change.object());
        }
        self.history.push(change);
    }

    /// Rolls the server back, while the stream is at a version.
    pub(crate) fn roll_back(&mut self, stream_version: u64, random: &mut Rng) {
        let revision = random.u64(self.revision / 2..=self.revision);
        self.objects = self.at(revision);
        self.history.retain(|change| change.revision <= revision);
        self.revision = revision;
        self.compacted = self.compacted.min(revision);
        self.rolled_back_from = (revision < stream_version).then_some(stream_version);
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
                state.remove(&change.name);
            } else {
                state.insert(change.name.clone(), change.object());
            }
        }
        state
    }
}
