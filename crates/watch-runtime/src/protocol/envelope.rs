//! Parses a line of a watch into the event's type, the object's identity and its raw bytes.
//!
//! The object itself is not decoded here. A bookmark's object never is: it has the kind of the
//! watched resource but not its required fields, as in `"spec":{"containers":null}` (Kubernetes API
//! concepts, "Watch bookmarks").

mod fast_path;
mod kind;

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use watchable_core::{Scope, json};

pub(crate) use crate::protocol::envelope::kind::Envelope;
use crate::protocol::event::EventType;
use crate::protocol::identity::Identity;
use crate::protocol::uid::Uid;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, rename = "type")]
    etype: Cow<'a, str>,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow)]
    uid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource_version: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Bookmark {
    metadata: BookmarkMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BookmarkMetadata {
    resource_version: Option<String>,
    annotations: Option<BTreeMap<String, String>>,
}

/// The annotation of the bookmark that ends a streaming list (KEP-3157).
const INITIAL_EVENTS_END_ANNOTATION: &str = "k8s.io/initial-events-end";

/// Parses a line of a watch on a resource of this scope.
pub(crate) fn read(line: &Bytes, scope: Scope) -> Result<Envelope, json::Error> {
    read_as(line, scope, true)
}

/// Parses a line, on the fast path if it applies and is enabled.
pub(crate) fn read_as(
    line: &Bytes,
    scope: Scope,
    use_fast_path: bool,
) -> Result<Envelope, json::Error> {
    let Ok(text) = simdutf8::basic::from_utf8(line) else {
        return read_as(&replace_invalid_utf8(line), scope, use_fast_path);
    };
    match use_fast_path.then(|| fast_path::read(line, text, scope)).flatten() {
        Some(envelope) => Ok(envelope),
        None => parse_fully(line),
    }
}

/// Parses the identity of a list item. Returns it with the item's bytes, which are valid UTF-8.
pub(crate) fn list_item(item: &Bytes, scope: Scope) -> Result<(Bytes, Identity), json::Error> {
    let Ok(text) = simdutf8::basic::from_utf8(item) else {
        return self::list_item(&replace_invalid_utf8(item), scope);
    };
    let identity = match fast_path::identity(text, scope) {
        Some(identity) => identity,
        None => parse_identity(item)?,
    };
    Ok((item.clone(), identity))
}

fn parse_fully(line: &Bytes) -> Result<Envelope, json::Error> {
    let Line { etype, object } = json::from_slice(line)?;
    Ok(match etype.as_ref() {
        "BOOKMARK" => parse_bookmark(json::from_str(object.get())?),
        "ERROR" => Envelope::Error(json::from_str(object.get())?),
        etype => match EventType::from_wire(etype) {
            Some(etype) => Envelope::Event {
                etype,
                identity: parse_identity(object.get().as_bytes())?,
                object: line.slice_ref(object.get().as_bytes()),
            },
            None => Envelope::Unknown,
        },
    })
}

/// Returns the object alone if the fast path took members after it for a part of it. API servers do
/// not write such lines today.
pub(crate) fn without_trailer(object: &Bytes) -> Option<Bytes> {
    let first = serde_json::Deserializer::from_slice(object).into_iter::<&RawValue>().next()?;
    let first = first.ok()?.get().as_bytes();
    (first.len() < object.len()).then(|| object.slice_ref(first))
}

fn parse_bookmark(Bookmark { metadata }: Bookmark) -> Envelope {
    let annotations = metadata.annotations.unwrap_or_default();
    Envelope::Bookmark {
        version: metadata.resource_version.filter(|version| !version.is_empty()),
        ends_initial_list: annotations
            .get(INITIAL_EVENTS_END_ANNOTATION)
            .is_some_and(|value| value == "true"),
    }
}

/// Replaces invalid UTF-8 with U+FFFD, as Go's decoder does. API servers pass raw extensions on
/// byte by byte.
fn replace_invalid_utf8(text: &Bytes) -> Bytes {
    String::from_utf8_lossy(text).into_owned().into()
}

/// Parses the identity of an object, and skips the rest of it.
fn parse_identity(object: &[u8]) -> Result<Identity, json::Error> {
    let metadata = json::from_slice::<Object<'_>>(object)?.metadata.unwrap_or_default();
    let text = |value: Option<Cow<'_, str>>| value.map(Cow::into_owned).unwrap_or_default();
    Ok(Identity {
        name: text(metadata.name),
        namespace: text(metadata.namespace),
        uid: metadata.uid.as_deref().map(Uid::of).unwrap_or_default(),
        version: metadata.resource_version.map(Cow::into_owned).filter(|v| !v.is_empty()),
    })
}

#[cfg(test)]
mod tests {
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
                version: Some("7".into())
            }
        );
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
        let Envelope::Event { object, identity, .. } = read(&line, Scope::Namespaced).unwrap()
        else {
            panic!()
        };
        assert_eq!(identity.name, "a");
        assert!(str::from_utf8(&object).unwrap().ends_with("\"data\":\"\u{fffd}\"}"));
    }

    #[test]
    fn members_after_the_object_are_cut_off() {
        let line = r#"{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"s","uid":"u","resourceVersion":"7"}},"more":{"x":{}}}"#;
        let Envelope::Event { object, .. } = envelope(line) else { panic!() };
        let object = without_trailer(&object).unwrap();
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
        for malformed in
            [&b"{\"type\":\"ADDED\"}"[..], b"{\"type\":\"ADDED\",\"object\":{", b"\xff"]
        {
            assert!(read(&Bytes::from_static(malformed), Scope::Namespaced).is_err());
        }
    }
}
