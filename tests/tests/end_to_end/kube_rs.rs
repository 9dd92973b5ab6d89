//! Interoperability with kube-rs: watching its types, and feeding its reflector and controller.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::core::PartialObjectMeta;
use kube::runtime::controller::{Action, Controller};
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt as _, reflector};
use kube::{CustomResource, ResourceExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use watchables::rel_1_37::CATALOG;
use watchables::{
    CatalogEntry, InitialList, Kube, Meta, Origin, ResourceInfo, Scope, StreamOptions, WatchError,
    Watcher,
};
use watchables_tests::{Reply, ScriptedServer, client, client_of, pod, server, soon, until};

#[derive(Clone, Debug, CustomResource, Deserialize, Serialize)]
#[kube(
    group = "stable.example.com",
    version = "v1",
    kind = "CronTab",
    namespaced,
    schema = "disabled"
)]
struct CronTabSpec {
    schedule: String,
}

#[tokio::test]
async fn k8s_openapi_types_are_watched() {
    let server = server().await;
    server.store().create(pod("default", "web")).unwrap();
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}});
    server.store().create(node).unwrap();
    let pods = Watcher::<Kube<Pod>>::new(client(&server)).namespace("default");
    let event = soon(pods.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.spec.as_ref().unwrap().containers[0].name, "main");
    let pod: Pod = event.obj.into_inner();
    assert_eq!(pod.name_any(), "web");
    let nodes = Watcher::<Kube<Node>>::new(client(&server));
    let event = soon(nodes.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.name_any(), "n");

    let metadata = Watcher::<Meta<Kube<Pod>>>::new(client(&server)).namespace("default");
    let event = soon(metadata.stream(StreamOptions::managed()).try_next()).await;
    assert_eq!(event.unwrap().unwrap().obj.metadata.name.as_deref(), Some("web"));
    let metadata = Watcher::<Kube<PartialObjectMeta<Pod>>>::new(client(&server));
    let event = soon(metadata.stream(StreamOptions::managed()).try_next()).await;
    assert_eq!(event.unwrap().unwrap().obj.name_any(), "web");
}

fn cron_tabs() -> CatalogEntry {
    let resource =
        ResourceInfo::new("stable.example.com", "v1", "CronTab", "crontabs", Scope::Namespaced);
    CatalogEntry {
        resource,
        list_kind: Some("CronTabList"),
        singular: "crontab",
        short_names: &[],
        verbs: &["create", "delete", "get", "list", "update", "watch"],
    }
}

/// The fields are required, so a deletion in a gap carries the object as last delivered.
#[tokio::test]
async fn kube_custom_resource_deletion_in_a_gap_has_the_last_object() {
    let server = EmbeddedServer::builder(CATALOG).resource(cron_tabs()).start().await.unwrap();
    let tab = json!({
        "apiVersion": "stable.example.com/v1",
        "kind": "CronTab",
        "metadata": {"name": "nightly", "namespace": "default"},
        "spec": {"schedule": "0 3 * * *"},
    });
    server.store().create(tab).unwrap();
    let watcher = Watcher::<Kube<CronTab>>::new(client(&server)).namespace("default");
    let mut events = watcher.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.spec.schedule, "0 3 * * *");
    watcher.stop();
    server.store().delete(watcher.resource(), Some("default"), "nightly").unwrap();
    server.store().compact();
    let mut events = watcher.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!((event.etype.as_str(), event.origin), ("DELETED", Origin::Repair));
    assert_eq!(event.obj.spec.schedule, "0 3 * * *");
}

/// Returns an event as a line: its type and the object's name.
fn line(event: &Event<Pod>) -> String {
    match event {
        Event::Init => "Init".to_owned(),
        Event::InitDone => "InitDone".to_owned(),
        Event::InitApply(pod) => format!("InitApply {}", pod.name_any()),
        Event::Apply(pod) => format!("Apply {}", pod.name_any()),
        Event::Delete(pod) => format!("Delete {}", pod.name_any()),
    }
}

async fn next(events: &mut watchables::KubeEvents<Pod>) -> String {
    line(&soon(events.try_next()).await.unwrap().expect("an event"))
}

fn list(version: &str, pods: &[Value]) -> Reply {
    let list = json!({"metadata": {"resourceVersion": version}, "items": pods});
    Reply::status(200).chunk(list.to_string())
}

fn stored(name: &str, version: &str) -> Value {
    json!({"metadata": {
        "name": name, "namespace": "default", "uid": format!("uid of {name}"), "resourceVersion": version,
    }})
}

#[tokio::test]
async fn initial_list_is_init_and_a_repair_is_apply_and_delete() {
    let gone = json!({"type": "ERROR", "object": {"kind": "Status", "message": "too old", "reason": "Expired", "code": 410}});
    let server = ScriptedServer::start([
        list("7", &[stored("a", "1"), stored("b", "2")]),
        Reply::status(200).chunk(format!("{gone}\n")).keep_open(),
        list("9", &[stored("b", "8"), stored("c", "9")]),
        Reply::status(200).keep_open(),
    ])
    .await;
    let watcher =
        Watcher::<Kube<Pod>>::new(client_of(server.url())).initial_list(InitialList::Paged);
    let mut events = watcher.kube_events();
    for expected in
        ["Init", "InitApply a", "InitApply b", "InitDone", "Apply b", "Apply c", "Delete a"]
    {
        assert_eq!(next(&mut events).await, expected);
    }
}

/// The list is restarted after its first page. Objects of that page are not delivered twice, and one that is
/// deleted by then comes after `InitDone`, because a store cannot remove objects before it.
#[tokio::test]
async fn restarted_initial_list_is_a_single_init() {
    let first = json!({"metadata": {"resourceVersion": "7", "continue": "more"}, "items": [
        stored("a", "1"), stored("b", "2"),
    ]});
    let server = ScriptedServer::start([
        Reply::status(200).chunk(first.to_string()),
        Reply::status(410).chunk(r#"{"reason":"Expired","code":410}"#),
        list("9", &[stored("b", "2"), stored("c", "9")]),
        Reply::status(200).keep_open(),
    ])
    .await;
    let watcher =
        Watcher::<Kube<Pod>>::new(client_of(server.url())).initial_list(InitialList::Paged);
    let mut events = watcher.kube_events();
    for expected in ["Init", "InitApply a", "InitApply b", "InitApply c", "InitDone", "Delete a"] {
        assert_eq!(next(&mut events).await, expected);
    }
}

#[tokio::test]
async fn empty_initial_list_is_init_and_init_done_for_every_stream() {
    let server = server().await;
    let watcher =
        Watcher::<Kube<Pod>>::new(client(&server)).resource_version("1").repair_gaps(false);
    let mut events = watcher.kube_events();
    for expected in ["Init", "InitDone"] {
        assert_eq!(next(&mut events).await, expected);
    }
    server.store().create(pod("default", "web")).unwrap();
    assert_eq!(next(&mut events).await, "Apply web");
    let mut again = watcher.kube_events();
    for expected in ["Init", "InitApply web", "InitDone"] {
        assert_eq!(next(&mut again).await, expected);
    }
    assert!(soon(events.try_next()).await.unwrap().is_none(), "the previous stream has ended");
    watcher.stop();
    assert!(soon(again.try_next()).await.unwrap().is_none());
}

/// The resource versions of a store's or a server's objects, by name.
type Versions = BTreeMap<String, String>;

#[tokio::test]
async fn reflector_store_converges_after_a_gap() {
    for how in [InitialList::Streaming, InitialList::Paged] {
        let server = server().await;
        let names = ["changed", "deleted", "recreated", "same"];
        let objects = names.map(|name| server.store().create(pod("default", name)).unwrap());
        let watcher = Watcher::<Kube<Pod>>::new(client(&server)).initial_list(how);
        let (store, writer) = reflector::store::<Pod>();
        let inits = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&inits);
        let fed = reflector(writer, watcher.kube_events()).try_for_each(move |event| {
            *counted.lock().unwrap() += usize::from(matches!(event, Event::Init));
            std::future::ready(Ok(()))
        });
        let feeding = tokio::spawn(fed);
        soon(store.wait_until_ready()).await.unwrap();
        let in_store = || -> Versions {
            let entry = |pod: Arc<Pod>| (pod.name_any(), pod.resource_version().unwrap());
            store.state().into_iter().map(entry).collect()
        };
        let on_server = || -> Versions {
            let text = |pod: &Value, key: &str| pod["metadata"][key].as_str().unwrap().to_owned();
            let pods = server.store().list(watcher.resource()).unwrap();
            pods.iter().map(|pod| (text(pod, "name"), text(pod, "resourceVersion"))).collect()
        };
        assert_eq!(in_store(), on_server(), "{how:?}");

        server.store().create(pod("default", "live")).unwrap();
        until(|| in_store() == on_server()).await;
        // All of this happens before the server's watch delivers it; then the watch's history is compacted.
        let [mut changed, ..] = objects;
        changed["metadata"]["labels"]["app"] = "new".into();
        server.store().update(changed).unwrap();
        for name in ["deleted", "recreated"] {
            server.store().delete(watcher.resource(), Some("default"), name).unwrap();
        }
        server.store().create(pod("default", "recreated")).unwrap();
        server.store().create(pod("default", "new")).unwrap();
        server.store().compact();
        until(|| in_store() == on_server()).await;
        assert_eq!(watcher.status().borrow().repairs, 1, "{how:?}");
        assert_eq!(*inits.lock().unwrap(), 1, "a repair is not an Init");
        watcher.stop();
        soon(feeding).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn controller_reconciles_objects_from_kube_events() {
    let server = server().await;
    server.store().create(pod("default", "first")).unwrap();
    let watcher = Watcher::<Kube<Pod>>::new(client(&server)).namespace("default");
    let (store, writer) = reflector::store();
    let trigger = reflector(writer, watcher.kube_events()).applied_objects();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let reconcile = |pod: Arc<Pod>, seen: Arc<Mutex<Vec<String>>>| async move {
        seen.lock().unwrap().push(pod.name_any());
        Ok::<_, WatchError>(Action::await_change())
    };
    let controller = Controller::for_stream(trigger, store)
        .run(reconcile, |_, _, _| Action::requeue(Duration::from_secs(1)), Arc::clone(&seen))
        .for_each(|_| std::future::ready(()));
    let running = tokio::spawn(controller);
    until(|| seen.lock().unwrap().contains(&"first".to_owned())).await;
    server.store().create(pod("default", "second")).unwrap();
    until(|| seen.lock().unwrap().contains(&"second".to_owned())).await;
    running.abort();
}

#[tokio::test]
async fn kube_events_errors_have_status_and_source() {
    let server = EmbeddedServer::builder(CATALOG).start().await.unwrap();
    let watcher = Watcher::<Kube<CronTab>>::new(client(&server));
    let mut events = watcher.kube_events();
    assert!(matches!(soon(events.try_next()).await, Ok(Some(Event::Init))));
    let Err(watcher::Error::WatchError(status)) = soon(events.try_next()).await else { panic!() };
    assert_eq!(status.code, 404);
    assert!(status.message.contains("is the CRD installed?"), "{status:?}");
    assert!(soon(events.try_next()).await.unwrap().is_none());

    let bad = json!({"metadata": {"name": "a", "resourceVersion": "1"}, "spec": {"containers": 7}});
    let server = ScriptedServer::start([
        list("7", &[bad, stored("b", "2")]),
        Reply::status(200).keep_open(),
    ])
    .await;
    let watcher =
        Watcher::<Kube<Pod>>::new(client_of(server.url())).initial_list(InitialList::Paged);
    let mut events = watcher.kube_events();
    assert_eq!(next(&mut events).await, "Init");
    let error = soon(events.try_next()).await.unwrap_err();
    let source = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
    let ours = source.into_iter().find_map(|e| e.downcast_ref::<WatchError>());
    assert!(ours.is_some_and(WatchError::is_decode), "{error:?}");
    for expected in ["InitApply b", "InitDone"] {
        assert_eq!(next(&mut events).await, expected);
    }
}
