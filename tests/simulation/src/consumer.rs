//! The consumer of a stream. It checks each event against what really happened.

use watch_protocol::simulation::Event;
use watch_protocol::{EventType, Origin};

use crate::oddities::{Oddities, Versions};
use crate::server::{Object, Objects, Server};

#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    oddities: Oddities,
    /// The objects that were delivered and not deleted since.
    received: Objects,
    /// Everything up to this revision was delivered.
    covered: Option<u64>,
    /// Objects that existed before the history that the stream starts from, and had no event since.
    undelivered: Objects,
    /// Whether the server was rolled back and no list has synced since.
    rolled_back: bool,
    pub(crate) events: u64,
}

type Verdict = Result<(), String>;

impl Consumer {
    pub(crate) fn new(oddities: Oddities) -> Self {
        Self {
            oddities,
            received: Objects::new(),
            covered: None,
            undelivered: Objects::new(),
            rolled_back: false,
            events: 0,
        }
    }

    /// Returns what tells an object from others: its name, and its uid too if others may have the name.
    fn key(&self, name: &str, uid: &str) -> String {
        if self.oddities.namesakes { format!("{name}/{uid}") } else { name.to_owned() }
    }

    fn keyed(&self, state: Objects) -> Objects {
        let rekeyed =
            |(key, object): (String, Object)| (self.key(Server::name(&key), &object.uid), object);
        state.into_iter().map(rekeyed).collect()
    }

    /// Receives an event. `listing` is whether a list is in progress.
    pub(crate) fn take(&mut self, event: &Event, listing: bool, server: &Server) -> Verdict {
        self.events += 1;
        if event.name.is_empty() {
            // It is none, and is reported as an error.
            return Ok(());
        }
        let key = self.key(&event.name, &event.uid);
        let (version, content) = self.check_object(event, &key, server)?;
        let describe =
            || format!("{} {:?} {} {}", event.etype, event.origin, event.name, event.uid);
        let received = self.received.get(&key);
        let same = received.filter(|received| received.uid == event.uid);
        let undelivered =
            self.undelivered.remove(&key).filter(|undelivered| undelivered.uid == event.uid);
        match (event.etype, received, same) {
            (EventType::Added, None, _) | (EventType::Deleted, _, Some(_)) => {}
            (EventType::Modified, _, Some(before)) => {
                if version <= before.version && !self.rolled_back {
                    return Err(format!("{}: version {version} after {before:?}", describe()));
                }
            }
            (EventType::Added, _, Some(_)) => {
                return Err(format!("{}: delivered twice", describe()));
            }
            (EventType::Added, Some(_), None) => {
                return Err(format!(
                    "{}: the deletion of its predecessor was not delivered",
                    describe()
                ));
            }
            (EventType::Modified | EventType::Deleted, None, None) if undelivered.is_some() => {}
            (EventType::Modified | EventType::Deleted, _, None) => {
                return Err(format!("{}: it was never delivered before", describe()));
            }
        }
        if event.etype == EventType::Deleted {
            self.received.remove(&key);
        } else {
            let uid = event.uid.clone();
            self.received.insert(key, Object { uid, version, content });
        }
        // A watch without a version begins with the state, in no order.
        let in_order = self.oddities.versions != Versions::Absent;
        if event.origin == Origin::Live && !listing && in_order {
            self.advance_to(version, version - 1, server)?;
        }
        Ok(())
    }

    /// A list has synced: the consumer must have exactly its objects.
    pub(crate) fn synced(&mut self, revision: u64, server: &Server) -> Verdict {
        let state = self.keyed(server.at(revision));
        if self.received != state {
            return Err(format!(
                "the consumer has {:?}, but at {revision} there is {state:?}",
                self.received
            ));
        }
        self.covered = Some(revision);
        self.rolled_back = false;
        self.undelivered.clear();
        Ok(())
    }

    /// The stream starts from history: changes after a revision are delivered, earlier objects are
    /// not.
    pub(crate) fn starts_from_history(&mut self, revision: u64, server: &Server) {
        self.covered = Some(revision);
        self.undelivered = self.keyed(server.at(revision));
    }

    /// At the end the consumer must have what the server has, except for objects the stream never
    /// covered.
    pub(crate) fn check_final_state(&self, server: &Server) -> Verdict {
        let mut received = self.received.clone();
        received.extend(self.undelivered.clone());
        let state = self.keyed(server.objects.clone());
        if received == state {
            return Ok(());
        }
        Err(format!("after settling the consumer has {received:?}, the server {state:?}"))
    }

    /// Whether it received something newer than this revision, from a list that was interrupted.
    pub(crate) fn has_newer_than(&self, revision: u64) -> bool {
        self.received.values().any(|object| object.version > revision)
    }

    /// The server was rolled back. Until a list has synced, versions do not show what is newer.
    pub(crate) fn rolled_back(&mut self) {
        (self.covered, self.rolled_back) = (None, true);
    }

    /// The stream has reached a version. No change before it may be missing.
    pub(crate) fn version_reached(&mut self, revision: u64, server: &Server) -> Verdict {
        // A bookmark's version may be noticed after an event that has none.
        let has_none = self.oddities.versions == Versions::OfListsOnly;
        if has_none && self.covered.is_some_and(|covered| covered > revision) {
            return Ok(());
        }
        self.advance_to(revision, revision, server)
    }

    fn advance_to(&mut self, revision: u64, up_to: u64, server: &Server) -> Verdict {
        let Some(covered) = self.covered else { return Ok(()) };
        if revision < covered {
            return Err(format!("the version went back from {covered} to {revision}"));
        }
        if let Some(lost) = server.between(covered, up_to).find(|change| !change.lost) {
            return Err(format!("{lost:?} was lost between {covered} and {revision}"));
        }
        self.covered = Some(revision);
        Ok(())
    }

    /// Checks that the object is JSON and has the event's identity. Returns the revision at which it was changed, and
    /// its content.
    fn check_object(
        &self,
        event: &Event,
        key: &str,
        server: &Server,
    ) -> Result<(u64, u64), String> {
        let object: serde_json::Value = serde_json::from_slice(&event.object)
            .map_err(|error| format!("a truncated {} was delivered: {error}", event.name))?;
        let metadata = &object["metadata"];
        let uid = metadata["uid"].as_str().unwrap_or_default();
        if metadata["name"] != event.name.as_str() || uid != event.uid {
            return Err(format!("{} {} is not {metadata}", event.name, event.uid));
        }
        let content = object["spec"]["content"].as_u64();
        if content.is_none() && event.etype != EventType::Deleted {
            return Err(format!("{} has no content", event.name));
        }
        let version = match &event.version {
            Some(version) => self.oddities.versions.revision(version)?,
            None if self.oddities.versions.are_of_objects() => {
                return Err(format!("{} has no version", event.name));
            }
            None => match content {
                Some(content) => server.revision_of(content).ok_or("an unknown content")?,
                None => self.received.get(key).map_or(0, |received| received.version),
            },
        };
        Ok((version, content.unwrap_or_default()))
    }
}
