//! Who is told the events, and holds them against what really happened.

use watch_runtime::simulation::Event;
use watch_runtime::{EventType, Origin};

use crate::server::{Object, Server, State};

#[derive(Debug, Default)]
pub(crate) struct Consumer {
    /// What it has been told of and not been told to be gone.
    known: State,
    /// Up to here it has been told of everything.
    covered: Option<u64>,
    /// What there was when the history begins that it is told, and that no event has been about since.
    untold: State,
    /// Whether the server was set back, and its state not told since.
    set_back: bool,
    pub(crate) events: u64,
}

type Verdict = Result<(), String>;

impl Consumer {
    /// Takes an event; `taking` is whether it comes while the state is taken.
    pub(crate) fn take(&mut self, event: &Event, taking: bool, server: &Server) -> Verdict {
        self.events += 1;
        let (version, content) = is_whole(event)?;
        let told = || format!("{} {:?} {} {}", event.etype, event.origin, event.name, event.uid);
        let known = self.known.get(&event.name);
        let same = known.filter(|known| known.uid == event.uid);
        let untold = self.untold.remove(&event.name).filter(|untold| untold.uid == event.uid);
        match (event.etype, known, same) {
            (EventType::Added, None, _) | (EventType::Deleted, _, Some(_)) => {}
            (EventType::Modified, _, Some(before)) => {
                if version <= before.version && !self.set_back {
                    return Err(format!("{}: version {version} after {before:?}", told()));
                }
            }
            (EventType::Added, _, Some(_)) => return Err(format!("{}: told twice", told())),
            (EventType::Added, Some(_), None) => {
                return Err(format!("{}: its predecessor was never told to be gone", told()));
            }
            (EventType::Modified | EventType::Deleted, None, None) if untold.is_some() => {}
            (EventType::Modified | EventType::Deleted, _, None) => {
                return Err(format!("{}: it was never told of", told()));
            }
        }
        if event.etype == EventType::Deleted {
            self.known.remove(&event.name);
        } else {
            let uid = event.uid.clone();
            self.known.insert(event.name.clone(), Object { uid, version, content });
        }
        if event.origin == Origin::Live && !taking {
            self.covers(version, version - 1, server)?;
        }
        Ok(())
    }

    /// A state has been told in whole: the consumer must have it.
    pub(crate) fn state_told(&mut self, revision: u64, server: &Server) -> Verdict {
        let state = server.at(revision);
        if self.known != state {
            return Err(format!("told {:?}, but at {revision} there is {state:?}", self.known));
        }
        self.covered = Some(revision);
        self.set_back = false;
        self.untold.clear();
        Ok(())
    }

    /// What happens from a revision on is told, and not what there is.
    pub(crate) fn begins_at(&mut self, revision: u64, server: &Server) {
        self.covered = Some(revision);
        self.untold = server.at(revision);
    }

    /// In the end it must have what the server has, but for what it was never to be told.
    pub(crate) fn ends(&self, server: &Server) -> Verdict {
        let mut told = self.known.clone();
        told.extend(self.untold.clone());
        if told == server.objects {
            return Ok(());
        }
        Err(format!("at rest the consumer has {told:?}, the server {:?}", server.objects))
    }

    /// Whether it has been told of something that came after this revision, of a state that broke off.
    pub(crate) fn knows_later_than(&self, revision: u64) -> bool {
        self.known.values().any(|object| object.version > revision)
    }

    /// The server was set back: until its state is told, there is no saying what is new.
    pub(crate) fn set_back(&mut self) {
        (self.covered, self.set_back) = (None, true);
    }

    /// The stream stands at a version: nothing before it may be missing.
    pub(crate) fn stands_at(&mut self, revision: u64, server: &Server) -> Verdict {
        self.covers(revision, revision, server)
    }

    fn covers(&mut self, revision: u64, up_to: u64, server: &Server) -> Verdict {
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

/// The object must be JSON, and who it is said to be. Gives its version, and what is in it.
fn is_whole(event: &Event) -> Result<(u64, u64), String> {
    let object: serde_json::Value = serde_json::from_slice(&event.object)
        .map_err(|error| format!("a fragment of {} was delivered: {error}", event.name))?;
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
