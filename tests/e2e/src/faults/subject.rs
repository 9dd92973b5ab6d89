//! A watcher under test: all that it delivers is checked as it comes, and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use watchables::{EventType, Origin, Phase, StreamOptions, WatchStatus, WatchTarget, Watcher};

use crate::report::{Not, failed};
use crate::scenarios::models::{Identity, Named};

/// Longer than the longest backoff, and any wait for a dead connection.
const PATIENCE: Duration = Duration::from_mins(2);

/// By uid: name and version.
pub(super) type State = BTreeMap<String, (String, String)>;

#[derive(Default)]
struct Seen {
    state: State,
    /// Uids and versions of all that was told as added or modified.
    told: BTreeSet<(String, String)>,
    deleted: BTreeSet<String>,
    faults: Vec<String>,
    repaired: usize,
}

pub(super) struct Subject {
    seen: Arc<Mutex<Seen>>,
    status: tokio::sync::watch::Receiver<WatchStatus>,
    task: JoinHandle<()>,
}

impl Subject {
    /// Begins to watch.
    pub(super) fn start<T>(watcher: Watcher<T>) -> Self
    where
        T: WatchTarget<Item: Named> + 'static,
    {
        let seen = Arc::<Mutex<Seen>>::default();
        let status = watcher.status();
        let log = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut stream = watcher.stream(StreamOptions::managed());
            while let Some(item) = stream.next().await {
                let mut log = log.lock().expect("no panic");
                match item {
                    Ok(event) => log.take(event.etype, event.origin, event.obj.identity()),
                    Err(error) => log.faults.push(format!("{:?}", failed(error))),
                }
            }
            log.lock().expect("no panic").faults.push("the stream ended".to_owned());
        });
        Self { seen, status, task }
    }

    /// Waits until the server has answered it for the first time.
    pub(super) async fn is_answered(&self) -> Result<(), Not> {
        let unanswered = [Phase::Stopped, Phase::Connecting];
        self.stands(|phase| !unanswered.contains(&phase), "the server never answered").await
    }

    /// Waits until it watches: between the state and the watch, a connection may just be opened.
    pub(super) async fn is_live(&self) -> Result<(), Not> {
        self.stands(|phase| phase == Phase::Live, "it never watched").await
    }

    async fn stands(&self, so: impl Fn(Phase) -> bool, otherwise: &'static str) -> Result<(), Not> {
        let mut status = self.status.clone();
        let stands = status.wait_for(|status| so(status.phase));
        match tokio::time::timeout(PATIENCE, stands).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(otherwise.into()),
        }
    }

    /// Waits until what was delivered comes to this state.
    pub(super) async fn reaches(&self, state: &State) -> Result<(), Not> {
        let start = Instant::now();
        loop {
            {
                let seen = self.seen.lock().expect("no panic");
                if let Some(fault) = seen.faults.first() {
                    return Err(fault.clone().into());
                }
                if seen.state == *state {
                    return Ok(());
                }
                if start.elapsed() > PATIENCE {
                    let phase = self.status.borrow().phase;
                    let (lacks, has) = (missing(state, &seen.state), missing(&seen.state, state));
                    return Err(
                        format!("in phase {phase:?} it lacks {lacks:?} and has {has:?}").into()
                    );
                }
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether each of these versions was told, and each of these deletions.
    pub(super) fn has_told(
        &self,
        versions: &[(String, String)],
        deleted: &[String],
    ) -> Result<(), Not> {
        let seen = self.seen.lock().expect("no panic");
        let lost: Vec<_> = versions.iter().filter(|version| !seen.told.contains(version)).collect();
        if !lost.is_empty() {
            return Err(format!("{} changes were never told: {lost:?}", lost.len()).into());
        }
        let lost: Vec<_> = deleted.iter().filter(|uid| !seen.deleted.contains(*uid)).collect();
        if !lost.is_empty() {
            return Err(format!("{} deletions were never told: {lost:?}", lost.len()).into());
        }
        Ok(())
    }

    pub(super) fn status(&self) -> WatchStatus {
        self.status.borrow().clone()
    }

    /// How many events were told as repair.
    pub(super) fn repaired(&self) -> usize {
        self.seen.lock().expect("no panic").repaired
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    fn take(&mut self, etype: EventType, origin: Origin, object: Identity) {
        let known = self.state.get(&object.uid).map(|(_, version)| version.clone());
        let wrong = match (etype, &known) {
            (EventType::Added, Some(_)) => Some("is added twice"),
            (EventType::Modified, None) => Some("is modified, and was never added"),
            (EventType::Deleted, None) => Some("is deleted, and was not there"),
            (EventType::Modified, Some(known)) if !newer(&object.version, known) => {
                Some("is modified to no newer version")
            }
            _ => None,
        };
        let twin =
            self.state.iter().any(|(uid, (name, _))| *uid != object.uid && *name == object.name);
        let wrong = match etype {
            EventType::Added if twin => Some("is added beside another of its name"),
            _ => wrong,
        };
        if let Some(wrong) = wrong {
            self.faults.push(format!("{etype} {origin:?}: {object:?} {wrong} (known: {known:?})"));
        }
        self.repaired += usize::from(origin == Origin::Repair);
        if etype == EventType::Deleted {
            self.state.remove(&object.uid);
            self.deleted.insert(object.uid);
        } else {
            self.told.insert((object.uid.clone(), object.version.clone()));
            self.state.insert(object.uid, (object.name, object.version));
        }
    }
}

/// As KEP-5504 compares versions.
fn newer(version: &str, than: &str) -> bool {
    (version.len(), version) > (than.len(), than)
}

/// What one state has and another lacks.
fn missing<'a>(of: &'a State, from: &State) -> Vec<&'a (String, String)> {
    of.iter()
        .filter(|(uid, object)| from.get(*uid) != Some(object))
        .map(|(_, object)| object)
        .collect()
}
