//! Several kinds in one stream.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};
use serde_json::json;
use watchables::rel_1_37::core::v1::PodList;
use watchables::rel_1_37::v1::{ConfigMap, Namespace, Node, Pod};
use watchables::{
    AnyObject, DynamicObject, EventType, Multiplexed, MultiplexingWatcher, MuxStream, Phase,
    Resource as _, StreamOptions, WatchError, WatchEvent, WatchStatus, Watcher, rel_1_17,
};

use crate::support::{client, pod, server, soon, until};

#[derive(Debug, Multiplexed)]
#[allow(clippy::large_enum_variant, reason = "tests variants with and without a box")]
enum Seen {
    Pod(Pod),
    Namespace(Namespace),
    Old(Box<rel_1_17::v1::Pod>),
}

/// Returns the next event as text: its type, kind, name and source.
async fn next(
    events: &mut (impl Stream<Item = Result<WatchEvent<Seen>, WatchError>> + Unpin),
) -> String {
    let WatchEvent { etype, obj, source, .. } = soon(events.try_next()).await.unwrap().unwrap();
    let (kind, name) = match obj {
        Seen::Pod(pod) => ("pod", pod.metadata.name),
        Seen::Namespace(namespace) => ("namespace", namespace.metadata.name),
        Seen::Old(pod) => ("old pod", pod.metadata.name),
    };
    format!("{etype} {kind} {} of {source}", name.unwrap())
}

/// Asserts that no item arrives for longer than a pending one would take.
async fn assert_idle<T>(events: &mut (impl Stream<Item = T> + Unpin)) {
    let item = tokio::time::timeout(Duration::from_millis(150), events.next()).await;
    assert!(item.is_err(), "an item arrived");
}

fn pods(server: &EmbeddedServer) -> Watcher<Pod> {
    Watcher::new(client(server)).namespace("default")
}

fn mux_of_pods(server: &EmbeddedServer) -> MultiplexingWatcher<Seen> {
    let mux = MultiplexingWatcher::new();
    mux.add_watcher(pods(server));
    mux
}

async fn collect_added(events: &mut MuxStream<Seen>, count: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..count {
        lines.push(next(events).await);
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn multiplexer_streams_the_events_of_its_watchers() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = mux_of_pods(&server);
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=default"),
    );
    let mut events = mux.stream(StreamOptions::managed());
    assert_eq!(
        collect_added(&mut events, 2).await,
        ["ADDED namespace default of namespaces/v1", "ADDED pod a of pods/v1"]
    );
    server.store().create(pod("default", "b")).unwrap();
    assert_eq!(next(&mut events).await, "ADDED pod b of pods/v1");
    assert_idle(&mut events).await;
}

#[tokio::test]
async fn stream_options_apply_to_every_watcher() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = MultiplexingWatcher::<Seen>::new();
    mux.add_watcher(pods(&server).timeout(Duration::from_secs(1)));
    // An unmanaged stream delivers the existing objects again after each timeout.
    let mut events = mux.stream(StreamOptions::unmanaged());
    for _ in 0..2 {
        assert_eq!(next(&mut events).await, "ADDED pod a of pods/v1");
    }
    // With `quit_on_timeout`, each watcher ends at its timeout, and the stream with the last of them.
    mux.add_watcher(Watcher::<Namespace>::new(client(&server)).timeout(Duration::from_secs(1)));
    let events = mux.stream(StreamOptions::managed().quit_on_timeout(true));
    let delivered: Vec<_> = soon(events.try_collect()).await.unwrap();
    assert!(delivered.iter().any(|event| matches!(event.obj, Seen::Namespace(_))));
    assert!(!mux.is_running());
    assert_eq!(mux.members().len(), 2, "the watchers stay for the next stream");
    server.store().create(pod("default", "b")).unwrap();
    let mut events = mux.stream(StreamOptions::managed());
    assert_eq!(next(&mut events).await, "ADDED pod b of pods/v1", "managed streams resume");
}

#[tokio::test]
async fn adding_a_watcher_of_the_same_type_replaces_and_stops_the_first() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    server.store().create(pod("kube-system", "b")).unwrap();
    let mux = mux_of_pods(&server);
    // The list type watches the same objects.
    mux.add_watcher(Watcher::<PodList>::new(client(&server)).namespace("kube-system"));
    assert_eq!(mux.members().len(), 1);
    let mut events = mux.stream(StreamOptions::managed());
    assert_eq!(next(&mut events).await, "ADDED pod b of pods/v1");
    assert_idle(&mut events).await;
    // Also while the stream is running.
    let first = mux.members().remove(0);
    mux.add_watcher(pods(&server));
    assert!(!first.watcher::<PodList>().unwrap().is_running());
    assert_eq!(next(&mut events).await, "ADDED pod a of pods/v1");
    until(|| server.watches() == 1).await;
}

#[tokio::test]
async fn watchers_can_be_added_and_deleted_while_iterating() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = mux_of_pods(&server);
    let mut events = mux.stream(StreamOptions::managed());
    let mut kinds = Vec::new();
    while let Some(event) = soon(events.try_next()).await.unwrap() {
        match event.obj {
            Seen::Pod(_) => {
                kinds.push("pod");
                mux.add_watcher(
                    Watcher::<Namespace>::new(client(&server))
                        .field_selector("metadata.name=kube-system"),
                );
            }
            Seen::Namespace(_) | Seen::Old(_) => {
                kinds.push("namespace");
                assert!(mux.del_watcher::<Pod>());
                assert!(mux.del_watcher::<Namespace>());
                assert!(!mux.del_watcher::<Namespace>(), "it was deleted before");
            }
        }
    }
    assert_eq!(kinds, ["pod", "namespace"], "the stream ends with the last watcher");
}

#[tokio::test]
async fn adding_or_deleting_a_watcher_wakes_a_waiting_stream() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = MultiplexingWatcher::<Seen>::new();
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=none"),
    );
    let mut events = mux.stream(StreamOptions::managed());
    let waiting = tokio::spawn(async move { (next(&mut events).await, events) });
    until(|| server.watches() == 1).await;
    mux.add_watcher(pods(&server));
    let (line, mut events) = soon(waiting).await.unwrap();
    assert_eq!(line, "ADDED pod a of pods/v1");
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    until(|| server.watches() == 2).await;
    assert!(mux.del_watcher::<Pod>());
    until(|| server.watches() == 1).await;
    assert!(mux.del_watcher::<Namespace>());
    assert!(soon(waiting).await.unwrap());
}

#[tokio::test]
async fn deleted_watcher_delivers_no_more_events() {
    let server = server().await;
    for n in 0..100 {
        server.store().create(pod("default", &format!("a{n}"))).unwrap();
    }
    let mux = mux_of_pods(&server);
    mux.add_watcher(Watcher::<Namespace>::new(client(&server)));
    let mut events = mux.stream(StreamOptions::managed());
    while !next(&mut events).await.contains(" pod ") {}
    assert!(mux.del_watcher::<Pod>());
    server
        .store()
        .create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "last"}}))
        .unwrap();
    loop {
        let line = next(&mut events).await;
        assert!(!line.contains(" pod "), "{line}");
        if line.contains(" last ") {
            break;
        }
    }
}

#[tokio::test]
async fn stopped_multiplexer_resumes_with_the_next_stream() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = mux_of_pods(&server);
    let mut events = mux.stream(StreamOptions::managed());
    next(&mut events).await;
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    until(|| server.watches() == 1).await;
    let stop = mux.stop_handle();
    std::thread::spawn(move || stop.stop()).join().unwrap();
    assert!(soon(waiting).await.unwrap());
    assert!(!mux.is_running());
    until(|| server.watches() == 0).await;
    server.store().create(pod("default", "b")).unwrap();
    let mut events = mux.stream(StreamOptions::managed());
    assert_eq!(next(&mut events).await, "ADDED pod b of pods/v1");
    // Also from the task that polls the stream.
    mux.stop();
    assert!(soon(events.next()).await.is_none());
}

#[tokio::test]
async fn new_stream_ends_the_previous_and_drop_closes_connections() {
    let server = server().await;
    let mux = mux_of_pods(&server);
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=none"),
    );
    let mut first = mux.stream(StreamOptions::managed());
    assert!(first.next().now_or_never().is_none());
    let mut second = mux.stream(StreamOptions::managed());
    assert!(soon(first.next()).await.is_none());
    let waiting = tokio::spawn(async move {
        drop(tokio::time::timeout(Duration::from_millis(300), second.next()).await);
    });
    until(|| server.watches() == 2).await;
    soon(waiting).await.unwrap();
    until(|| server.watches() == 0).await;
    assert!(!mux.is_running());
}

#[tokio::test]
async fn stream_without_watchers_ends_immediately() {
    let mux = MultiplexingWatcher::<Seen>::new();
    assert!(soon(mux.stream(StreamOptions::managed()).next()).await.is_none());
}

#[tokio::test]
async fn named_watchers_of_one_type_coexist() {
    let (europe, america) = (server().await, server().await);
    europe.store().create(pod("default", "a")).unwrap();
    america.store().create(pod("default", "b")).unwrap();
    let mux = MultiplexingWatcher::<Pod>::new();
    mux.add_watcher_as("prod-eu", pods(&europe));
    mux.add_watcher_as("prod-us", pods(&america));
    let mut events = mux.stream(StreamOptions::managed());
    let mut names = Vec::new();
    for _ in 0..2 {
        let event = soon(events.try_next()).await.unwrap().unwrap();
        names.push(format!("{} of {}", event.obj.metadata.name.unwrap(), event.source));
    }
    names.sort();
    assert_eq!(names, ["a of prod-eu", "b of prod-us"]);
    assert!(mux.del_watcher_named("prod-us") && !mux.del_watcher_named("prod-us"));
    assert!(!mux.del_watcher::<Pod>(), "a named watcher is deleted by its name only");
    america.store().create(pod("default", "c")).unwrap();
    europe.store().create(pod("default", "d")).unwrap();
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!((event.source.as_str(), event.etype), ("prod-eu", EventType::Added));
}

#[tokio::test]
async fn types_of_two_releases_are_distinct() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = mux_of_pods(&server);
    mux.add_watcher(Watcher::<rel_1_17::v1::Pod>::new(client(&server)));
    let mut events = mux.stream(StreamOptions::managed());
    assert_eq!(
        collect_added(&mut events, 2).await,
        ["ADDED old pod a of pods/v1", "ADDED pod a of pods/v1"]
    );
}

#[tokio::test]
async fn any_object_accepts_every_kind() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = MultiplexingWatcher::<AnyObject>::new();
    mux.add_watcher(pods(&server));
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=default"),
    );
    // Each resource of dynamic objects counts as a type.
    for resource in [Node::RESOURCE, ConfigMap::RESOURCE] {
        mux.add_watcher(Watcher::<DynamicObject>::for_resource(client(&server), resource));
    }
    assert_eq!(mux.members().len(), 4);
    let mut events = mux.stream(StreamOptions::managed());
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let obj = soon(events.try_next()).await.unwrap().unwrap().obj;
        match obj.downcast_ref::<Pod>() {
            Some(pod) => assert_eq!(pod.metadata.name.as_deref(), Some("a")),
            None => assert!(obj.downcast::<Namespace>().unwrap().metadata.name.is_some()),
        }
        kinds.push(());
    }
    assert!(mux.del_watcher::<DynamicObject>());
    assert_eq!(mux.members().len(), 2);
}

#[tokio::test]
async fn busy_watcher_does_not_starve_an_idle_one() {
    let server = server().await;
    for n in 0..2_000 {
        server.store().create(pod("default", &format!("a{n}"))).unwrap();
    }
    let mux = mux_of_pods(&server);
    mux.add_watcher(
        Watcher::<Namespace>::new(client(&server)).field_selector("metadata.name=default"),
    );
    let mut events = mux.stream(StreamOptions::managed());
    let mut pods = 0;
    while !next(&mut events).await.contains("namespace") {
        pods += 1;
        // Lets both connections receive events, on a single thread.
        tokio::task::yield_now().await;
        if pods == 1 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    assert!(pods < 100, "{pods} pods came before the only namespace");
}

#[tokio::test]
async fn nothing_is_decoded_while_the_stream_is_not_polled() {
    let server = server().await;
    let mux = mux_of_pods(&server);
    let mut events = mux.stream(StreamOptions::managed());
    assert!(tokio::time::timeout(Duration::from_millis(100), events.next()).await.is_err());
    let status = mux.members()[0].status();
    for n in 0..50 {
        server.store().create(pod("default", &format!("a{n}"))).unwrap();
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(status.borrow().events, 0, "events are not queued");
    for n in 0..50 {
        assert_eq!(next(&mut events).await, format!("ADDED pod a{n} of pods/v1"));
    }
    assert_eq!(status.borrow().events, 50);
}

#[tokio::test]
async fn status_lists_every_watcher() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let mux = mux_of_pods(&server);
    // The same resource, and therefore the same source.
    mux.add_watcher(Watcher::<rel_1_17::v1::Pod>::new(client(&server)));
    mux.add_watcher_as("nowhere", pods(&server).namespace("nowhere"));
    assert!(mux.status().iter().all(|(_, status)| status.phase == Phase::Stopped));
    let mut events = mux.stream(StreamOptions::managed());
    collect_added(&mut events, 2).await;
    assert_idle(&mut events).await;
    let view = mux.status().into_iter().map(|(source, status)| {
        let WatchStatus { phase, events, indexed_objects, .. } = status;
        assert_eq!(phase, Phase::Live);
        format!("{source}: {events} events, {indexed_objects} objects")
    });
    assert_eq!(
        view.collect::<Vec<_>>(),
        [
            "pods/v1: 1 events, 1 objects",
            "pods/v1: 1 events, 1 objects",
            "nowhere: 0 events, 0 objects"
        ]
    );
}

#[test]
fn multiplexer_and_its_stream_are_send() {
    fn is_send<T: Send>(_: &T) {}
    let mux = MultiplexingWatcher::<Seen>::new();
    is_send(&mux);
    is_send(&mux.stream(StreamOptions::managed()));
}
