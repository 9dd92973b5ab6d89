//! Parses JSON: a line of a watch, and the identity of a list's item.

mod fast_path;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;
use watchable_core::{Scope, json};

use crate::api_status::ApiStatus;
use crate::envelope::kind::{Envelope, INITIAL_EVENTS_END_ANNOTATION};
use crate::event::EventType;
use crate::identity::Identity;
use crate::raw_object::RawObject;
use crate::scalar;
use crate::uid::Uid;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow, rename = "type")]
    etype: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "scalar::present")]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

/// The metadata of an object. A member of the wrong type counts as absent.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    namespace: Option<&'a RawValue>,
    #[serde(borrow)]
    uid: Option<&'a RawValue>,
    #[serde(borrow)]
    resource_version: Option<&'a RawValue>,
    #[serde(borrow)]
    annotations: Option<&'a RawValue>,
}

/// What stands for an object that is absent.
const NO_OBJECT: &[u8] = b"null";

/// Parses a line of a watch on a resource of this scope.
///
/// # Errors
///
/// The line is neither an event nor a `Status`.
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

/// Parses the identity of a list item, as far as it has one. Returns it with the item's bytes, which are valid
/// UTF-8.
pub(crate) fn list_item(item: &Bytes, scope: Scope) -> (Bytes, Identity) {
    let Ok(text) = simdutf8::basic::from_utf8(item) else {
        return self::list_item(&replace_invalid_utf8(item), scope);
    };
    let identity = fast_path::identity(text, scope).unwrap_or_else(|| parse_identity(text));
    (item.clone(), identity)
}

fn parse_fully(line: &Bytes) -> Result<Envelope, json::Error> {
    let Line { etype, object, kind } = json::from_slice(line)?;
    let Some(etype) = etype else {
        // Proxies and some servers end a watch with a bare Status.
        return if kind.and_then(scalar::text).as_deref() == Some("Status") {
            Ok(Envelope::Error(ApiStatus::from_event(line)))
        } else {
            Err(json::Error::custom("it has no type"))
        };
    };
    let text = object.map_or("null", RawValue::get);
    Ok(match etype.as_ref() {
        "BOOKMARK" => parse_bookmark(text),
        "ERROR" => Envelope::Error(ApiStatus::from_event(text.as_bytes())),
        etype => match EventType::from_wire(etype) {
            Some(etype) => Envelope::Event {
                etype,
                identity: parse_identity(text),
                object: RawObject::json(object.map_or(Bytes::from_static(NO_OBJECT), |object| {
                    line.slice_ref(object.get().as_bytes())
                })),
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

fn parse_bookmark(object: &str) -> Envelope {
    let metadata = parse_metadata(object);
    Envelope::Bookmark {
        version: version(metadata.resource_version),
        ends_initial_list: is_end_of_list(&metadata),
    }
}

/// Returns whether a bookmark's object says that the streaming list is complete.
pub(super) fn ends_initial_list(object: &[u8]) -> bool {
    str::from_utf8(object).is_ok_and(|object| is_end_of_list(&parse_metadata(object)))
}

fn is_end_of_list(metadata: &Metadata<'_>) -> bool {
    let annotations: BTreeMap<Cow<'_, str>, &RawValue> = metadata
        .annotations
        .and_then(|annotations| json::from_str(annotations.get()).ok())
        .unwrap_or_default();
    annotations
        .get(INITIAL_EVENTS_END_ANNOTATION)
        .is_some_and(|value| matches!(value.get(), r#""true""# | "true"))
}

/// Replaces invalid UTF-8 with U+FFFD, as Go's decoder does. API servers pass raw extensions on
/// byte by byte.
fn replace_invalid_utf8(text: &Bytes) -> Bytes {
    String::from_utf8_lossy(text).into_owned().into()
}

/// Parses the identity of an object as far as it has one, and skips the rest of it.
fn parse_identity(object: &str) -> Identity {
    let metadata = parse_metadata(object);
    Identity {
        name: text(metadata.name).unwrap_or_default(),
        namespace: text(metadata.namespace).unwrap_or_default(),
        uid: metadata.uid.and_then(scalar::text).as_deref().map(Uid::of).unwrap_or_default(),
        version: version(metadata.resource_version),
        content: 0,
    }
}

fn parse_metadata(object: &str) -> Metadata<'_> {
    let object: Object<'_> = json::from_str(object).unwrap_or_default();
    object.metadata.and_then(|metadata| json::from_str(metadata.get()).ok()).unwrap_or_default()
}

fn version(value: Option<&RawValue>) -> Option<String> {
    value.and_then(scalar::version).map(Cow::into_owned)
}

fn text(value: Option<&RawValue>) -> Option<String> {
    value.and_then(scalar::text).map(Cow::into_owned)
}
