//! JSON and protobuf from the embedded server, side by side.

use embedded_apiserver::DemoOptions;
use futures::TryStreamExt as _;
use watchables::rel_1_37::apps;
use watchables::rel_1_37::v1::{self, Pod};
use watchables::{InitialList, Meta, StreamOptions, WatchTarget, Watcher, Wire};
use watchables_tests::{client, pod, server, soon};

/// Returns the first `count` objects that a watcher delivers.
async fn objects<T: WatchTarget<Item: serde::Serialize>>(
    watcher: Watcher<T>,
    count: usize,
) -> Vec<serde_json::Value> {
    let mut events = watcher.stream(StreamOptions::managed());
    let mut found = Vec::new();
    while found.len() < count {
        let event = soon(events.try_next()).await.unwrap().expect("the stream continues");
        found.push(serde_json::to_value(event.obj).unwrap());
    }
    found
}

#[tokio::test]
async fn demo_cluster_is_the_same_on_both_wires() {
    let server = server().await;
    drop(server.demo(&DemoOptions::default()));
    for how in [InitialList::Streaming, InitialList::Paged] {
        macro_rules! compare {
            ($($kind:ty: $least:literal),+ $(,)?) => {$(
                let watcher = |wire| {
                    Watcher::<$kind>::new(client(&server)).initial_list(how).page_size(3).wire(wire)
                };
                let json = objects(watcher(Wire::Json), $least).await;
                let protobuf = objects(watcher(Wire::Protobuf), $least).await;
                assert_eq!(json, protobuf, stringify!($kind));
            )+};
        }
        compare!(Pod: 4, v1::Node: 2, v1::Namespace: 4, Meta<Pod>: 4, apps::v1::Deployment: 1);
    }
}

/// What is of a wrong type does not decode in JSON, and is not in protobuf.
#[tokio::test]
async fn watchers_of_generated_types_get_protobuf_by_default() {
    let server = server().await;
    let mut wrong = pod("default", "wrong");
    wrong["spec"]["priority"] = "high".into();
    server.store().create(wrong).unwrap();
    let default = Watcher::<Pod>::new(client(&server));
    let mut events = default.stream(StreamOptions::managed());
    let event = soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some("wrong"));
    let json = Watcher::<Pod>::new(client(&server)).wire(Wire::Json);
    let error = soon(json.stream(StreamOptions::managed()).try_next()).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
}
