//! The consumer of a stream. It checks each event against what really happened.

use watch_runtime::simulation::Event;
use watch_runtime::{EventType, Origin};

use crate::server::{Object, Objects, Server};

#[derive(Debug, Default)]
pub(crate) struct Consumer {
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
    /// Receives an event. `listing` is whether a list is in progress.
    pub(crate) fn take(&mut self, event: &Event, listing: bool, server: &Server) -> Verdict {
        self.events += 1;
        let (version, content) = check_object(event)?;
        let describe =
            || format!("{} {:?} {} {}", event.etype, event.origin, event.name, event.uid);
        let received = self.received.get(&event.name);
        let same = received.filter(|received| received.uid == event.uid);
        let undelivered =
            self.undelivered.remove(&event.name).filter(|undelivered| undelivered.uid == event.uid);
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
            self.received.remove(&event.name);
        } else {
            let uid = event.uid.clone();
            self.received.insert(event.name.clone(), Object { uid, version, content });
        }
        if event.origin == Origin::Live && !listing {
            self.advance_to(version, version - 1, server)?;
        }
        Ok(())
    }

    /// A list has synced: the consumer must have exactly its objects.
    pub(crate) fn synced(&mut self, revision: u64, server: &Server) -> Verdict {
        let state = server.at(revision);
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
        self.undelivered = server.at(revision);
    }

    /// At the end the consumer must have what the server has, except for objects the stream never
    /// covered.
    pub(crate) fn check_final_state(&self, server: &Server) -> Verdict {
        let mut received = self.received.clone();
        received.extend(self.undelivered.clone());
        if received == server.objects {
            return Ok(());
        }
        Err(format!(
            "after settling the consumer has {received:?}, the server {:?}",
            server.objects
        ))
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
}

/// Checks that the object is JSON and has the event's identity. Returns its version and content.
fn check_object(event: &Event) -> Result<(u64, u64), String> {
    let object: serde_json::Value = serde_json::from_slice(&event.object)
        .map_err(|error| format!("a truncated {} was delivered: {error}", event.name))?;
    let metadata = &object["metadata"];
    if metadata["name"] != event.name.as_str() || metadata["uid"] != event.uid.as_str() {
        return Err(format!("{} {} is not {metadata}", event.name, event.uid));
    }
    let version = event.version.as_deref().and_then(|version| version.parse().ok());
    let version = version.ok_or_else(|| format!("{} has no version", event.name))?;
    let content = object["spec"]["content"].as_u64();
    match event.etype {
        EventType::Deleted => Ok((version, content.unwrap_or_default())),
        _ => Ok((version, content.ok_or_else(|| format!("{} has no content", event.name))?)),
    }
}
