//! Faults of servers that respond in protobuf, or say that they do.

use serde_json::{Value, json};
use watchable_core::{DynamicObject, Meta};

use super::failure_policy::accepted;
use super::relist::watching_from_version_10;
use super::*;
use crate::testing::encoder;
use crate::wire::Wire;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

fn frame(etype: &str, version: &str) -> Vec<u8> {
    encoder::event(&serde_json::from_str(&event(etype, version)).unwrap())
}

fn status(code: u16, message: &str) -> Vec<u8> {
    encoder::enveloped(&json!({"kind": "Status", "message": message, "code": code}))
}

/// A managed stream whose watch from `version` was accepted in protobuf.
fn watching_in_protobuf(version: &str) -> Harness {
    let mut harness = managed(Some(version));
    harness.request();
    harness.accept_protobuf_watch();
    harness
}

#[test]
fn truncated_frame_is_discarded() {
    for clean in [true, false] {
        let mut harness = watching_in_protobuf("5");
        let frames = [frame("MODIFIED", "6"), frame("MODIFIED", "7")].concat();
        harness.bytes(&frames[..frames.len() - 1]);
        assert_eq!(harness.deliveries(), ["MODIFIED Live a"]);
        if clean {
            harness.end();
        } else {
            harness.disconnect();
        }
        harness.sleep();
        assert!(harness.request().contains("resourceVersion=6&"));
    }
}

#[test]
fn frame_over_the_limit_ends_the_stream() {
    let settings = Settings { max_event_bytes: Some(100), ..Settings::default() };
    let mut harness = Harness::with(settings, StreamOptions::managed(), Some("5"));
    harness.request();
    harness.accept_protobuf_watch();
    let object = json!({"metadata": {"name": "a"}, "data": "x".repeat(100)});
    harness.bytes(&encoder::event(&json!({"type": "ADDED", "object": object})));
    let error = harness.error().to_string();
    assert!(error.contains("more than 100 bytes"), "{error}");
}

#[test]
fn list_item_over_the_limit_ends_the_stream() {
    let settings = Settings {
        max_event_bytes: Some(100),
        initial_list: InitialList::Paged,
        ..Settings::default()
    };
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.head_of(200, PROTOBUF);
    let object = json!({"metadata": {"name": "a"}, "data": "x".repeat(200)});
    let list = encoder::list(&json!({"kind": "PodList", "items": [object]}));
    harness.bytes(&list[..150]);
    let error = harness.error().to_string();
    assert!(error.contains("more than 100 bytes"), "{error}");
}

#[test]
fn frame_that_is_malformed_in_each_watch_leads_to_a_list() {
    let mut harness = watching_in_protobuf("5");
    for _ in 0..3 {
        harness.bytes(&encoder::frame(b"\x0a\x05ADDED\x12\x07"));
        harness.sleep();
        let request = harness.request();
        if request == "/api/v1/pods?limit=500" {
            return;
        }
        harness.accept_protobuf_watch();
    }
    panic!("no list");
}

#[test]
fn undecodable_object_is_an_error_item() {
    let whole = frame("MODIFIED", "6");
    let mut harness = watching_in_protobuf("5");
    // A frame whose object is no envelope, one without a name, and one that is whole.
    let text = encoder::bytes(2, &encoder::bytes(1, b"text"));
    let no_envelope = encoder::frame(&[encoder::bytes(1, b"ADDED"), text].concat());
    let no_name = encoder::event(&json!({"type": "ADDED", "object": {"kind": "Pod"}}));
    harness.bytes(&[no_envelope, no_name, whole].concat());
    let mut decoded = Vec::new();
    while let Step::Deliver(delivery) = harness.step() {
        let object = delivery.decode::<Meta<DynamicObject>>(false);
        decoded.push(object.map(|object| object.metadata.name).map_err(|error| error.to_string()));
    }
    assert_eq!(
        decoded,
        [
            Err("it does not begin with \"k8s\\0\"".to_owned()),
            Err("metadata.name is absent".to_owned()),
            Ok(Some("a".into())),
        ]
    );
}

#[test]
fn part_of_a_list_is_never_taken_for_a_list() {
    let object = json!({"metadata": {"name": "a", "uid": "1", "resourceVersion": "5"}});
    let metadata = json!({"resourceVersion": "20"});
    let list = encoder::list(&json!({"kind": "PodList", "metadata": metadata, "items": [object]}));
    for (body, cause) in [
        (&list[..list.len() - 10], Cause::Malformed),
        (&list[..16], Cause::Malformed),
        (&status(503, "away"), Cause::Rejected(503)),
        (&encoder::envelope("v1", "Pod", b""), Cause::Malformed),
        (&[], Cause::UnexpectedContent),
        (b"<html>", Cause::UnexpectedContent),
    ] {
        let mut harness = watching_from_version_10();
        harness.chunk(GONE);
        harness.request();
        harness.protobuf(200, body);
        assert_eq!(harness.deliveries(), [""; 0], "{body:?}");
        let interruption = harness.machine.status(harness.now).interruption;
        assert_eq!(interruption.map(|interruption| interruption.cause), Some(cause), "{body:?}");
        harness.sleep();
        assert_eq!(harness.request(), "/api/v1/pods?limit=500");
    }
}

#[test]
fn rejection_of_protobuf_is_read_in_protobuf() {
    let message = "only the following media types are accepted: application/json";
    for code in [406, 415] {
        let mut harness = managed(None);
        harness.request();
        harness.protobuf(code, &status(code, message));
        let error = harness.error();
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(error.status().map(|status| status.code), Some(code));
        // Once requests were accepted, it is waited out.
        let mut harness = accepted(false);
        harness.request();
        harness.protobuf(code, &status(code, message));
        harness.sleep();
        let interruption = harness.machine.status(harness.now).interruption.unwrap();
        assert_eq!(interruption.cause, Cause::Rejected(code));
    }
}

#[test]
fn bare_status_instead_of_events_is_an_error() {
    let mut harness = watching_in_protobuf("5");
    harness.bytes(&status(410, "too old resource version: 5 (306)"));
    harness.end();
    assert_eq!(harness.request(), "/api/v1/pods?limit=500");
}

#[test]
fn other_content_in_the_name_of_protobuf_ends_before_the_first_success_and_is_waited_out_after() {
    for body in ["<html>sign in</html>", "{\"metadata\":{\"resourceVersion\":\"40\"},\"items\":[]}"]
    {
        let mut harness = managed(None);
        harness.request();
        harness.protobuf(200, body.as_bytes());
        let error = harness.error();
        assert!(error.to_string().contains(PROTOBUF), "{error}");
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(reason, "it does not begin with \"k8s\\0\"");
        for relists in [true, false] {
            let mut harness = accepted(relists);
            harness.request();
            harness.head_of(200, PROTOBUF);
            harness.chunk(body);
            harness.deliveries();
            harness.end();
            harness.sleep();
            let interruption = harness.machine.status(harness.now).interruption.unwrap();
            assert_eq!(interruption.cause, Cause::UnexpectedContent, "{body}");
        }
    }
}

#[test]
fn protobuf_that_was_not_requested_is_no_list_and_no_watch() {
    let settings = Settings {
        wire: Some(Wire::Json),
        initial_list: InitialList::Paged,
        ..Settings::default()
    };
    let list = encoder::list(&json!({"kind": "PodList", "metadata": Value::Null, "items": []}));
    let mut harness = Harness::with(settings, StreamOptions::managed(), None);
    harness.request();
    harness.protobuf(200, &list);
    let error = harness.error();
    assert!(error.to_string().contains("sent a response in protobuf"), "{error}");
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(reason, "it was requested in JSON");
}
