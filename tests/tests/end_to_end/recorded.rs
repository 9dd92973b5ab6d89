//! Replays streams that were recorded from real API servers.

use futures::StreamExt as _;
use watchables::{DynamicObject, StreamOptions, Text, Watchable, Watcher, rel_1_17, rel_1_37};
use watchables_tests::{Reply, ScriptedServer, client_of, soon};

/// Returns the events of a recorded stream as lines, and the error that ends it.
async fn replay<T: Watchable>(
    recorded: &'static str,
    chunk: usize,
    name: impl Fn(&T::Item) -> (Option<Text>, Option<Text>),
) -> (Vec<String>, Option<String>) {
    let chunks = recorded.as_bytes().chunks(chunk);
    let reply = chunks.fold(Reply::status(200), Reply::chunk);
    let peer = ScriptedServer::start([reply]).await;
    let watcher = Watcher::<T>::new(client_of(peer.url()));
    let mut events = watcher.stream(StreamOptions::unmanaged().quit_on_timeout(true));
    let mut lines = Vec::new();
    while let Some(event) = soon(events.next()).await {
        match event {
            Ok(event) => {
                let (name, value) = name(&event.obj);
                lines.push(format!(
                    "{} {} {}",
                    event.etype,
                    name.unwrap(),
                    value.unwrap_or_default()
                ));
            }
            Err(error) => return (lines, Some(error.to_string())),
        }
    }
    (lines, None)
}

#[tokio::test]
async fn recorded_config_map_is_added_modified_deleted_and_added() {
    for chunk in [1, 7, 100_000] {
        let old = replay::<rel_1_17::ConfigMap>(
            include_str!("../../data/recorded-1.17/stream-configmaps-live.jsonl"),
            chunk,
            |map| (map.metadata.name.clone(), map.data.get("a").cloned()),
        );
        let new = replay::<rel_1_37::ConfigMapList>(
            include_str!("../../data/recorded-1.36/stream-configmaps-live.jsonl"),
            chunk,
            |map| (map.metadata.name.clone(), map.data.get("a").cloned()),
        );
        for (lines, error) in [old.await, new.await] {
            assert_eq!(error, None);
            let expected =
                ["ADDED cm1 b", "MODIFIED cm1 c – ✓", "DELETED cm1 c – ✓", "ADDED cm1 again"];
            assert_eq!(lines, expected, "in chunks of {chunk}");
        }
    }
}

#[tokio::test]
async fn bookmark_after_initial_events_is_not_an_event() {
    let (lines, error) = replay::<rel_1_37::Pod>(
        include_str!("../../data/recorded-1.36/stream-pods-initial.jsonl"),
        64,
        |pod| (pod.metadata.name.clone(), None),
    )
    .await;
    assert_eq!((lines, error), (vec!["ADDED plain ".to_owned()], None));
}

#[tokio::test]
async fn recorded_error_event_ends_an_unmanaged_stream() {
    let (lines, error) = replay::<rel_1_17::Pod>(
        include_str!("../../data/recorded-1.17/stream-too-old.jsonl"),
        50,
        |_| (None, None),
    )
    .await;
    assert!(lines.is_empty());
    assert!(error.unwrap().contains("too old resource version: 1 (197) (410 Expired)"));
}

#[test]
fn dynamic_object_keeps_its_text() {
    let line = include_str!("../../data/recorded-1.36/stream-pods-from-nothing.jsonl");
    let (_, object) = line.split_once("\"object\":").unwrap();
    let object = object.trim_end().strip_suffix('}').unwrap();
    let pod: DynamicObject = serde_json::from_str(object).unwrap();
    assert_eq!(pod.json(), object);
    assert_eq!((pod.namespace(), pod.name()), (Some("shop"), Some("plain")));
}
