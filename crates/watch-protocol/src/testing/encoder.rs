//! Encodes what a server sends in protobuf, from the JSON of it.
//!
//! Of an object, the fields that the protocol reads are encoded as API servers do, and the whole object as JSON in a
//! field of its own. Not part of the API: for our own tests.

use serde_json::Value;
use watchable_core::protobuf::{Contents, Message};

/// The field of an object that has its JSON.
const JSON: u32 = 15;

/// Encodes a string, bytes or a message.
pub fn bytes(number: u32, contents: &[u8]) -> Vec<u8> {
    let mut field = varint(u64::from(number) << 3 | 2);
    field.extend(varint(contents.len() as u64));
    field.extend_from_slice(contents);
    field
}

/// Encodes an integer.
pub fn integer(number: u32, value: u64) -> Vec<u8> {
    let mut field = varint(u64::from(number) << 3);
    field.extend(varint(value));
    field
}

#[allow(clippy::cast_possible_truncation, reason = "seven bits are left")]
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Encodes an envelope as API servers do, with an empty encoding and content type.
pub fn envelope(api_version: &str, kind: &str, message: &[u8]) -> Vec<u8> {
    let type_meta = [bytes(1, api_version.as_bytes()), bytes(2, kind.as_bytes())].concat();
    let rest = [bytes(1, &type_meta), bytes(2, message), bytes(3, b""), bytes(4, b"")];
    [b"k8s\0", &*rest.concat()].concat()
}

/// Encodes an event of a watch, behind its length.
///
/// # Panics
///
/// Panics if it is larger than 4 GiB.
pub fn event(event: &Value) -> Vec<u8> {
    let etype = event.get("type").and_then(Value::as_str);
    let object = match event.get("object") {
        Some(object) if etype == Some("ERROR") && object.get("kind").is_none() => {
            envelope("v1", "Status", &status(object))
        }
        Some(object) if object.is_object() => enveloped(object),
        _ => Vec::new(),
    };
    let etype = etype.map(|etype| bytes(1, etype.as_bytes())).unwrap_or_default();
    frame(&[etype, bytes(2, &bytes(1, &object))].concat())
}

/// Writes a frame's contents behind their length.
///
/// # Panics
///
/// Panics if they are larger than 4 GiB.
pub fn frame(contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).expect("a frame of less than 4 GiB");
    [&length.to_be_bytes(), contents].concat()
}

/// Encodes an object or a `Status` in its envelope.
pub fn enveloped(object: &Value) -> Vec<u8> {
    let message = if object["kind"] == "Status" { status(object) } else { self::object(object) };
    envelope(text(&object["apiVersion"]), text(&object["kind"]), &message)
}

/// Encodes a list in its envelope. Items that are no objects are undecodable.
pub fn list(list: &Value) -> Vec<u8> {
    let mut message = list.get("metadata").map(list_metadata).unwrap_or_default();
    for item in list["items"].as_array().into_iter().flatten() {
        message.extend(bytes(2, &object(item)));
    }
    envelope(text(&list["apiVersion"]), text(&list["kind"]), &message)
}

/// Encodes a list's metadata as its field.
fn list_metadata(metadata: &Value) -> Vec<u8> {
    let version = bytes(2, text(&metadata["resourceVersion"]).as_bytes());
    let token = bytes(3, text(&metadata["continue"]).as_bytes());
    let remaining = metadata["remainingItemCount"].as_u64().map(|count| integer(4, count));
    bytes(1, &[bytes(1, b""), version, token, remaining.unwrap_or_default()].concat())
}

/// Encodes the message of an object.
fn object(object: &Value) -> Vec<u8> {
    if !object.is_object() {
        return vec![0xff];
    }
    let metadata = &object["metadata"];
    let mut fields = Vec::new();
    for (number, key) in [(1, "name"), (3, "namespace"), (5, "uid"), (6, "resourceVersion")] {
        fields.extend(bytes(number, text(&metadata[key]).as_bytes()));
    }
    for (key, value) in metadata["annotations"].as_object().into_iter().flatten() {
        let entry = [bytes(1, key.as_bytes()), bytes(2, text(value).as_bytes())];
        fields.extend(bytes(12, &entry.concat()));
    }
    let mut json = object.clone();
    for key in ["apiVersion", "kind"] {
        json.as_object_mut().map(|members| members.remove(key));
    }
    [bytes(1, &fields), bytes(JSON, json.to_string().as_bytes())].concat()
}

fn status(status: &Value) -> Vec<u8> {
    let details = &status["details"];
    let mut fields = Vec::new();
    for (number, key) in [(1, "name"), (2, "group"), (3, "kind")] {
        fields.extend(bytes(number, text(&details[key]).as_bytes()));
    }
    for cause in details["causes"].as_array().into_iter().flatten() {
        let parts = [(1, "reason"), (2, "message"), (3, "field")];
        let parts = parts.map(|(number, key)| bytes(number, text(&cause[key]).as_bytes()));
        fields.extend(bytes(4, &parts.concat()));
    }
    let seconds = details["retryAfterSeconds"].as_u64().unwrap_or_default();
    fields.extend([integer(5, seconds), bytes(6, b"")].concat());
    [
        list_metadata(&Value::Null),
        bytes(2, text(&status["status"]).as_bytes()),
        bytes(3, text(&status["message"]).as_bytes()),
        bytes(4, text(&status["reason"]).as_bytes()),
        bytes(5, &fields),
        integer(6, status["code"].as_u64().unwrap_or_default()),
    ]
    .concat()
}

/// Returns the JSON that the message of an object was encoded from, without its type.
pub fn json(message: &[u8]) -> Option<&[u8]> {
    let mut fields = Message::new(message);
    while let Ok(Some((number, contents))) = fields.next_field() {
        if let (JSON, Contents::Bytes(json)) = (number, contents) {
            return Some(json);
        }
    }
    None
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
