//! Streams from a scripted server, in virtual time.

#[cfg(feature = "metrics")]
mod interruption_metric;
mod managed_fields;
mod observability;
mod raw_events;
mod reconnect;
mod resumed;
mod stop;
mod wire;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};

use crate::testing::scripted_server::{
    Chunk, Pod, ScriptedResponse, ScriptedServer, event, list, ok, summary, watcher,
};
use crate::{
    EventType, InitialList, Origin, Phase, StreamOptions, WatchError, WatchEvent, WatchStatus,
    WatchStream, Watcher,
};

/// Awaits a future in virtual time and panics if it never completes.
async fn complete<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_hours(24), future).await.expect("the future completes")
}

/// Lets every other task run until it is pending.
async fn run_tasks() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn initial_list_is_delivered_before_live_events() {
    let (watcher, _server) = watcher(vec![
        list("10", &["a", "b"]),
        ok(vec![event("MODIFIED", "a", 11), event("DELETED", "b", 12), Chunk::Hang]),
    ]);
    let events = watcher.stream(StreamOptions::managed()).take(4).try_collect();
    let events: Vec<_> = complete(events).await.unwrap();
    let lines: Vec<_> = events.iter().map(summary).collect();
    assert_eq!(lines, ["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]);
    let origins: Vec<_> = events.iter().map(|e| e.origin).collect();
    assert_eq!(origins, [Origin::Initial, Origin::Initial, Origin::Live, Origin::Live]);
    assert_eq!(events[0].obj.kind.as_deref(), Some("Pod"), "list items get their kind");
    assert_eq!(watcher.current_resource_version().as_deref(), Some("12"));
}

#[tokio::test(start_paused = true)]
async fn undecodable_object_is_an_error_item_and_the_stream_continues() {
    let bad = r#"{"type":"ADDED","object":{"metadata":{"name":"bad","namespace":"shop"},"spec":{"ports":[1,"80"]}}}"#;
    let (watcher, _server) = watcher(vec![ok(vec![
        Chunk::Text(format!("{bad}\n")),
        event("ADDED", "good", 2),
        Chunk::Hang,
    ])]);
    let mut events = watcher.stream(StreamOptions::unmanaged());
    let error = complete(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_decode() && !error.is_terminal());
    assert_eq!(
        error.to_string(),
        "watching pods/v1: the ADDED shop/bad does not decode into its type; use the types of the server's release, or fix the object"
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, r#"spec.ports[1]: expected u16, found "80""#);
    assert_eq!(summary(&complete(events.next()).await.unwrap().unwrap()), "ADDED good");
}

#[tokio::test(start_paused = true)]
async fn new_stream_ends_the_previous_one() {
    let (watcher, _server) = watcher(vec![ok(vec![event("ADDED", "a", 1), Chunk::Hang])]);
    let mut first = watcher.stream(StreamOptions::unmanaged());
    let mut second = watcher.stream(StreamOptions::unmanaged());
    assert!(complete(first.next()).await.is_none());
    drop(first);
    assert!(watcher.is_running());
    assert!(complete(second.next()).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn version_set_while_streaming_applies_to_the_next_stream() {
    for options in [StreamOptions::managed(), StreamOptions::unmanaged()] {
        let (watcher, server) = watcher(vec![
            ok(vec![event("ADDED", "a", 6), event("ADDED", "b", 7), Chunk::Hang]),
            // Delivered by the previous stream, which began at another version.
            ok(vec![event("ADDED", "a", 6), Chunk::Hang]),
        ]);
        let watcher = watcher.resource_version(5);
        let mut events = watcher.stream(options);
        complete(events.next()).await.unwrap().unwrap();
        watcher.update_resource_version(3);
        complete(events.next()).await.unwrap().unwrap();
        assert_eq!(watcher.current_resource_version().as_deref(), Some("3"));
        complete(watcher.stream(options).next()).await.unwrap().unwrap();
        let requests = server.requests.lock().unwrap();
        assert!(requests[0].contains("resourceVersion=5&"));
        assert!(requests[1].contains("resourceVersion=3&"));
    }
}

#[tokio::test(start_paused = true)]
async fn cancelled_next_loses_no_event() {
    let slow = |version| [Chunk::Pause(Duration::from_millis(35)), event("ADDED", "x", version)];
    let body = (1..=20).flat_map(slow).chain([Chunk::Hang]).collect();
    let (watcher, _server) = watcher(vec![ok(body)]);
    let mut events = watcher.stream(StreamOptions::unmanaged());
    complete(async {
        let mut seen = 0;
        while seen < 20 {
            if let Ok(event) = tokio::time::timeout(Duration::from_millis(10), events.next()).await
            {
                assert_eq!(event.unwrap().unwrap().etype, EventType::Added);
                seen += 1;
            }
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn broken_connection_is_reopened() {
    let (watcher, server) = watcher(vec![
        list("10", &["a"]),
        ok(vec![
            event("MODIFIED", "a", 11),
            Chunk::Text("{\"type\":\"DEL".to_owned()),
            Chunk::Disconnect,
        ]),
        ScriptedResponse { status: 429, body: vec![], ..ScriptedResponse::default() },
        ok(vec![event("DELETED", "a", 12), Chunk::Hang]),
    ]);
    let events = watcher.stream(StreamOptions::managed()).take(3).try_collect();
    let events: Vec<_> = complete(events).await.unwrap();
    let lines: Vec<_> = events.iter().map(summary).collect();
    assert_eq!(lines, ["ADDED a", "MODIFIED a", "DELETED a"]);
    assert_eq!(server.requests.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn invalid_setting_is_the_only_item() {
    let (watcher, server) = watcher(vec![]);
    let watcher = watcher.namespace("Not A Namespace");
    let mut events = watcher.stream(StreamOptions::managed());
    let error = complete(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_invalid_setting());
    assert!(error.to_string().starts_with("watching pods/v1: setting `namespace`:"), "{error}");
    assert!(complete(events.next()).await.is_none());
    assert!(server.requests.lock().unwrap().is_empty());
}

#[test]
fn watchers_streams_and_errors_are_send() {
    fn assert_send<T: Send>() {}
    assert_send::<Watcher<Pod>>();
    assert_send::<WatchStream<Pod>>();
    assert_send::<WatchError>();
}
