//! Durable streams without async.

use std::task::Poll;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde_json::json;
use watchables::blocking::{Client, DurableEvents, MultiplexingWatcher, Watcher};
use watchables::rel_1_37::{CATALOG, ConfigMap, Pod};
use watchables::{AnyObject, Checkpoints, DurableEvent, EventType, Resource};

use crate::support::{config_of, pod};

/// Nobody waits for it in a test that passes.
const LONG: Duration = Duration::from_mins(1);

struct Cluster {
    server: EmbeddedServer,
    client: Client,
    checkpoints: Checkpoints,
    _folder: tempfile::TempDir,
}

impl Cluster {
    fn start() -> Self {
        let server = EmbeddedServer::builder(CATALOG).start_in_thread().unwrap();
        let client = Client::try_from_config(config_of(&server.url())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::open(folder.path().join("checkpoints")).unwrap();
        Self { server, client, checkpoints, _folder: folder }
    }

    fn create(&self, name: &str) {
        self.server.store().create(pod("default", name)).unwrap();
    }

    fn pods(&self) -> DurableEvents<Pod> {
        let watcher = Watcher::<Pod>::new(&self.client).namespace("default");
        watcher.durable(&self.checkpoints, "pods").unwrap()
    }
}

fn take<O>(events: &mut DurableEvents<O>) -> DurableEvent<O> {
    match events.next_within(LONG) {
        Poll::Ready(Some(event)) => event.unwrap(),
        other => panic!("{:?}", other.map(|item| item.is_some())),
    }
}

fn name(event: &DurableEvent<Pod>) -> String {
    event.obj.metadata.name.as_deref().unwrap().to_owned()
}

#[test]
fn what_was_not_committed_comes_again_with_its_id() {
    let cluster = Cluster::start();
    cluster.create("a");
    let mut events = cluster.pods();
    assert_eq!(name(&events.next().unwrap().unwrap()), "a");
    events.commit().unwrap();
    cluster.create("b");
    let uncommitted = take(&mut events);
    drop(events);

    cluster.server.store().delete(&Pod::RESOURCE, Some("default"), "a").unwrap();
    let mut events = cluster.pods();
    let again = take(&mut events);
    assert_eq!((name(&again), again.id()), ("b".to_owned(), uncommitted.id()));
    // A Pod that runs on a node is modified first, for its grace period.
    let mut change = take(&mut events);
    while change.etype == EventType::Modified {
        change = take(&mut events);
    }
    assert_eq!((name(&change), change.etype), ("a".to_owned(), EventType::Deleted));
    assert!(events.next_within(Duration::from_millis(50)).is_pending(), "nothing comes twice");
    cluster.create("c");
    assert_eq!(name(&take(&mut events)), "c", "and nothing is lost by waiting");
}

#[test]
fn events_are_committed_up_to_one_of_them() {
    let cluster = Cluster::start();
    let mut events = cluster.pods();
    // In three steps, as the order of a list is the server's.
    let mut handed_out = Vec::new();
    for pod in ["a", "b", "c"] {
        cluster.create(pod);
        handed_out.push(take(&mut events));
    }
    events.commit_up_to(&handed_out[0]).unwrap();
    events.commit_up_to_mark(handed_out[1].mark()).unwrap();
    drop(events);

    let mut events = cluster.pods();
    assert_eq!(name(&take(&mut events)), "c");
    let error = events.commit_up_to(&handed_out[2]).unwrap_err();
    assert!(error.to_string().contains("another stream"), "{error}");
}

#[test]
fn multiplexer_has_a_checkpoint_for_each_watcher() {
    let cluster = Cluster::start();
    cluster.create("a");
    let map = json!({"metadata": {"name": "m", "namespace": "default"}, "apiVersion": "v1", "kind": "ConfigMap"});
    cluster.server.store().create(map).unwrap();
    let mux = || {
        let mux = MultiplexingWatcher::<AnyObject>::new(&cluster.client);
        mux.add_watcher_as("pods", Watcher::<Pod>::new(&cluster.client));
        mux.add_watcher_as("maps", Watcher::<ConfigMap>::new(&cluster.client).namespace("default"));
        mux
    };
    let mut events = mux().durable(&cluster.checkpoints, "all").unwrap().cluster("test");
    let mut names = [take(&mut events), take(&mut events)].map(|event| event.id().to_string());
    names.sort();
    assert!(names[0].starts_with("test/") && names[0] != names[1], "{names:?}");
    events.commit().unwrap();
    assert_eq!(cluster.checkpoints.names().unwrap(), ["all/maps", "all/pods"]);

    let error = mux().durable(&cluster.checkpoints, "all").unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("all/pods"));
    drop(events);
    let mut events = mux().durable(&cluster.checkpoints, "all").unwrap().cluster("test");
    cluster.create("late");
    let late = take(&mut events).id().to_string();
    assert!(!names.contains(&late), "{late} was committed");
}
