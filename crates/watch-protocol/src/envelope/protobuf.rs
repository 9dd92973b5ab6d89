//! Parses protobuf: an event of a watch, and the identity of a list's item.
//!
//! An object's metadata is field 1 of its message, whatever its kind; what follows is skipped by its length.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::Error as _;
use watchable_core::Scope;
use watchable_core::protobuf::{self, Contents, Error, Message};

use crate::api_status::ApiStatus;
use crate::envelope::kind::{Envelope, INITIAL_EVENTS_END_ANNOTATION};
use crate::event::EventType;
use crate::identity::Identity;
use crate::raw_object::{Form, RawObject};
use crate::uid::Uid;

/// Parses an event, `WatchEvent` of `meta/v1`, on a resource of this scope.
///
/// # Errors
///
/// It is neither an event nor a `Status`.
pub(crate) fn read(frame: &Bytes, scope: Scope) -> Result<Envelope, Error> {
    if protobuf::Envelope::starts(frame) {
        // Proxies may end a watch with a bare Status.
        return match protobuf::Envelope::open(frame)?.kind {
            "Status" => Ok(Envelope::Error(ApiStatus::from_event(frame))),
            _ => Err(Error::custom("it has no type")),
        };
    }
    let (mut etype, mut object) = (None, &[][..]);
    let mut fields = Message::new(frame);
    while let Some((number, contents)) = fields.next_field()? {
        match (number, contents) {
            (1, Contents::Bytes(text)) => etype = Some(text),
            (2, Contents::Bytes(extension)) => object = raw(extension)?,
            _ => {}
        }
    }
    let etype = etype.ok_or_else(|| Error::custom("it has no type"))?;
    Ok(match etype {
        b"BOOKMARK" => bookmark(object),
        b"ERROR" => Envelope::Error(ApiStatus::from_event(object)),
        etype => match str::from_utf8(etype).ok().and_then(EventType::from_wire) {
            Some(etype) => {
                let identity = protobuf::Envelope::open(object)
                    .and_then(|envelope| identity(envelope.message, scope))
                    .unwrap_or_default();
                let bytes = frame.slice_ref(object);
                Envelope::Event {
                    etype,
                    object: RawObject { form: Form::Envelope, bytes },
                    identity,
                }
            }
            None => Envelope::Unknown,
        },
    })
}

/// Parses the identity of a list item, as far as it has one. Returns it with the item.
pub(crate) fn list_item(item: &Bytes, scope: Scope) -> (RawObject, Identity) {
    let object = RawObject { form: Form::Message, bytes: item.clone() };
    (object, identity(item, scope).unwrap_or_default())
}

/// Returns what a `RawExtension` contains.
fn raw(extension: &[u8]) -> Result<&[u8], Error> {
    let mut raw = &[][..];
    let mut fields = Message::new(extension);
    while let Some((number, contents)) = fields.next_field()? {
        if let (1, Contents::Bytes(bytes)) = (number, contents) {
            raw = bytes;
        }
    }
    Ok(raw)
}

/// Parses the identity of an object as far as it has one, up to its last part: damage further on is found when the
/// object is decoded.
fn identity(message: &[u8], scope: Scope) -> Result<Identity, Error> {
    let mut identity = Identity::default();
    let mut fields = Message::new(message);
    while let Some((number, contents)) = fields.next_field()? {
        let (1, Contents::Bytes(metadata)) = (number, contents) else { continue };
        let mut fields = Message::new(metadata);
        while let Some((number, contents)) = fields.next_field()? {
            let Contents::Bytes(bytes) = contents else { continue };
            match number {
                1 => identity.name = text(bytes).into_owned(),
                3 => identity.namespace = text(bytes).into_owned(),
                5 => identity.uid = Uid::of(&text(bytes)),
                6 => identity.version = version(bytes),
                _ => continue,
            }
            if identity.is_complete(scope) {
                return Ok(identity);
            }
        }
    }
    Ok(identity)
}

fn bookmark(object: &[u8]) -> Envelope {
    let (mut resource_version, mut ends_initial_list) = (None, false);
    let mut fields = protobuf::Envelope::open(object).map(|envelope| metadata(envelope.message));
    while let Ok(Some((number, contents))) = fields.as_mut().map_or(Ok(None), Message::next_field) {
        match (number, contents) {
            (6, Contents::Bytes(bytes)) => resource_version = version(bytes),
            (12, Contents::Bytes(annotation)) => ends_initial_list |= ends_list(annotation),
            _ => {}
        }
    }
    Envelope::Bookmark { version: resource_version, ends_initial_list }
}

/// Returns the metadata of an object, which is empty if it has none.
fn metadata(message: &[u8]) -> Message<'_> {
    let mut fields = Message::new(message);
    while let Ok(Some((number, contents))) = fields.next_field() {
        if let (1, Contents::Bytes(metadata)) = (number, contents) {
            return Message::new(metadata);
        }
    }
    Message::new(&[])
}

/// Whether an annotation is the one that ends a streaming list.
fn ends_list(annotation: &[u8]) -> bool {
    let (mut key, mut value) = (&[][..], &[][..]);
    let mut fields = Message::new(annotation);
    while let Ok(Some((number, contents))) = fields.next_field() {
        match (number, contents) {
            (1, Contents::Bytes(bytes)) => key = bytes,
            (2, Contents::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    key == INITIAL_EVENTS_END_ANNOTATION.as_bytes() && value == b"true"
}

/// Decodes a text. What is not UTF-8 is replaced, as by Go's JSON encoder.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Returns a resource version. "0" is none: it stands for any state, in lists and in watches.
pub(crate) fn version(bytes: &[u8]) -> Option<String> {
    Some(text(bytes).into_owned()).filter(|text| !matches!(text.as_str(), "" | "0"))
}
