//! What a stream tells of itself: spans, log events and metrics.

use super::*;
use crate::testing::log_capture::logged;

const SECRET: &str = "s3cret-in-a-body";

/// The answers of a stream that pages, is cut, is refused, meets a gap and what it cannot decode.
fn eventful() -> Vec<Answer> {
    let page = format!(
        r#"{{"metadata":{{"resourceVersion":"10","continue":"t0ken-to-continue"}},"items":[{{"metadata":{{"name":"a","uid":"1","resourceVersion":"7"}},"spec":{{"note":"{SECRET}"}}}}]}}"#
    );
    let bad = format!(
        r#"{{"type":"ADDED","object":{{"metadata":{{"name":"bad","resourceVersion":"12"}},"spec":{{"ports":["{SECRET}"]}}}}}}"#
    );
    let gone = r#"{"type":"ERROR","object":{"reason":"Expired","code":410}}"#;
    vec![
        ok(vec![Piece::Text(page)]),
        list("10", &[]),
        ok(vec![
            event("MODIFIED", "a", 11),
            Piece::Text(format!("{bad}\n")),
            Piece::Text("{\"type\":\"RENAMED\",\"object\":{}}\n".to_owned()),
            Piece::Cut,
        ]),
        Answer { status: 429, body: vec![Piece::Text(format!("{{\"message\":\"{SECRET}\"}}"))] },
        ok(vec![Piece::Text(format!("{gone}\n"))]),
        list("20", &[]),
        ok(vec![event("ADDED", "last", 21), Piece::Hang]),
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
        let (watcher, _script) = watcher(eventful());
        let watcher = watcher.namespace("shop");
        let mut events = watcher.stream(StreamOptions::managed());
        loop {
            match soon(events.next()).await.unwrap() {
                Ok(event) if event.obj.metadata.name == "last" => break,
                Ok(_) => {}
                Err(error) => assert!(error.is_decode(), "{error}"),
            }
        }
        watcher.status().borrow().clone()
    })
}

/// How many bytes the bodies of its answers are.
fn bytes() -> u64 {
    let pieces = eventful().into_iter().flat_map(|answer| answer.body);
    pieces.map(|piece| if let Piece::Text(text) = piece { text.len() as u64 } else { 0 }).sum()
}

#[test]
fn a_connection_is_a_span_and_no_log_holds_a_body_or_a_token() {
    let (status, log) = logged(tracing::Level::TRACE, run);
    let spans = |request: &str| {
        let fields = format!("watch{{resource=pods/v1 namespace=\"shop\" request=\"{request}\"}}");
        log.lines().filter(|line| line.contains(&fields) && line.ends_with(": new")).count()
    };
    assert_eq!((spans("list"), spans("watch")), (3, 4), "{log}");
    for told in [
        "asking again cause=rejected with HTTP 429",
        "waiting before another try cause=cut",
        "asking again cause=gone",
        "a gap is repaired",
        "undecodable object=bad",
        "answered status=200",
        "asking what=\"list\"",
        "over cause=\"cut\" bytes=",
        "over cause=\"refused\" bytes=",
        "over cause=\"gone\" bytes=",
        "over cause=\"none\" bytes=",
    ] {
        assert!(log.contains(told), "{told:?} is missing in {log}");
    }
    let over: Vec<_> = log.lines().filter(|line| line.contains(": over cause=")).collect();
    assert_eq!(over.len(), 7, "one for each connection: {log}");
    let told = |field: &str| -> u64 {
        let of = |line: &&str| {
            let (_, rest) = line.split_once(field).unwrap();
            rest.split(' ').next().unwrap().parse::<u64>().unwrap()
        };
        over.iter().map(of).sum()
    };
    assert_eq!(told(" events="), status.events - status.decode_errors);
    assert_eq!(told(" bytes="), bytes());
    for secret in [SECRET, "t0ken-to-continue", "continue"] {
        assert!(!log.contains(secret), "{secret:?} is in {log}");
    }
}

#[test]
fn restarts_repairs_and_faulty_objects_are_in_the_status() {
    let status = run();
    assert_eq!((status.decode_errors, status.unknown_events, status.repairs), (1, 1, 1));
    assert_eq!(status.restarts, 3, "cut, refused, gone");
    assert_eq!((status.phase, status.resource_version.as_deref()), (Phase::Live, Some("21")));
}

#[cfg(feature = "metrics")]
#[test]
fn what_happens_is_counted_by_type_and_cause() {
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
    assert_eq!(of(m::EVENTS, " type=MODIFIED origin=live"), 0, "it replaced `a`");
    assert_eq!(of(m::EVENTS, " type=ADDED origin=live"), 2);
    assert_eq!(of(m::EVENTS, " type=DELETED origin=repair"), 3);
    for cause in ["cut", "refused", "gone"] {
        assert_eq!(of(m::RESTARTS, &format!(" cause={cause}")), 1, "{counted:#?}");
    }
    assert_eq!((of(m::DECODE_ERRORS, ""), of(m::UNKNOWN_EVENTS, "")), (1, 1));
    assert_eq!(of(m::REPAIRS, ""), 1);
    assert_eq!(of(m::RECEIVED_BYTES, ""), bytes());
    assert_eq!(lags, status.events - status.decode_errors);
}
