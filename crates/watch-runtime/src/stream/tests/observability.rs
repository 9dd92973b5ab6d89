//! Observability of a stream: spans, log events and metrics.

use super::*;
use crate::Cause;
use crate::testing::log_capture::logged;

const SECRET: &str = "s3cret-in-a-body";

/// The responses of a stream with two pages, a broken connection, a rejection, a gap, an undecodable
/// object and an event of unknown type.
fn eventful_responses() -> Vec<ScriptedResponse> {
    let page = format!(
        r#"{{"metadata":{{"resourceVersion":"10","continue":"t0ken-to-continue"}},"items":[{{"metadata":{{"name":"a","uid":"1","resourceVersion":"7"}},"spec":{{"note":"{SECRET}"}}}}]}}"#
    );
    let bad = format!(
        r#"{{"type":"ADDED","object":{{"metadata":{{"name":"bad","resourceVersion":"12"}},"spec":{{"ports":["{SECRET}"]}}}}}}"#
    );
    let gone = r#"{"type":"ERROR","object":{"reason":"Expired","code":410}}"#;
    vec![
        ok(vec![Chunk::Text(page)]),
        list("10", &[]),
        ok(vec![
            event("MODIFIED", "a", 11),
            Chunk::Text(format!("{bad}\n")),
            Chunk::Text("{\"type\":\"RENAMED\",\"object\":{}}\n".to_owned()),
            Chunk::Disconnect,
        ]),
        ScriptedResponse {
            status: 429,
            body: vec![Chunk::Text(format!("{{\"message\":\"{SECRET}\"}}"))],
            ..ScriptedResponse::default()
        },
        ok(vec![Chunk::Text(format!("{gone}\n"))]),
        list("20", &[]),
        ok(vec![event("ADDED", "last", 21), Chunk::Hang]),
    ]
}

/// Runs the eventful stream up to its last event, on this thread.
fn run() -> WatchStatus {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let (watcher, _server) = watcher(eventful_responses());
        let watcher = watcher.namespace("shop");
        let mut events = watcher.stream(StreamOptions::managed());
        loop {
            match complete(events.next()).await.unwrap() {
                Ok(event) if event.obj.metadata.name == "last" => break,
                Ok(_) => {}
                Err(error) => assert!(error.is_decode(), "{error}"),
            }
        }
        watcher.status().borrow().clone()
    })
}

/// Returns the total length of the response bodies, in bytes.
fn body_bytes() -> u64 {
    let chunks = eventful_responses().into_iter().flat_map(|response| response.body);
    chunks.map(|chunk| if let Chunk::Text(text) = chunk { text.len() as u64 } else { 0 }).sum()
}

#[test]
fn connection_has_a_span_and_logs_no_body_or_token() {
    let (status, log) = logged(tracing::Level::TRACE, run);
    let spans = |request: &str| {
        let fields = format!("watch{{resource=pods/v1 namespace=\"shop\" request=\"{request}\"}}");
        log.lines().filter(|line| line.contains(&fields) && line.ends_with(": new")).count()
    };
    assert_eq!((spans("list"), spans("watch")), (3, 4), "{log}");
    for expected in [
        &format!("restarting cause={}", Cause::Rejected(429)),
        "backing off cause=disconnected",
        "restarting cause=gone",
        "gap repaired",
        "object failed to decode object=bad",
        "response received status=200",
        "sending request request=\"list\"",
        "connection closed cause=\"disconnected\" bytes=",
        "connection closed cause=\"rejected\" bytes=",
        "connection closed cause=\"gone\" bytes=",
        "connection closed cause=\"none\" bytes=",
    ] {
        assert!(log.contains(expected), "{expected:?} is missing in {log}");
    }
    let closed: Vec<_> =
        log.lines().filter(|line| line.contains(": connection closed cause=")).collect();
    assert_eq!(closed.len(), 7, "one per connection: {log}");
    let sum = |field: &str| -> u64 {
        let value = |line: &&str| {
            let (_, rest) = line.split_once(field).unwrap();
            rest.split(' ').next().unwrap().parse::<u64>().unwrap()
        };
        closed.iter().map(value).sum()
    };
    assert_eq!(sum(" events="), status.events - status.decode_errors);
    assert_eq!(sum(" bytes="), body_bytes());
    for secret in [SECRET, "t0ken-to-continue", "continue"] {
        assert!(!log.contains(secret), "{secret:?} is in {log}");
    }
}

#[test]
fn status_counts_restarts_repairs_and_decode_errors() {
    let status = run();
    assert_eq!((status.decode_errors, status.unknown_events, status.repairs), (1, 1, 1));
    assert_eq!(status.restarts, 3, "disconnected, rejected, gone");
    assert_eq!((status.phase, status.resource_version.as_deref()), (Phase::Live, Some("21")));
}

#[cfg(feature = "metrics")]
#[test]
fn metrics_count_events_by_type_and_restarts_by_cause() {
    use crate::metrics as m;

    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    let recorder = DebuggingRecorder::new();
    let status = metrics::with_local_recorder(&recorder, || {
        crate::metrics::describe();
        run()
    });
    let mut counted = std::collections::BTreeMap::new();
    let mut lags = 0;
    for (key, unit, description, value) in recorder.snapshotter().snapshot().into_vec() {
        assert!(unit.is_some() && description.is_some(), "{key:?} is not described");
        let key = key.key();
        let labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        assert!(labels.contains(&"resource=pods/v1".to_owned()), "{labels:?}");
        match value {
            DebugValue::Counter(n) if n > 0 => {
                counted.insert(format!("{} {}", key.name(), labels.join(" ")), n);
            }
            DebugValue::Histogram(values) => {
                assert_eq!(key.name(), crate::metrics::LAG);
                lags += values.len() as u64;
            }
            _ => {}
        }
    }
    let of = |name: &str, labels: &str| {
        let key = format!("{name} resource=pods/v1{labels}");
        counted.get(&key).copied().unwrap_or_default()
    };
    assert_eq!(of(m::EVENTS, " type=ADDED origin=initial"), 1, "{counted:#?}");
    assert_eq!(of(m::EVENTS, " type=MODIFIED origin=live"), 1);
    assert_eq!(of(m::EVENTS, " type=ADDED origin=live"), 1);
    assert_eq!(of(m::EVENTS, " type=DELETED origin=repair"), 2);
    for cause in ["disconnected", "rejected", "gone"] {
        assert_eq!(of(m::RESTARTS, &format!(" cause={cause}")), 1, "{counted:#?}");
    }
    assert_eq!((of(m::DECODE_ERRORS, ""), of(m::UNKNOWN_EVENTS, "")), (1, 1));
    assert_eq!(of(m::REPAIRS, ""), 1);
    assert_eq!(of(m::RECEIVED_BYTES, ""), body_bytes());
    assert_eq!(lags, status.events - status.decode_errors);
}
