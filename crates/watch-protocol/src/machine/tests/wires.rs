//! The same in JSON and in protobuf, and both in one stream.

use serde_json::{Value, json};
use watchable_core::protobuf::Envelope;

use super::recorded_streams::STREAMS;
use super::*;
use crate::raw_object::{Form, RawObject};
use crate::testing::encoder;
use crate::wire::Wire;

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

/// Encodes the events in the lines of a watch.
fn events(lines: &str) -> Vec<u8> {
    lines.lines().flat_map(|line| encoder::event(&parse(line))).collect()
}

/// Encodes a list, whose JSON may omit its kind.
fn list(text: &str) -> Vec<u8> {
    let mut list = parse(text);
    list["kind"] = "PodList".into();
    encoder::list(&list)
}

/// Returns the JSON of an object, which lists write without its type.
fn json(object: &RawObject) -> Value {
    let mut json: Value = match object.form {
        Form::Json | Form::Row => serde_json::from_slice(&object.bytes).unwrap(),
        Form::Envelope => {
            let envelope = Envelope::open(&object.bytes).unwrap();
            serde_json::from_slice(encoder::json(envelope.message).unwrap()).unwrap()
        }
        Form::Message => serde_json::from_slice(encoder::json(&object.bytes).unwrap()).unwrap(),
    };
    for key in ["apiVersion", "kind"] {
        json.as_object_mut().unwrap().remove(key);
    }
    json
}

/// What a stream delivers, and what it does next.
#[derive(Debug, PartialEq)]
struct Outcome {
    delivered: Vec<String>,
    next: String,
    version: Option<String>,
    phase: Phase,
}

/// Returns what comes of a watch in two chunks. The type of a tombstone counts as its JSON.
fn outcome(wire: Wire, body: &[u8], at: usize) -> Outcome {
    let mut harness = managed(Some("1"));
    harness.request();
    match wire {
        Wire::Json => harness.accept_watch(),
        Wire::Protobuf => harness.accept_protobuf_watch(),
    }
    let mut delivered = Vec::new();
    let mut next = String::new();
    'chunks: for chunk in [&body[..at], &body[at..]] {
        harness.bytes(chunk);
        loop {
            match harness.step() {
                Step::Deliver(d) => delivered.push(format!(
                    "{} {:?} {:?} {}",
                    d.etype,
                    d.origin,
                    d.identity,
                    json(&d.object)
                )),
                Step::Wait(_) => break,
                step => {
                    next = format!("{step:?}");
                    break 'chunks;
                }
            }
        }
    }
    let version = harness.machine.version().map(str::to_owned);
    let phase = harness.machine.status(harness.now).phase;
    Outcome { delivered, next, version, phase }
}

#[test]
fn recorded_streams_deliver_the_same_in_protobuf() {
    let mut count = 0;
    for stream in STREAMS {
        let protobuf = events(str::from_utf8(stream).unwrap());
        let expected = outcome(Wire::Json, stream, 0);
        count += expected.delivered.len();
        for at in 0..=protobuf.len() {
            assert_eq!(outcome(Wire::Protobuf, &protobuf, at), expected, "split at {at}");
        }
    }
    assert!(count >= 10, "{count} events");
}

#[test]
fn pages_lists_and_watches_are_the_same_in_protobuf() {
    let first = r#"{"metadata":{"resourceVersion":"40","continue":"tok","remainingItemCount":1},"items":[{"metadata":{"name":"a","resourceVersion":"7"}}]}"#;
    let second = r#"{"metadata":{"resourceVersion":"40"},"items":[{"metadata":{"name":"b","resourceVersion":"8"}}]}"#;
    let third = r#"{"metadata":{"resourceVersion":"50"},"items":[{"metadata":{"name":"b","resourceVersion":"9"}}]}"#;
    let mut harness = managed(None);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.protobuf(200, &list(first));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    assert_eq!(harness.request(), "/api/v1/pods?limit=500&continue=tok");
    harness.protobuf(200, &list(second));
    assert_eq!(harness.deliveries(), ["ADDED Initial b"]);
    assert!(harness.request().contains("resourceVersion=40&"));
    harness.accept_protobuf_watch();
    harness.bytes(&events(&event("MODIFIED", "41")));
    assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
    harness.bytes(&events(&event("BOOKMARK", "45")));
    harness.wait();
    assert_eq!(harness.machine.take_changed_version(), Some("45"));
    harness.bytes(&events(GONE));
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    harness.protobuf(200, &list(third));
    assert_eq!(harness.deliveries(), ["MODIFIED Repair b", "DELETED Repair a"]);
    assert!(harness.request().contains("resourceVersion=50&"));
}

#[test]
fn streaming_list_is_the_same_in_protobuf() {
    let mut harness = Harness::with(Settings::default(), StreamOptions::managed(), None);
    assert!(harness.request().contains("sendInitialEvents=true"));
    harness.accept_protobuf_watch();
    harness.bytes(&events(&(event("ADDED", "6") + &event("BOOKMARK", "6"))));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    assert!(matches!(harness.machine.status(harness.now).phase, Phase::Listing { .. }));
    let annotations = json!({"k8s.io/initial-events-end": "true"});
    let metadata = json!({"resourceVersion": "9", "annotations": annotations});
    let bookmark = json!({"type": "BOOKMARK", "object": {"metadata": metadata}});
    harness.bytes(&encoder::event(&bookmark));
    harness.wait();
    assert_eq!(harness.machine.status(harness.now).phase, Phase::Live);
    assert_eq!(harness.machine.version(), Some("9"));
}

#[test]
fn objects_are_unchanged_whichever_wire_they_come_on() {
    for [first, second] in [[Wire::Json, Wire::Protobuf], [Wire::Protobuf, Wire::Json]] {
        let mut harness = managed(None);
        let respond = |harness: &mut Harness, wire| match wire {
            Wire::Json => harness.list(LIST),
            Wire::Protobuf => harness.protobuf(200, &list(LIST)),
        };
        harness.request();
        respond(&mut harness, first);
        assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
        harness.request();
        harness.protobuf(410, &encoder::enveloped(&json!({"kind": "Status", "code": 410})));
        harness.request();
        respond(&mut harness, second);
        assert_eq!(harness.deliveries(), [""; 0]);
        assert!(harness.request().contains("resourceVersion=40&"));
    }
}

#[test]
fn objects_without_a_version_are_compared_by_content_in_protobuf() {
    let unversioned = |x: u32| {
        let item = json!({"metadata": {"name": "a"}, "spec": {"x": x}});
        encoder::list(&json!({"kind": "PodList", "metadata": {}, "items": [item]}))
    };
    let mut harness = managed(None);
    harness.request();
    harness.protobuf(200, &unversioned(1));
    assert_eq!(harness.deliveries(), ["ADDED Initial a"]);
    for (x, delivered) in [(1, &[][..]), (2, &["MODIFIED Live a"])] {
        assert!(harness.request().contains("watch=true"));
        harness.accept_protobuf_watch();
        let object = json!({"kind": "Pod", "metadata": {"name": "a"}, "spec": {"x": x}});
        harness.bytes(&encoder::event(&json!({"type": "ADDED", "object": object})));
        assert_eq!(harness.deliveries(), delivered);
        harness.end();
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
        harness.protobuf(200, &unversioned(x));
        assert_eq!(harness.deliveries(), [""; 0], "{x}");
    }
}
