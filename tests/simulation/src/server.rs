//! A model API server: objects, one revision counter, and a history that gets forgotten.

use std::collections::BTreeMap;

use fastrand::Rng;

/// Names are few, so that they are used again.
const NAMES: u32 = 7;

/// By name.
pub(crate) type State = BTreeMap<String, Object>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) uid: String,
    pub(crate) version: u64,
    /// What is in it: never the same twice, whereas a server that was set back gives versions again.
    pub(crate) content: u64,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) revision: u64,
    pub(crate) etype: &'static str,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) content: u64,
    /// Whether the server never tells of it, though it should.
    pub(crate) lost: bool,
}

impl Change {
    /// What there is after it, or was before it was deleted.
    pub(crate) fn object(&self) -> Object {
        Object { uid: self.uid.clone(), version: self.revision, content: self.content }
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) revision: u64,
    pub(crate) objects: State,
    /// All of it, also what the server itself has forgotten.
    pub(crate) history: Vec<Change>,
    /// Up to here the server has forgotten what happened.
    pub(crate) forgotten: u64,
    uids: u64,
    contents: u64,
    /// It was set back, and a watcher stands at this version of its, which is no more.
    pub(crate) ahead: Option<u64>,
}

/// etcd's first revision is 1, at which there is nothing.
impl Default for Server {
    fn default() -> Self {
        Self {
            revision: 1,
            objects: State::new(),
            history: Vec::new(),
            forgotten: 1,
            uids: 0,
            contents: 0,
            ahead: None,
        }
    }
}

impl Server {
    /// Does something to an object.
    pub(crate) fn change(&mut self, random: &mut Rng) {
        // Once it has passed a version that it only pretended to know, there is no telling any more.
        if self.ahead.is_some_and(|ahead| self.revision + 4 >= ahead) {
            return;
        }
        // Revisions are shared with other kinds: they skip.
        self.revision += random.u64(1..4);
        let name = format!("pod-{}", random.u32(..NAMES));
        let (etype, uid) = match self.objects.get(&name) {
            None => {
                self.uids += 1;
                ("ADDED", format!("00000000-0000-0000-0000-{:012x}", self.uids))
            }
            Some(known) if random.u8(..3) == 0 => ("DELETED", known.uid.clone()),
            Some(known) => ("MODIFIED", known.uid.clone()),
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

    /// Is set back to an older state, while a watcher stands at a version.
    pub(crate) fn set_back(&mut self, stands_at: u64, random: &mut Rng) {
        let revision = random.u64(self.revision / 2..=self.revision);
        self.objects = self.at(revision);
        self.history.retain(|change| change.revision <= revision);
        self.revision = revision;
        self.forgotten = self.forgotten.min(revision);
        self.ahead = (revision < stands_at).then_some(stands_at);
    }

    /// Forgets what happened, up to some time ago or up to now.
    pub(crate) fn compact(&mut self, random: &mut Rng) {
        let now = self.revision;
        self.forgotten = if random.bool() { now } else { random.u64(self.forgotten..=now) };
    }

    /// What happened after one revision, up to another.
    pub(crate) fn between(&self, after: u64, up_to: u64) -> impl Iterator<Item = &Change> {
        let start = self.history.partition_point(|change| change.revision <= after);
        self.history[start..].iter().take_while(move |change| change.revision <= up_to)
    }

    /// The objects as they were at a revision.
    pub(crate) fn at(&self, revision: u64) -> State {
        let mut state = State::new();
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
