//! Tests of the parser of watch lines.

use super::*;

fn envelope(text: &'static str) -> Envelope {
    read(&Bytes::from_static(text.as_bytes()), Scope::Namespaced).unwrap()
}

#[test]
fn event_has_type_identity_and_raw_object() {
    let line = Bytes::from_static(
        br#"{"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a\u002db","namespace":"s","uid":"u","resourceVersion":"7"},"spec":1}}"#,
    );
    let Envelope::Event { etype, object, identity } = read(&line, Scope::Namespaced).unwrap()
    else {
        panic!()
    };
    assert_eq!(etype, EventType::Modified);
    assert_eq!(
        identity,
        Identity {
            name: "a-b".into(),
            namespace: "s".into(),
            uid: "u".into(),
            version: Some("7".into()),
            content: 0,
        }
    );
    let object = object.bytes;
    assert!(object.starts_with(b"{\"kind\"") && object.ends_with(b"\"spec\":1}"));
    assert_eq!(object.as_ptr(), line[28..].as_ptr(), "the object is a slice of the line");
}

#[test]
fn bookmark_is_only_a_version() {
    let line = r#"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"380","creationTimestamp":null},"spec":{"containers":null},"status":{}}}"#;
    assert!(
        matches!(envelope(line), Envelope::Bookmark { version: Some(v), ends_initial_list: false } if v == "380")
    );
    let line = r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}"#;
    assert!(matches!(envelope(line), Envelope::Bookmark { ends_initial_list: true, .. }));
}

#[test]
fn invalid_utf8_is_replaced() {
    let line = Bytes::from_static(
        b"{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"},\"data\":\"\xff\"}}",
    );
    let Envelope::Event { object, identity, .. } = read(&line, Scope::Namespaced).unwrap() else {
        panic!()
    };
    assert_eq!(identity.name, "a");
    assert!(str::from_utf8(&object.bytes).unwrap().ends_with("\"data\":\"\u{fffd}\"}"));
}

#[test]
fn members_after_the_object_are_cut_off() {
    let line = r#"{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"s","uid":"u","resourceVersion":"7"}},"more":{"x":{}}}"#;
    let Envelope::Event { object, .. } = envelope(line) else { panic!() };
    let object = without_trailer(&object.bytes).unwrap();
    assert!(object.ends_with(br#""resourceVersion":"7"}}"#));
    assert!(without_trailer(&object).is_none());
}

#[test]
fn error_event_is_a_status() {
    let line = r#"{"type":"ERROR","object":{"kind":"Status","metadata":{},"status":"Failure","message":"too old resource version: 1 (398)","reason":"Expired","code":410}}"#;
    assert!(matches!(envelope(line), Envelope::Error(status) if status.is_gone()));
}

#[test]
fn unknown_event_type_is_distinguished_from_malformed_line() {
    assert!(matches!(envelope(r#"{"type":"RENAMED","object":{}}"#), Envelope::Unknown));
    for malformed in [&b"{}"[..], b"null", b"{\"type\":\"ADDED\",\"object\":{", b"\xff"] {
        assert!(read(&Bytes::from_static(malformed), Scope::Namespaced).is_err());
    }
}

#[test]
fn bookmark_without_metadata_has_no_version() {
    for object in ["{}", r#"{"metadata":null}"#, r#"{"metadata":"x"}"#, "null", "7"] {
        let line = Bytes::from(format!(r#"{{"type":"BOOKMARK","object":{object}}}"#));
        let envelope = read(&line, Scope::Namespaced).unwrap();
        let none = Envelope::Bookmark { version: None, ends_initial_list: false };
        assert_eq!(format!("{envelope:?}"), format!("{none:?}"), "{object}");
    }
    let line =
        r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":7,"annotations":{"x":1}}}}"#;
    assert!(matches!(envelope(line), Envelope::Bookmark { version: Some(v), .. } if v == "7"));
}

#[test]
fn bare_status_and_odd_error_events_are_errors() {
    for (line, code) in [
        (r#"{"kind":"Status","message":"too old","reason":"Expired"}"#, 410),
        (r#"{"type":"ERROR","object":null}"#, 500),
        (r#"{"type":"ERROR","object":"stream closed"}"#, 500),
        (r#"{"type":"ERROR"}"#, 500),
    ] {
        assert!(matches!(envelope(line), Envelope::Error(status) if status.code == code));
    }
}

#[test]
fn object_of_another_shape_has_the_identity_that_can_be_read() {
    for object in ["null", "\"text\"", "{}", "[]", r#"{"metadata":[]}"#, r#"{"metadata":null}"#] {
        let line = Bytes::from(format!(r#"{{"type":"ADDED","object":{object}}}"#));
        let Ok(Envelope::Event { object: raw, identity, .. }) = read(&line, Scope::Namespaced)
        else {
            panic!("{object}")
        };
        assert_eq!((identity, raw.bytes.as_ref()), (Identity::default(), object.as_bytes()));
        let (_, identity) = list_item(&Bytes::from(object), Scope::Namespaced);
        assert_eq!(identity, Identity::default());
    }
    assert!(
        matches!(envelope(r#"{"type":"ADDED"}"#), Envelope::Event { object, .. } if object.bytes == "null")
    );
    let item =
        r#"{"metadata":{"name":"n","namespace":5,"uid":null,"resourceVersion":7,"labels":"x"}}"#;
    let (_, identity) = list_item(&Bytes::from_static(item.as_bytes()), Scope::Namespaced);
    assert_eq!((identity.name.as_str(), identity.namespace.as_str()), ("n", "5"));
    assert_eq!((identity.version.as_deref(), identity.uid.is_empty()), (Some("7"), true));
}
