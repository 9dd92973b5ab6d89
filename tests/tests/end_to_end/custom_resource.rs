//! Custom resources: required fields, no `Default`, with and without a list type.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use watchables::rel_1_37::CATALOG;
use watchables::rel_1_37::v1::{ListMeta, ObjectMeta, Pod};
use watchables::{
    CatalogEntry, Client, InitialList, Meta, Multiplexed, MultiplexingWatcher, ObjectList, Origin,
    Resource, ResourceInfo, Scope, StreamOptions, WatchEvent, Watchable, Watcher,
};

use crate::support::{Reply, ScriptedServer, client, client_of, pod, soon};

#[derive(Debug, Deserialize, Watchable)]
#[serde(rename_all = "camelCase")]
#[watchable(
    group = "stable.example.com",
    version = "v1",
    plural = "crontabs",
    namespaced,
    list = CronTabList
)]
struct CronTab {
    api_version: Option<String>,
    kind: Option<String>,
    metadata: ObjectMeta,
    spec: CronTabSpec,
}

#[derive(Debug, Deserialize)]
struct CronTabSpec {
    schedule: String,
}

#[derive(Deserialize)]
struct CronTabList {
    metadata: ListMeta,
    items: Vec<CronTab>,
}

#[derive(Deserialize, Watchable)]
#[watchable(group = "stable.example.com", version = "v1beta1", kind = "Fleet", plural = "fleets")]
struct MyFleet {
    metadata: ObjectMeta,
}

/// `Watchable` is the only bound that a generic function needs.
fn watch_any<T: Watchable>(client: Client) -> Watcher<T> {
    Watcher::new(client)
}

#[test]
fn derive_defines_the_resource() {
    assert_eq!(CronTab::RESOURCE.to_string(), "crontabs.stable.example.com/v1");
    assert_eq!(
        (CronTab::RESOURCE.kind(), CronTab::RESOURCE.scope()),
        ("CronTab", Scope::Namespaced)
    );
    assert_eq!((MyFleet::RESOURCE.kind(), MyFleet::RESOURCE.scope()), ("Fleet", Scope::Cluster));
}

#[tokio::test]
async fn object_and_list_type_have_the_same_resource() {
    let server = EmbeddedServer::builder(CATALOG).start().await.unwrap();
    let client = client(&server);
    let tabs = Watcher::<CronTab>::new(client.clone()).namespace("shop");
    let lists = Watcher::<CronTabList>::new(client.clone()).namespace("shop");
    assert_eq!(tabs.resource(), lists.resource());
    let fleets = Watcher::<MyFleet>::new(client.clone());
    let lists = Watcher::<ObjectList<MyFleet>>::new(client.clone());
    assert_eq!(fleets.resource(), lists.resource());
    let lists = Watcher::<MyFleetList>::new(client.clone());
    assert_eq!(fleets.resource(), lists.resource(), "the list type that the derive defines");
    assert_eq!(watch_any::<CronTabList>(client).resource(), tabs.resource());
    let _ = (|list: CronTabList| (list.metadata, list.items), |fleet: MyFleet| fleet.metadata);
}

/// Generic over the type of a field.
#[derive(Debug, Deserialize, Watchable)]
#[watchable(
    group = "stable.example.com",
    version = "v1",
    kind = "CronTab",
    plural = "crontabs",
    namespaced
)]
struct Part<S: Send> {
    metadata: ObjectMeta,
    spec: S,
}

const CRON_TABS: CatalogEntry = CatalogEntry {
    resource: ResourceInfo::new(
        "stable.example.com",
        "v1",
        "CronTab",
        "crontabs",
        Scope::Namespaced,
    ),
    list_kind: Some("CronTabList"),
    singular: "crontab",
    short_names: &["ct"],
    verbs: &["create", "delete", "get", "list", "update", "watch"],
};

async fn server() -> EmbeddedServer {
    EmbeddedServer::builder(CATALOG).resource(CRON_TABS).start().await.unwrap()
}

fn tab(name: &str, schedule: &str) -> Value {
    json!({
        "apiVersion": "stable.example.com/v1",
        "kind": "CronTab",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"schedule": schedule},
    })
}

#[tokio::test]
async fn custom_resource_is_watched_with_its_type_meta() {
    let server = server().await;
    server.store().create(tab("nightly", "0 3 * * *")).unwrap();
    let watcher = Watcher::<CronTabList>::new(client(&server)).namespace("default");
    let event = watcher.stream(StreamOptions::managed()).try_next().await.unwrap().unwrap();
    assert_eq!(event.obj.spec.schedule, "0 3 * * *");
    assert_eq!(event.obj.metadata.name.as_deref(), Some("nightly"));
    assert_eq!(event.obj.kind.as_deref(), Some("CronTab"));
    assert_eq!(event.obj.api_version.as_deref(), Some("stable.example.com/v1"));
}

/// A custom resource, a type of a release, and metadata.
#[derive(Debug, Multiplexed)]
enum Seen {
    CronTab(CronTab),
    Pod(Box<Pod>),
    Meta(Meta<CronTab>),
}

#[tokio::test]
async fn custom_resource_is_a_variant_of_a_multiplexed_enum() {
    let server = server().await;
    server.store().create(tab("nightly", "0 3 * * *")).unwrap();
    server.store().create(pod("default", "web")).unwrap();
    let mux = MultiplexingWatcher::<Seen>::new();
    mux.add_watcher(Watcher::<CronTabList>::new(client(&server)).namespace("default"));
    mux.add_watcher(Watcher::<Pod>::new(client(&server)));
    mux.add_watcher_as("names", Watcher::<Meta<CronTab>>::new(client(&server)));
    let mut events = mux.stream(StreamOptions::managed());
    let mut lines = Vec::new();
    for _ in 0..3 {
        let event = soon(events.try_next()).await.unwrap().unwrap();
        lines.push(match event.obj {
            Seen::CronTab(tab) => format!("{}: {}", event.source, tab.spec.schedule),
            Seen::Pod(pod) => format!("{}: {}", event.source, pod.metadata.name.unwrap()),
            Seen::Meta(tab) => format!("{}: {}", event.source, tab.metadata.name.unwrap()),
        });
    }
    lines.sort();
    assert_eq!(
        lines,
        ["crontabs.stable.example.com/v1: 0 3 * * *", "names: nightly", "pods/v1: web"]
    );
}

#[tokio::test]
async fn generic_type_is_watched_if_it_deserializes() {
    let server = server().await;
    server.store().create(tab("nightly", "0 3 * * *")).unwrap();
    let complete = Watcher::<Part<CronTabSpec>>::new(client(&server)).namespace("default");
    let event = soon(complete.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.spec.schedule, "0 3 * * *");
    let skipped = Watcher::<PartList<IgnoredAny>>::new(client(&server));
    let event = soon(skipped.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("nightly"));
    let _ = event.obj.spec;
}

/// The type does not decode from a tombstone's metadata, so the deletion carries the object as last delivered.
#[tokio::test]
async fn deletion_in_a_gap_has_the_last_object_if_fields_are_required() {
    for how in [InitialList::Streaming, InitialList::Paged] {
        let server = server().await;
        let store = server.store();
        let mut changed = store.create(tab("changed", "1 * * * *")).unwrap();
        store.create(tab("recreated", "2 * * * *")).unwrap();
        let watcher = Watcher::<CronTab>::new(client(&server)).initial_list(how);
        let mut events = watcher.stream(StreamOptions::managed());
        for _ in 0..2 {
            soon(events.try_next()).await.unwrap().unwrap();
        }
        changed["spec"]["schedule"] = "3 * * * *".into();
        store.update(changed).unwrap();
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!(summary(&event), ("MODIFIED", Origin::Live, "changed", "3 * * * *"));
        watcher.stop();

        for name in ["changed", "recreated"] {
            store.delete(watcher.resource(), Some("default"), name).unwrap();
        }
        store.create(tab("recreated", "4 * * * *")).unwrap();
        store.compact();
        let mut events = watcher.stream(StreamOptions::managed());
        for expected in [
            ("DELETED", Origin::Repair, "recreated", "2 * * * *"),
            ("ADDED", Origin::Repair, "recreated", "4 * * * *"),
            ("DELETED", Origin::Repair, "changed", "3 * * * *"),
        ] {
            let event = soon(events.try_next()).await.unwrap().unwrap();
            assert_eq!(summary(&event), expected, "{how:?}");
        }
    }
}

fn summary(event: &WatchEvent<CronTab>) -> (&str, Origin, &str, &str) {
    let name = event.obj.metadata.name.as_deref().unwrap_or("-");
    (event.etype.as_str(), event.origin, name, &event.obj.spec.schedule)
}

#[tokio::test]
async fn missing_resource_is_a_terminal_error() {
    let server = EmbeddedServer::builder(CATALOG).start().await.unwrap();
    for options in [StreamOptions::managed(), StreamOptions::unmanaged()] {
        let watcher = Watcher::<CronTab>::new(client(&server)).namespace("shop");
        let error = soon(watcher.stream(options).try_next()).await.unwrap_err();
        assert!(error.is_not_found() && error.is_terminal());
        let lacks = "the server has no crontabs.stable.example.com/v1; is the CRD installed?";
        assert!(error.to_string().contains(lacks), "{error}");
    }
    // A namespace that does not exist is treated as empty, as by Kubernetes.
    let nowhere = Watcher::<Pod>::new(client(&server)).namespace("nowhere");
    let mut events = nowhere.stream(StreamOptions::managed());
    let idle = tokio::time::timeout(Duration::from_millis(200), events.try_next()).await;
    assert!(idle.is_err(), "{idle:?}");
}

#[tokio::test]
async fn wait_for_resource_retries_until_it_exists() {
    let list =
        json!({"metadata": {"resourceVersion": "7"}, "items": [tab("nightly", "0 3 * * *")]});
    let server = ScriptedServer::start([
        Reply::status(404).chunk("404 page not found\n"),
        Reply::status(404).chunk("404 page not found\n"),
        Reply::status(200).chunk(list.to_string()),
        Reply::status(200).keep_open(),
    ])
    .await;
    let watcher = Watcher::<CronTab>::new(client_of(server.url()))
        .initial_list(InitialList::Paged)
        .wait_for_resource(true);
    let status = watcher.status();
    let mut events = watcher.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(summary(&event), ("ADDED", Origin::Initial, "nightly", "0 3 * * *"));
    assert_eq!(status.borrow().restarts, 2);
}
