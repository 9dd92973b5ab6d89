//! Tests of the parser of events in protobuf.

use serde_json::{Value, json};

use super::*;
use crate::testing::encoder::{bytes, envelope, event, integer};

fn parse(event: &Value) -> Envelope {
    parse_frame(&self::event(event))
}

fn parse_frame(frame: &[u8]) -> Envelope {
    read(&Bytes::copy_from_slice(&frame[4..]), Scope::Namespaced).unwrap()
}

fn pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a-b", "namespace": "s", "uid": "u", "resourceVersion": "7"},
        "spec": {"x": 1},
    })
}

#[test]
fn event_has_type_identity_and_raw_object() {
    let frame = Bytes::from(event(&json!({"type": "MODIFIED", "object": pod()}))).split_off(4);
    let Envelope::Event { etype, object, identity } = read(&frame, Scope::Namespaced).unwrap()
    else {
        panic!()
    };
    assert_eq!(etype, EventType::Modified);
    let expected = Identity {
        name: "a-b".into(),
        namespace: "s".into(),
        uid: "u".into(),
        version: Some("7".into()),
        content: 0,
    };
    assert_eq!(identity, expected);
    assert_eq!(object.form, Form::Envelope);
    assert!(frame.as_ptr_range().contains(&object.bytes.as_ptr()), "it is a slice of the frame");
    let opened = protobuf::Envelope::open(&object.bytes).unwrap();
    assert_eq!((opened.api_version, opened.kind), ("v1", "Pod"));
    let item = Bytes::copy_from_slice(opened.message);
    assert_eq!(
        list_item(&item, Scope::Namespaced),
        (RawObject { form: Form::Message, bytes: item.clone() }, expected)
    );
}

#[test]
fn identity_is_read_up_to_its_last_part_and_last_values_count() {
    let metadata = [bytes(1, b"x"), bytes(6, b"0"), bytes(1, b"a"), bytes(5, b"u")].concat();
    let rest = [bytes(3, b"\xff"), bytes(6, b"7"), vec![0x0b]].concat();
    let message = [integer(9, 1), bytes(1, &[metadata, rest].concat()), vec![0x0b]].concat();
    let (_, identity) = list_item(&message.into(), Scope::Namespaced);
    assert_eq!((&*identity.name, &*identity.namespace), ("a", "\u{fffd}"));
    assert_eq!((identity.uid, identity.version.as_deref()), (Uid::of("u"), Some("7")));
}

#[test]
fn object_without_a_readable_identity_is_still_an_event() {
    for object in [
        vec![],
        b"{}".to_vec(),
        envelope("v1", "Pod", &[0x0b]),
        envelope("v1", "Pod", &bytes(1, &[0x0b])),
        envelope("v1", "Pod", &integer(1, 1)),
        envelope("v1", "Pod", &bytes(1, &integer(1, 1))),
    ] {
        let frame = [bytes(1, b"ADDED"), bytes(2, &bytes(1, &object))].concat();
        let read = read(&frame.into(), Scope::Namespaced).unwrap();
        let Envelope::Event { object: raw, identity, .. } = read else { panic!("{object:?}") };
        assert_eq!((identity, &*raw.bytes), (Identity::default(), &*object));
    }
    assert!(matches!(parse(&json!({"type": "ADDED"})), Envelope::Event { .. }));
}

#[test]
fn only_the_annotated_bookmark_ends_the_initial_list() {
    for (value, ends) in [("true", true), ("false", false), ("", false)] {
        let annotations = json!({"a": "true", "k8s.io/initial-events-end": value});
        let metadata = json!({"resourceVersion": "9", "annotations": annotations});
        let bookmark = parse(&json!({"type": "BOOKMARK", "object": {"metadata": metadata}}));
        let Envelope::Bookmark { version, ends_initial_list } = bookmark else { panic!() };
        assert_eq!((version.as_deref(), ends_initial_list), (Some("9"), ends), "{value}");
    }
}

#[test]
fn bookmark_without_metadata_has_no_version() {
    for object in [json!(null), json!({}), json!({"metadata": {"resourceVersion": "0"}})] {
        let read = parse(&json!({"type": "BOOKMARK", "object": object}));
        let none = Envelope::Bookmark { version: None, ends_initial_list: false };
        assert_eq!(format!("{read:?}"), format!("{none:?}"), "{object}");
    }
}

#[test]
fn error_events_and_bare_statuses_are_errors() {
    let status = json!({"kind": "Status", "message": "too old", "reason": "Expired", "code": 410});
    let bare = crate::testing::encoder::enveloped(&status);
    for (frame, code, message) in [
        (event(&json!({"type": "ERROR", "object": status})), 410, "too old"),
        (event(&json!({"type": "ERROR", "object": pod()})), 500, "no reason given"),
        (event(&json!({"type": "ERROR"})), 500, "no reason given"),
        ([&[0; 4], &*bare].concat(), 410, "too old"),
    ] {
        let Envelope::Error(status) = parse_frame(&frame) else { panic!("{code}") };
        assert_eq!((status.code, &*status.message), (code, message));
    }
}

#[test]
fn unknown_event_type_is_distinguished_from_a_malformed_frame() {
    assert!(matches!(parse(&json!({"type": "RENAMED", "object": pod()})), Envelope::Unknown));
    let whole = event(&json!({"type": "ADDED", "object": pod()}));
    for malformed in [
        &b""[..],
        &event(&json!({"object": pod()}))[4..],
        &envelope("v1", "Pod", b""),
        &whole[4..whole.len() - 1],
        b"\xff",
        b"\x0b",
    ] {
        assert!(read(&Bytes::copy_from_slice(malformed), Scope::Namespaced).is_err());
    }
}
