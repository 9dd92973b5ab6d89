//! A watcher under test, whose events are checked and recorded as they arrive.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use watchables::{EventType, Origin, Phase, StreamOptions, WatchStatus, WatchTarget, Watcher};

use crate::report::{NotPassed, failed};
use crate::scenarios::models::{Identity, Named};

/// Longer than the longest backoff and the idle timeout of a half-open connection.
const CONVERGENCE_TIMEOUT: Duration = Duration::from_mins(2);

/// The objects of a collection: name and version by uid.
pub(super) type Objects = BTreeMap<String, (String, String)>;

#[derive(Default)]
struct Record {
    /// The objects that the events add up to.
    objects: Objects,
    /// Uids and versions of all ADDED and MODIFIED events.
    delivered: BTreeSet<(String, String)>,
    deleted: BTreeSet<String>,
    violations: Vec<String>,
    repair_events: usize,
}

pub(super) struct ObservedWatcher {
    record: Arc<Mutex<Record>>,
    status: tokio::sync::watch::Receiver<WatchStatus>,
    task: JoinHandle<()>,
}

impl ObservedWatcher {
    /// Starts a managed stream and records its events.
    pub(super) fn start<T>(watcher: Watcher<T>) -> Self
    where
        T: WatchTarget<Item: Named> + 'static,
    {
        let record = Arc::<Mutex<Record>>::default();
        let status = watcher.status();
        let shared = Arc::clone(&record);
        let task = tokio::spawn(async move {
            let mut stream = watcher.stream(StreamOptions::managed());
            while let Some(item) = stream.next().await {
                let mut record = shared.lock().expect("no panic");
                match item {
                    Ok(event) => record.add(event.etype, event.origin, event.obj.identity()),
                    Err(error) => record.violations.push(format!("{:?}", failed(error))),
                }
            }
            shared.lock().expect("no panic").violations.push("the stream ended".to_owned());
        });
        Self { record, status, task }
    }

    /// Waits until the server has responded for the first time.
    pub(super) async fn wait_connected(&self) -> Result<(), NotPassed> {
        let before = [Phase::Stopped, Phase::Connecting];
        self.wait_for_phase(|phase| !before.contains(&phase), "the server never responded").await
    }

    /// Waits until the watch has started: after the initial list a new connection may still be opening.
    pub(super) async fn wait_live(&self) -> Result<(), NotPassed> {
        self.wait_for_phase(|phase| phase == Phase::Live, "the watcher never became live").await
    }

    async fn wait_for_phase(
        &self,
        matches: impl Fn(Phase) -> bool,
        error: &'static str,
    ) -> Result<(), NotPassed> {
        let mut status = self.status.clone();
        let reached = status.wait_for(|status| matches(status.phase));
        match tokio::time::timeout(CONVERGENCE_TIMEOUT, reached).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(error.into()),
        }
    }

    /// Waits until the delivered events add up to these objects.
    pub(super) async fn converges_to(&self, expected: &Objects) -> Result<(), NotPassed> {
        let start = Instant::now();
        loop {
            {
                let record = self.record.lock().expect("no panic");
                if let Some(violation) = record.violations.first() {
                    return Err(violation.clone().into());
                }
                if record.objects == *expected {
                    return Ok(());
                }
                if start.elapsed() > CONVERGENCE_TIMEOUT {
                    let phase = self.status.borrow().phase;
                    let missing = difference(expected, &record.objects);
                    let extra = difference(&record.objects, expected);
                    return Err(format!(
                        "in phase {phase:?}: missing {missing:?}, unexpected {extra:?}"
                    )
                    .into());
                }
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Checks that each of these versions and each of these deletions was delivered.
    pub(super) fn has_delivered(
        &self,
        versions: &[(String, String)],
        deleted: &[String],
    ) -> Result<(), NotPassed> {
        let record = self.record.lock().expect("no panic");
        let lost: Vec<_> =
            versions.iter().filter(|version| !record.delivered.contains(version)).collect();
        if !lost.is_empty() {
            return Err(format!("{} changes were not delivered: {lost:?}", lost.len()).into());
        }
        let lost: Vec<_> = deleted.iter().filter(|uid| !record.deleted.contains(*uid)).collect();
        if !lost.is_empty() {
            return Err(format!("{} deletions were not delivered: {lost:?}", lost.len()).into());
        }
        Ok(())
    }

    pub(super) fn status(&self) -> WatchStatus {
        self.status.borrow().clone()
    }

    /// Returns the number of events delivered by gap repairs.
    pub(super) fn repair_events(&self) -> usize {
        self.record.lock().expect("no panic").repair_events
    }
}

impl Drop for ObservedWatcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Record {
    fn add(&mut self, etype: EventType, origin: Origin, object: Identity) {
        let current = self.objects.get(&object.uid).map(|(_, version)| version.clone());
        let violation = match (etype, &current) {
            (EventType::Added, Some(_)) => Some("was added twice"),
            (EventType::Modified, None) => Some("was modified but never added"),
            (EventType::Deleted, None) => Some("was deleted but does not exist"),
            (EventType::Modified, Some(current)) if !is_newer(&object.version, current) => {
                Some("was modified without a newer version")
            }
            _ => None,
        };
        let same_name =
            self.objects.iter().any(|(uid, (name, _))| *uid != object.uid && *name == object.name);
        let violation = match etype {
            EventType::Added if same_name => Some("was added while another has its name"),
            _ => violation,
        };
        if let Some(violation) = violation {
            self.violations.push(format!(
                "{etype} {origin:?}: {object:?} {violation} (delivered version: {current:?})"
            ));
        }
        self.repair_events += usize::from(origin == Origin::Repair);
        if etype == EventType::Deleted {
            self.objects.remove(&object.uid);
            self.deleted.insert(object.uid);
        } else {
            self.delivered.insert((object.uid.clone(), object.version.clone()));
            self.objects.insert(object.uid, (object.name, object.version));
        }
    }
}

/// Compares versions as KEP-5504 does.
fn is_newer(version: &str, than: &str) -> bool {
    (version.len(), version) > (than.len(), than)
}

/// Returns the objects that are in `a` but not in `b`.
fn difference<'a>(a: &'a Objects, b: &Objects) -> Vec<&'a (String, String)> {
    a.iter().filter(|(uid, object)| b.get(*uid) != Some(object)).map(|(_, object)| object).collect()
}
