//! A recording as a library has it: stores that it feeds, and a multiplexer that watches its replay.

use embedded_apiserver::EmbeddedServer;
use futures::{FutureExt as _, StreamExt as _};
use serde::Deserialize;
use watch_recording::replay::ReplayExt as _;
use watch_runtime::{MultiplexingWatcher, Origin, StreamOptions, Watcher};
use watch_store::{MultiplexerExt as _, StoreBuilder};
use watchable_core::metadata::ObjectMeta;
use watchable_core::{AnyObject, DynamicObject, Watchable};

use crate::support::{GATEWAYS, PODS, at, client, day, gateway, pod, soon};

#[derive(Debug, Deserialize, Watchable)]
#[watchable(group = "", version = "v1", plural = "pods", namespaced)]
struct Pod {
    metadata: ObjectMeta,
    #[expect(dead_code, reason = "it is required, so that a tombstone is no Pod")]
    spec: serde_json::Value,
}

impl Pod {
    fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap()
    }

    fn version(&self) -> &str {
        self.metadata.resource_version.as_deref().unwrap()
    }
}

// Without a runtime, without a server.
#[test]
fn recording_feeds_a_store_as_far_as_it_is_told() {
    let script = day();
    let recording = script.write();
    let mut recorded = recording.store::<Pod>();
    let store = recorded.store().clone();
    let named = store.index(|pod: &Pod| Some(pod.name().to_owned()));
    let mut changes = store.subscribe();
    assert!(!store.is_ready() && store.is_empty());

    assert_eq!(recorded.advance_to(at(5)).unwrap(), 2);
    assert!(store.is_ready());
    assert_eq!(store.status().sources[0].resource_version.as_deref(), Some("100"));
    assert_eq!(recorded.step().unwrap(), Some(at(10)));
    assert_eq!(store.get("shop", "a").unwrap().version(), "105");
    assert_eq!(recorded.finish().unwrap(), 2);
    assert_eq!(recorded.step().unwrap(), None);
    assert_eq!((named.get("b").len(), named.get("c").len(), store.len()), (0, 1, 2));
    assert_eq!(store.status().sources[0].resource_version.as_deref(), Some("120"));
    let mut seen = Vec::new();
    while let Some(Some(change)) = changes.next().now_or_never() {
        let before = change.before.as_ref().map_or("-", |pod| pod.version()).to_owned();
        seen.push(format!("{} {} after {before}", change.etype(), change.key));
    }
    assert_eq!(
        seen,
        [
            "ADDED shop/a after -",
            "ADDED shop/b after -",
            "MODIFIED shop/a after 70",
            "ADDED shop/c after -",
            "DELETED shop/b after 60"
        ]
    );
    drop(recorded);
    assert_eq!(store.len(), 2);
}

#[test]
fn store_of_a_resource_that_is_chosen_at_run_time_keeps_what_it_is_built_for() {
    let script = day();
    let recording = script.write();
    let mut gateways = recording.store_of::<DynamicObject>(&GATEWAYS);
    gateways.finish().unwrap();
    assert_eq!(gateways.store().get("", "public").unwrap().name(), Some("public"));

    let mut compact =
        recording.store_with(&PODS, |builder: StoreBuilder<Pod>| builder.compact().build());
    compact.finish().unwrap();
    assert_eq!(compact.store().get("shop", "c").unwrap().version(), "107");
    let mut names = recording.store_with(&PODS, |builder: StoreBuilder<Pod>| {
        builder.project(|pod: &Pod| pod.name().to_owned())
    });
    names.finish().unwrap();
    assert_eq!(*names.store().get("shop", "a").unwrap(), "a");
}

#[test]
fn object_that_does_not_decode_is_named_and_the_store_goes_on_after_it() {
    let mut script = day();
    let mut odd = pod("odd", 130);
    odd.as_object_mut().unwrap().remove("spec");
    script.live(60, "ADDED", &odd);
    script.event(61, "DELETED", Origin::Repair, &gateway("public", 131));
    script.live(62, "ADDED", &pod("d", 132));
    let recording = script.write();
    let mut recorded = recording.store::<Pod>();
    let error = recorded.finish().unwrap_err();
    assert!(error.is_decode());
    assert!(error.to_string().contains("the ADDED shop/odd of pods/v1"), "{error}");
    assert_eq!(recorded.finish().unwrap(), 1);
    assert!(recorded.store().get("shop", "d").is_some());
}

#[tokio::test]
async fn multiplexer_and_its_stores_watch_a_replay() {
    let script = day();
    let recording = script.write();
    let (server, mut replayer) = EmbeddedServer::replay(recording).await.unwrap();
    let mux = MultiplexingWatcher::<AnyObject>::new();
    mux.add_watcher(Watcher::<Pod>::new(client(&server)));
    mux.add_watcher(Watcher::<DynamicObject>::for_resource(client(&server), GATEWAYS));
    let mut events = mux.stream(StreamOptions::managed());
    let mut seen = Vec::new();
    for _ in 0..3 {
        let event = soon(events.next()).await.unwrap().unwrap();
        seen.push(event.etype.as_str());
    }
    assert_eq!(seen, ["ADDED"; 3]);
    replayer.advance_to(at(60)).unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let event = soon(events.next()).await.unwrap().unwrap();
        seen.push(event.etype.as_str());
    }
    seen.sort_unstable();
    assert_eq!(seen, ["ADDED", "DELETED", "MODIFIED", "MODIFIED"]);
    drop(events);

    let pods = mux.stores().of::<Pod>().unwrap();
    soon(pods.ready().into_future()).await.unwrap();
    let mut names: Vec<_> = pods.iter().map(|pod| pod.name().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["a", "c"]);
}
