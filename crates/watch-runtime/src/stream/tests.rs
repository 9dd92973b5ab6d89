//! Streams over a scripted server, in virtual time.

mod managed_fields;
mod observed;
mod stopping;
mod storm;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use watchable_core::{Listed, NamespacedWatch, Resource, Scope, WatchItem, Watched};

use super::*;
use crate::{EventType, InitialList, Origin, StreamOptions, Watcher};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Pod {
    kind: Option<String>,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    ports: Vec<u16>,
}

impl Resource for Pod {
    const RESOURCE: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
}

impl WatchItem for Pod {
    fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        self.kind.get_or_insert_with(|| resource.kind().to_owned());
    }
}

impl WatchTarget for Pod {
    type Item = Self;
}

impl Listed for Pod {
    type Kind = Self;
}

impl Watched for Pod {
    fn resource() -> ResourceInfo {
        Self::RESOURCE
    }
}

impl NamespacedWatch for Pod {}

/// A server that plays its answers in order, and then lets every request hang.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<String>>,
    /// Bodies that nobody has dropped.
    open: Arc<AtomicUsize>,
}

struct Answer {
    status: u16,
    body: Vec<Piece>,
}

enum Piece {
    Text(String),
    Pause(Duration),
    Cut,
    Hang,
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<()>,
    ) -> BoxFuture<'static, Result<Response<Chunks>, Source>> {
        self.requests.lock().unwrap().push(request.uri().to_string());
        let Some(answer) = self.answers.lock().unwrap().pop_front() else {
            return futures::future::pending().boxed();
        };
        let open = Open::new(&self.open);
        let body =
            futures::stream::unfold((answer.body.into_iter(), open), async |(mut pieces, open)| {
                loop {
                    match pieces.next()? {
                        Piece::Text(text) => return Some((Ok(Bytes::from(text)), (pieces, open))),
                        Piece::Pause(time) => tokio::time::sleep(time).await,
                        Piece::Cut => return Some((Err("reset by peer".into()), (pieces, open))),
                        Piece::Hang => futures::future::pending().await,
                    }
                }
            });
        let answer = Response::builder().status(answer.status).body(Box::pin(body) as Chunks);
        async { Ok(answer?) }.boxed()
    }
}

struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn event(etype: &str, name: &str, version: u32) -> Piece {
    let version = version.to_string();
    let object = serde_json::json!({"metadata": {"name": name, "resourceVersion": version}});
    Piece::Text(format!("{}\n", serde_json::json!({"type": etype, "object": object})))
}

fn list(version: &str, names: &[&str]) -> Answer {
    let items: Vec<_> =
        names.iter().map(|name| serde_json::json!({"metadata": {"name": name}})).collect();
    let list = serde_json::json!({"metadata": {"resourceVersion": version}, "items": items});
    ok(vec![Piece::Text(list.to_string())])
}

fn ok(body: Vec<Piece>) -> Answer {
    Answer { status: 200, body }
}

fn watcher(answers: Vec<Answer>) -> (Watcher<Pod>, Arc<Script>) {
    let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
    let watcher = Watcher::over(Arc::clone(&script) as _, Pod::RESOURCE);
    (watcher.initial_list(InitialList::Paged), script)
}

fn told(event: &WatchEvent<Pod>) -> String {
    format!("{} {}", event.etype, event.obj.metadata.name)
}

/// Waits, in virtual time, but not forever: what would hang fails at once.
async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_hours(24), future).await.expect("it hangs")
}

/// Lets every other task run until it waits.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn the_initial_state_comes_first_and_then_what_happens() {
    let (watcher, _script) = watcher(vec![
        list("10", &["a", "b"]),
        ok(vec![event("MODIFIED", "a", 11), event("DELETED", "b", 12), Piece::Hang]),
    ]);
    let events = watcher.stream(StreamOptions::managed()).take(4).try_collect();
    let events: Vec<_> = soon(events).await.unwrap();
    let lines: Vec<_> = events.iter().map(told).collect();
    assert_eq!(lines, ["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]);
    let origins: Vec<_> = events.iter().map(|e| e.origin).collect();
    assert_eq!(origins, [Origin::Initial, Origin::Initial, Origin::Live, Origin::Live]);
    assert_eq!(events[0].obj.kind.as_deref(), Some("Pod"), "a list's items are told their kind");
    assert_eq!(watcher.current_resource_version().as_deref(), Some("12"));
}

#[tokio::test(start_paused = true)]
async fn an_object_that_does_not_decode_is_named_and_the_stream_goes_on() {
    let bad = r#"{"type":"ADDED","object":{"metadata":{"name":"bad","namespace":"shop"},"spec":{"ports":[1,"80"]}}}"#;
    let (watcher, _script) = watcher(vec![ok(vec![
        Piece::Text(format!("{bad}\n")),
        event("ADDED", "good", 2),
        Piece::Hang,
    ])]);
    let mut events = watcher.stream(StreamOptions::unmanaged());
    let error = soon(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_decode() && !error.is_terminal());
    assert_eq!(
        error.to_string(),
        "watching pods/v1: the ADDED shop/bad does not decode into its type; use the types of the server's release, or fix the object"
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, r#"spec.ports[1]: expected u16, found "80""#);
    assert_eq!(told(&soon(events.next()).await.unwrap().unwrap()), "ADDED good");
}

#[tokio::test(start_paused = true)]
async fn a_second_stream_ends_the_first() {
    let (watcher, _script) = watcher(vec![ok(vec![event("ADDED", "a", 1), Piece::Hang])]);
    let mut first = watcher.stream(StreamOptions::unmanaged());
    let mut second = watcher.stream(StreamOptions::unmanaged());
    assert!(soon(first.next()).await.is_none());
    drop(first);
    assert!(watcher.is_running());
    assert!(soon(second.next()).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_version_set_while_a_stream_runs_is_the_next_ones() {
    for options in [StreamOptions::managed(), StreamOptions::unmanaged()] {
        let (watcher, script) = watcher(vec![
            ok(vec![event("ADDED", "a", 6), event("ADDED", "b", 7), Piece::Hang]),
            // Known to the stream before; but that one began elsewhere.
            ok(vec![event("ADDED", "a", 6), Piece::Hang]),
        ]);
        let watcher = watcher.resource_version(5);
        let mut events = watcher.stream(options);
        soon(events.next()).await.unwrap().unwrap();
        watcher.update_resource_version(3);
        soon(events.next()).await.unwrap().unwrap();
        assert_eq!(watcher.current_resource_version().as_deref(), Some("3"));
        soon(watcher.stream(options).next()).await.unwrap().unwrap();
        let requests = script.requests.lock().unwrap();
        assert!(requests[0].contains("resourceVersion=5&"));
        assert!(requests[1].contains("resourceVersion=3&"));
    }
}

#[tokio::test(start_paused = true)]
async fn giving_up_waiting_loses_nothing() {
    let slow = |version| [Piece::Pause(Duration::from_millis(35)), event("ADDED", "x", version)];
    let body = (1..=20).flat_map(slow).chain([Piece::Hang]).collect();
    let (watcher, _script) = watcher(vec![ok(body)]);
    let mut events = watcher.stream(StreamOptions::unmanaged());
    soon(async {
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
async fn a_cut_connection_is_made_again() {
    let (watcher, script) = watcher(vec![
        list("10", &["a"]),
        ok(vec![event("MODIFIED", "a", 11), Piece::Text("{\"type\":\"DEL".to_owned()), Piece::Cut]),
        Answer { status: 429, body: vec![] },
        ok(vec![event("DELETED", "a", 12), Piece::Hang]),
    ]);
    let events = watcher.stream(StreamOptions::managed()).take(3).try_collect();
    let events: Vec<_> = soon(events).await.unwrap();
    let lines: Vec<_> = events.iter().map(told).collect();
    assert_eq!(lines, ["ADDED a", "MODIFIED a", "DELETED a"]);
    assert_eq!(script.requests.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_setting_is_the_first_and_only_item() {
    let (watcher, script) = watcher(vec![]);
    let watcher = watcher.namespace("Not A Namespace");
    let mut events = watcher.stream(StreamOptions::managed());
    let error = soon(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_invalid_setting());
    assert!(error.to_string().starts_with("watching pods/v1: setting `namespace`:"), "{error}");
    assert!(soon(events.next()).await.is_none());
    assert!(script.requests.lock().unwrap().is_empty());
}

#[test]
fn watchers_streams_and_errors_cross_threads() {
    fn crosses<T: Send>() {}
    crosses::<Watcher<Pod>>();
    crosses::<WatchStream<Pod>>();
    crosses::<WatchError>();
}
