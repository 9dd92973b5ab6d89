//! Stores of kube-rs' types, whose changes feed kube-runtime's reflectors and controllers.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use embedded_apiserver::Fault;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use kube::ResourceExt as _;
use kube::runtime::controller::{Action, Controller};
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use serde_json::{Value, json};
use watchables::rel_1_37::Pod;
use watchables::{
    EventType, Kube, Origin, Resource as _, Store, StoreBuilder, StoreEvents, StoreWriter,
    WaitError, Watcher, WatcherExt as _,
};

use crate::support::{client, pod, server, soon, until};

type KubePod = k8s_openapi::api::core::v1::Pod;

#[tokio::test]
async fn one_store_feeds_a_reflector_and_a_controller_of_kube() {
    let server = server().await;
    for name in ["a", "b"] {
        server.store().create(pod("default", name)).unwrap();
    }
    let ours = Watcher::<Kube<KubePod>>::new(client(&server)).namespace("default").store();
    let (kubes, writer) = reflector::store::<KubePod>();
    let feeding =
        tokio::spawn(reflector(writer, ours.kube_events()).try_for_each(|_| async { Ok(()) }));
    soon(kubes.wait_until_ready()).await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (controlled, writer) = reflector::store();
    let trigger = reflector(writer, ours.kube_events()).applied_objects();
    let reconcile = |pod: Arc<KubePod>, seen: Arc<Mutex<Vec<String>>>| async move {
        seen.lock().unwrap().push(pod.name_any());
        Ok::<_, WaitError>(Action::await_change())
    };
    let controller = Controller::for_stream(trigger, controlled)
        .run(reconcile, |_, _, _| Action::requeue(Duration::from_secs(1)), Arc::clone(&seen))
        .for_each(|_| std::future::ready(()));
    let running = tokio::spawn(controller);
    server.store().create(pod("default", "c")).unwrap();
    server.store().delete(&Pod::RESOURCE, Some("default"), "a").unwrap();
    let in_kubes = || {
        let mut names: Vec<_> = kubes.state().iter().map(|pod| pod.name_any()).collect();
        names.sort();
        names
    };
    until(|| in_kubes() == ["b", "c"]).await;
    until(|| seen.lock().unwrap().iter().any(|name| name == "c")).await;
    assert_eq!(server.watches(), 1, "one watch feeds all");
    running.abort();
    ours.stop();
    soon(feeding).await.unwrap().unwrap();
}

/// Returns a store that the test writes itself, so that it becomes ready when the test says so.
fn written() -> (Store<Kube<KubePod>>, StoreWriter<Kube<KubePod>>) {
    let store = StoreBuilder::new().written("", Pod::RESOURCE).build();
    let writer = store.writer("").unwrap();
    (store, writer)
}

fn apply(
    writer: &mut StoreWriter<Kube<KubePod>>,
    etype: EventType,
    origin: Origin,
    object: &Value,
) {
    writer.apply(etype, origin, object.to_string().into()).unwrap();
}

fn of(name: &str, uid: &str) -> Value {
    json!({"metadata": {"namespace": "default", "name": name, "uid": uid, "resourceVersion": "1"}})
}

/// Returns the events that are there, as lines.
fn lines(events: &mut StoreEvents<KubePod>) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(event) = events.next().now_or_never() {
        let line = |what: &str, pod: &KubePod| {
            format!("{what} {} {}", pod.name_any(), pod.metadata.uid.as_deref().unwrap_or("-"))
        };
        lines.push(match event.expect("it goes on").expect("no error") {
            watcher::Event::Init => "Init".to_owned(),
            watcher::Event::InitDone => "InitDone".to_owned(),
            watcher::Event::InitApply(pod) => line("InitApply", &pod),
            watcher::Event::Apply(pod) => line("Apply", &pod),
            watcher::Event::Delete(pod) => line("Delete", &pod),
        });
    }
    lines
}

/// Until `InitDone`, kube's stores fill a buffer from which nothing can be removed.
#[tokio::test]
async fn deletion_before_init_done_is_delivered_after_it() {
    let (store, mut writer) = written();
    let mut events = store.kube_events();
    let (kubes, to_kubes) = reflector::store::<KubePod>();
    let feeding = reflector(to_kubes, store.kube_events()).try_for_each(|_| async { Ok(()) });
    let feeding = tokio::spawn(feeding);
    for (name, uid) in [("gone", "1"), ("again", "1"), ("stays", "1")] {
        apply(&mut writer, EventType::Added, Origin::Initial, &of(name, uid));
    }
    assert_eq!(
        lines(&mut events),
        ["Init", "InitApply gone 1", "InitApply again 1", "InitApply stays 1"]
    );
    // One that is created again replaces the one that is gone, and must not be removed with it.
    apply(&mut writer, EventType::Deleted, Origin::Live, &of("gone", "1"));
    apply(&mut writer, EventType::Deleted, Origin::Live, &of("again", "1"));
    apply(&mut writer, EventType::Added, Origin::Live, &of("again", "2"));
    assert_eq!(lines(&mut events), ["InitApply again 2"]);
    writer.sync("2");
    assert_eq!(lines(&mut events), ["InitDone", "Delete gone 1"]);
    apply(&mut writer, EventType::Deleted, Origin::Live, &of("stays", "1"));
    assert_eq!(lines(&mut events), ["Delete stays 1"]);
    soon(kubes.wait_until_ready()).await.unwrap();
    let in_kubes = || kubes.state().iter().map(|pod| pod.name_any()).collect::<Vec<_>>();
    until(|| in_kubes() == ["again"]).await;
    assert_eq!(kubes.state()[0].metadata.uid.as_deref(), Some("2"));
    drop(writer);
    soon(feeding).await.unwrap().unwrap();
    assert!(soon(events.next()).await.is_none(), "it was not a failure");
}

#[tokio::test]
async fn forbidden_watch_is_the_last_item_with_its_reason() {
    let server = server().await;
    server.faults().inject(Fault::status(403).path("/api/v1/pods"));
    let store = Watcher::<Kube<KubePod>>::new(client(&server)).store();
    let mut events = store.kube_events();
    assert!(matches!(soon(events.next()).await, Some(Ok(watcher::Event::Init))));
    let error = soon(events.next()).await.unwrap().unwrap_err();
    assert!(matches!(error, watcher::Error::WatchFailed(_)), "{error:?}");
    let mut texts = vec![error.to_string()];
    let (mut is_wait_error, mut source) = (false, error.source());
    while let Some(error) = source {
        is_wait_error |= error.downcast_ref::<WaitError>().is_some_and(|error| {
            error.is_ended()
                && error.watch_error().is_some_and(watchables::WatchError::is_forbidden)
        });
        texts.push(error.to_string());
        source = error.source();
    }
    assert!(is_wait_error, "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("403")), "{texts:?}");
    assert!(soon(events.next()).await.is_none());

    // As kube's reflector tells it.
    let (_, writer) = reflector::store::<KubePod>();
    let fed = reflector(writer, store.kube_events()).try_for_each(|_| async { Ok(()) });
    assert!(matches!(soon(Box::pin(fed)).await, Err(watcher::Error::WatchFailed(_))));
}
