//! The gauge of interrupted streams: up while a stream fails and retries, down when it no longer does.

use std::collections::BTreeMap;

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};

use super::*;
use crate::metrics::INTERRUPTED;

/// The responses of a stream that is rejected after its first list, and has to wait for ten seconds.
fn rejected_after_the_list() -> Vec<ScriptedResponse> {
    let body = r#"{"message":"later","details":{"retryAfterSeconds":10},"code":503}"#;
    vec![
        list("10", &["a"]),
        ok(vec![Chunk::Disconnect]),
        ScriptedResponse {
            status: 503,
            body: vec![Chunk::Text(body.to_owned())],
            ..ScriptedResponse::default()
        },
    ]
}

/// Starts a stream and lets it go on until it waits for ten seconds.
async fn interrupted_stream(watcher: &Watcher<Pod>) -> WatchStream<Pod> {
    let mut events = watcher.stream(StreamOptions::managed());
    complete(events.next()).await.unwrap().unwrap();
    let next = tokio::time::timeout(Duration::from_secs(5), events.next()).await;
    assert!(next.is_err(), "it is interrupted");
    events
}

/// The gauge as a monitoring system would see it. A snapshot of the recorder resets it, so changes add up.
struct Gauge {
    snapshotter: Snapshotter,
    streams: BTreeMap<String, f64>,
}

impl Gauge {
    /// Returns the interrupted streams by cause, without the causes that have none.
    fn interrupted(&mut self) -> BTreeMap<String, f64> {
        for (key, _, _, value) in self.snapshotter.snapshot().into_vec() {
            let key = key.key();
            if key.name() != INTERRUPTED {
                continue;
            }
            let DebugValue::Gauge(change) = value else { panic!("{key} is no gauge") };
            let label = |name: &str| key.labels().find(|l| l.key() == name).unwrap().value();
            assert_eq!(label("resource"), "pods/v1");
            *self.streams.entry(label("cause").to_owned()).or_default() += change.into_inner();
        }
        let mut streams = self.streams.clone();
        streams.retain(|_, streams| *streams != 0.0);
        streams
    }
}

/// Runs a test with a recorder of its own, in virtual time.
fn with_gauge(test: impl AsyncFnOnce(&mut Gauge)) {
    let recorder = DebuggingRecorder::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut gauge = Gauge { snapshotter: recorder.snapshotter(), streams: BTreeMap::new() };
    metrics::with_local_recorder(&recorder, || runtime.block_on(test(&mut gauge)));
}

fn one(cause: &str) -> BTreeMap<String, f64> {
    BTreeMap::from([(cause.to_owned(), 1.0)])
}

#[test]
fn interrupted_stream_counts_until_it_is_live_again() {
    with_gauge(async |gauge| {
        let mut responses = rejected_after_the_list();
        responses.push(ok(vec![event("ADDED", "b", 11), Chunk::Disconnect]));
        let (watcher, _server) = watcher(responses);
        let mut events = interrupted_stream(&watcher).await;
        assert_eq!(gauge.interrupted(), one("rejected"), "no longer under the first cause");
        complete(events.next()).await.unwrap().unwrap();
        assert_eq!(gauge.interrupted(), BTreeMap::new());
        // The server does not respond to the next request.
        let next = tokio::time::timeout(Duration::from_secs(5), events.next()).await;
        assert!(next.is_err());
        assert_eq!(gauge.interrupted(), one("disconnected"));
    });
}

#[test]
fn dropped_and_stopped_streams_are_not_interrupted() {
    with_gauge(async |gauge| {
        let (first, _server) = watcher(rejected_after_the_list());
        let (second, _server) = watcher(rejected_after_the_list());
        let dropped = interrupted_stream(&first).await;
        let mut stopped = interrupted_stream(&second).await;
        assert_eq!(gauge.interrupted(), BTreeMap::from([("rejected".to_owned(), 2.0)]));
        drop(dropped);
        assert_eq!(gauge.interrupted(), one("rejected"));
        second.stop();
        assert!(complete(stopped.next()).await.is_none());
        assert_eq!(gauge.interrupted(), BTreeMap::new(), "though it was not dropped");
        assert_eq!(second.status().borrow().interruption, None);
    });
}

#[test]
fn stream_that_has_given_up_is_not_interrupted() {
    with_gauge(async |gauge| {
        let (watcher, _server) = watcher(rejected_after_the_list());
        let watcher = watcher.give_up_after(Duration::from_secs(8));
        let mut events = interrupted_stream(&watcher).await;
        assert_eq!(gauge.interrupted(), one("rejected"));
        let error = complete(events.next()).await.unwrap().unwrap_err();
        assert!(error.is_terminal());
        assert_eq!(gauge.interrupted(), BTreeMap::new(), "though it was not dropped");
    });
}
