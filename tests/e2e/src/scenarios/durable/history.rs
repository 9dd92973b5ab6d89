//! What happened on the server, and what the log says of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::time::Duration;

use futures::StreamExt as _;
use kube_client::Client;
use tokio::time::timeout;
use watchables::rel_1_20::v1::ConfigMap;
use watchables::{EventType, InitialList, RawEvent, RawEvents, Watcher};

use crate::report::{NotPassed, failed};

/// An object's state: its version, and whether that is its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    version: u64,
    deleted: bool,
}

/// Every change of a namespace's `ConfigMap`s, as a stream that is never interrupted sees them.
pub(super) struct History {
    events: RawEvents,
    /// By uid, in the order in which they happened.
    states: HashMap<String, Vec<State>>,
}

impl History {
    pub(super) async fn begin(client: Client, namespace: &str) -> Result<Self, NotPassed> {
        let watcher =
            Watcher::<ConfigMap>::new(client).namespace(namespace).initial_list(InitialList::Paged);
        let mut history = Self { events: watcher.raw_events(), states: HashMap::new() };
        // The initial list is complete before anything happens.
        while !history.events.has_synced() {
            history.catch_up().await?;
        }
        Ok(history)
    }

    /// Records changes until the stream fails.
    pub(super) async fn follow(&mut self) -> NotPassed {
        loop {
            if let Err(error) = self.next().await {
                return error;
            }
        }
    }

    /// Records changes until none comes for a moment.
    pub(super) async fn catch_up(&mut self) -> Result<(), NotPassed> {
        while let Ok(next) = timeout(Duration::from_millis(200), self.next()).await {
            next?;
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<(), NotPassed> {
        let event = self.events.next().await.ok_or("the history has ended")?;
        let RawEvent { delivery, .. } = event.map_err(failed)?;
        let version = delivery.identity.version.unwrap_or_default().parse().map_err(failed)?;
        let deleted = delivery.etype == EventType::Deleted;
        let states = self.states.entry(delivery.identity.uid.text()).or_default();
        states.push(State { version, deleted });
        Ok(())
    }

    pub(super) fn changes(&self) -> usize {
        self.states.values().map(Vec::len).sum()
    }
}

/// The log of the processes that were killed.
pub(super) struct Log {
    lines: Vec<(String, State, bool)>,
}

impl Log {
    pub(super) fn read(folder: &Path) -> Result<Self, NotPassed> {
        let text = std::fs::read_to_string(folder.join("log")).map_err(failed)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let lines = whole.lines().map(|line| read_line(line).ok_or(line));
        let lines = lines.collect::<Result<_, _>>();
        Ok(Self { lines: lines.map_err(|line| format!("not a line of the log: {line}"))? })
    }

    pub(super) fn lines(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn repairs(&self) -> usize {
        self.lines.iter().filter(|(_, _, is_repair)| *is_repair).count()
    }

    fn by_object(&self) -> BTreeMap<&str, Vec<&State>> {
        let mut objects: BTreeMap<&str, Vec<&State>> = BTreeMap::new();
        for (uid, state, _) in &self.lines {
            objects.entry(uid).or_default().push(state);
        }
        objects
    }

    /// Whether it has come as far as the history.
    pub(super) fn has_the_state_of(&self, history: &History) -> bool {
        let objects = self.by_object();
        history.states.iter().all(|(uid, states)| {
            let (logged, last) = (objects.get(uid.as_str()), states.last());
            let (logged, last) = (logged.and_then(|states| states.last()), last);
            match (logged, last) {
                (Some(logged), Some(last)) => {
                    logged.deleted == last.deleted && (last.deleted || *logged == last)
                }
                // It came and went while the server had no history of it for us.
                (None, Some(last)) => last.deleted,
                _ => false,
            }
        })
    }

    /// Checks that each line is a change of the server, none is there twice, each object's are in order, and what is
    /// missing was overtaken by a comparison.
    pub(super) fn check_against(&self, history: &History) -> Result<(), NotPassed> {
        let mut ids = HashSet::new();
        for (uid, state, _) in &self.lines {
            if !ids.insert((uid, state)) {
                return Err(format!("{uid} {state} is in the log twice").into());
            }
        }
        for (uid, states) in self.by_object() {
            let happened = history.states.get(uid);
            let happened = happened.ok_or_else(|| format!("{uid} never existed"))?;
            let mut pairs = states.iter().zip(states.iter().skip(1));
            let out_of_order =
                pairs.find(|(before, after)| before.deleted || before.version > after.version);
            if let Some((before, after)) = out_of_order {
                return Err(format!("{uid}: {before} came before {after}").into());
            }
            // A deletion that a comparison found has the version that was known.
            let unknown = |state: &&&State| !state.deleted && !happened.contains(state);
            if let Some(state) = states.iter().find(unknown) {
                return Err(format!("{uid} {state} never happened").into());
            }
        }
        let missing = self.missing(history);
        if self.repairs() == 0 && !missing.is_empty() {
            return Err(format!("changes are not in the log: {missing}").into());
        }
        Ok(())
    }

    /// Names the changes that are not in the log.
    pub(super) fn missing(&self, history: &History) -> String {
        let objects = self.by_object();
        let missing = history.states.iter().flat_map(|(uid, states)| {
            let logged = objects.get(uid.as_str()).map_or(&[][..], Vec::as_slice);
            let missing = states.iter().filter(|state| !logged.contains(state));
            missing.map(move |state| format!("{uid} {state}"))
        });
        missing.collect::<Vec<_>>().join(", ")
    }
}

/// Reads `CLUSTER/UID/VERSION ORIGIN` or `CLUSTER/UID/VERSION/deleted ORIGIN`.
fn read_line(line: &str) -> Option<(String, State, bool)> {
    let (id, origin) = line.split_once(' ')?;
    let mut parts = id.split('/').skip(1);
    let (uid, version) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
    let deleted = parts.next().is_some();
    Some((uid, State { version, deleted }, origin == "repair"))
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.version, if self.deleted { " deleted" } else { "" })
    }
}
