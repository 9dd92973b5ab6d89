//! Streams that go on after what another process has delivered.

use watch_protocol::machine::{Delivered, Position};
use watchable_core::Resource as _;

use super::*;
use crate::stream::{RawEvent, RawEvents};

fn object(name: &str, version: &str) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"u-{name}","resourceVersion":"{version}"}}}}"#)
}

fn list(version: &str, objects: &[(&str, &str)]) -> ScriptedResponse {
    let items: Vec<_> = objects.iter().map(|(name, version)| object(name, version)).collect();
    let items = items.join(",");
    ok(vec![Chunk::Text(format!(
        r#"{{"metadata":{{"resourceVersion":"{version}"}},"items":[{items}]}}"#
    ))])
}

fn watch(events: &[(&str, &str, &str)]) -> ScriptedResponse {
    let lines = events.iter().map(|(etype, name, version)| {
        format!("{{\"type\":\"{etype}\",\"object\":{}}}\n", object(name, version))
    });
    ok(vec![Chunk::Text(lines.collect()), Chunk::Hang])
}

fn gone() -> ScriptedResponse {
    let status = r#"{"kind":"Status","status":"Failure","reason":"Expired","code":410}"#;
    ScriptedResponse { status: 410, ..ok(vec![Chunk::Text(status.to_owned())]) }
}

/// A process: its stream, and what it keeps for the next one.
struct Process {
    server: Arc<ScriptedServer>,
    events: RawEvents,
    kept: Vec<(watch_protocol::identity::Identity, u32)>,
}

impl Process {
    fn start(before: Option<Self>, responses: Vec<ScriptedResponse>) -> Self {
        let server = Arc::new(ScriptedServer::new(responses));
        let transport: Arc<dyn crate::transport::Transport> = server.clone();
        let watcher = Watcher::<Pod>::with_transport(transport, Pod::RESOURCE)
            .initial_list(InitialList::Paged);
        let position = before.as_ref().map_or_else(Position::default, |it| it.events.position());
        let kept = before.map_or_else(Vec::new, |it| it.kept);
        let mut delivered = Delivered::new(position);
        for (identity, rollbacks) in &kept {
            delivered.add(identity, *rollbacks, None);
        }
        Self { server, events: watcher.resume_raw_events(delivered), kept }
    }

    /// Returns the next event, and keeps what it says.
    async fn next(&mut self) -> String {
        let RawEvent { delivery, .. } = complete(self.events.next()).await.unwrap().unwrap();
        let identity = delivery.identity;
        let line = format!(
            "{} {:?} {} {}",
            delivery.etype,
            delivery.origin,
            identity.name,
            identity.version.as_deref().unwrap_or_default()
        );
        self.kept.retain(|(kept, _)| kept.uid != identity.uid);
        if delivery.etype != EventType::Deleted {
            self.kept.push((identity, self.events.position().rollbacks));
        }
        line
    }

    fn is_quiet(&mut self) -> bool {
        self.events.next().now_or_never().is_none()
    }

    fn requests(&self) -> Vec<String> {
        self.server.requests.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn next_process_watches_from_the_version_that_was_delivered() {
    let mut first = Process::start(
        None,
        vec![list("10", &[("a", "7"), ("b", "8")]), watch(&[("MODIFIED", "a", "11")])],
    );
    for line in ["ADDED Initial a 7", "ADDED Initial b 8", "MODIFIED Live a 11"] {
        assert_eq!(first.next().await, line);
    }
    let mut second = Process::start(Some(first), vec![watch(&[("DELETED", "b", "12")])]);
    assert_eq!(second.next().await, "DELETED Live b 12");
    assert!(second.requests()[0].contains("resourceVersion=11&"), "{:?}", second.requests());
    assert!(second.events.has_synced() && second.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn next_process_finds_out_what_the_server_no_longer_tells() {
    let mut first =
        Process::start(None, vec![list("10", &[("a", "7"), ("b", "8"), ("c", "9")]), watch(&[])]);
    for _ in 0..3 {
        first.next().await;
    }
    assert!(first.is_quiet());
    let after = list("30", &[("a", "7"), ("b", "21"), ("d", "22")]);
    let mut second = Process::start(Some(first), vec![gone(), after, watch(&[])]);
    for line in ["MODIFIED Repair b 21", "ADDED Repair d 22", "DELETED Repair c 9"] {
        assert_eq!(second.next().await, line);
    }
    assert!(second.is_quiet(), "a is unchanged");
    assert_eq!(second.events.resource_version(), Some("30"));
}

#[tokio::test(start_paused = true)]
async fn initial_list_that_was_interrupted_is_completed() {
    let objects = [("a", "7"), ("b", "8"), ("c", "9")];
    let mut first = Process::start(None, vec![list("10", &objects)]);
    for _ in 0..2 {
        first.next().await;
    }
    let mut second =
        Process::start(Some(first), vec![list("12", &[("a", "7"), ("c", "9")]), watch(&[])]);
    assert_eq!(second.next().await, "ADDED Initial c 9");
    assert_eq!(second.next().await, "DELETED Repair b 8");
    assert!(second.is_quiet() && second.events.has_synced());
}

#[tokio::test(start_paused = true)]
async fn repair_that_was_interrupted_is_completed() {
    let mut first = Process::start(
        None,
        vec![
            list("10", &[("a", "7"), ("b", "8")]),
            gone(),
            list("30", &[("a", "21"), ("b", "22")]),
        ],
    );
    for line in ["ADDED Initial a 7", "ADDED Initial b 8", "MODIFIED Repair a 21"] {
        assert_eq!(first.next().await, line);
    }
    assert!(first.events.position().needs_relist);
    let mut second =
        Process::start(Some(first), vec![list("31", &[("a", "21"), ("b", "22")]), watch(&[])]);
    assert_eq!(second.next().await, "MODIFIED Repair b 22");
    assert!(second.is_quiet());
    assert!(second.requests()[0].contains("limit="), "a relist: {:?}", second.requests());
}

#[tokio::test(start_paused = true)]
async fn versions_from_before_a_rollback_are_not_trusted_by_the_next_process() {
    let bookmark = r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5"}}}"#;
    let restored = [("a", "4"), ("b", "3")];
    let mut first = Process::start(
        None,
        vec![
            list("10", &[("a", "4"), ("b", "3")]),
            ok(vec![Chunk::Text(format!("{bookmark}\n"))]),
            list("5", &restored),
        ],
    );
    for line in ["ADDED Initial a 4", "ADDED Initial b 3", "MODIFIED Repair a 4"] {
        assert_eq!(first.next().await, line);
    }
    let position = first.events.position();
    assert!(position.is_untrusted);
    assert_eq!(position.rollbacks, 1);
    let mut second = Process::start(Some(first), vec![list("5", &restored), watch(&[])]);
    assert_eq!(second.next().await, "MODIFIED Repair b 3", "but a was delivered since");
    assert!(second.is_quiet());
    assert!(!second.events.position().is_untrusted);
}
