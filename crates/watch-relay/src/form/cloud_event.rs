//! `CloudEvents` 1.0: structured, binary, and batches.
//!
//! | attribute | |
//! |---|---|
//! | `id` | the event's identity, the same when it comes again |
//! | `source` | the cluster's name as a relative URI reference: all but letters, digits and `-._~` is percent-encoded |
//! | `subject` | the object's path, such as `pods/v1/shop/web-1` |
//! | `type` | `io.watchables.resource.added`, `….modified`, `….deleted`; `….repaired` if a comparison found it |
//! | `time` | when the relay received it |
//! | `change` | `added`, `modified` or `deleted`, also of what is `repaired` |
//! | `uid`, `resourceversion` | the object's; absent if the server omits them |
//! | `gapseconds` | of what is `repaired`: for how long it was not known, if that is known |
//! | `partitionkey` | `source/subject`: events of one object have one key |
//!
//! The data is `{"object":{…}}`, with `oldObject` and `diff` if they were asked for.

use bytes::Bytes;

use super::json::Object;
use super::{gap_seconds, headers, time};
use crate::message::{Message, Payload};

pub(super) const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const DATA: &str = "application/json";
/// What the names of attributes begin with as headers.
const PREFIX: &str = "ce-";

pub(super) fn structured(message: &Message, diff: Option<&[u8]>) -> Payload {
    let data = data(message, diff);
    let mut event = Object::with_capacity(data.len() + 700);
    for (header, value) in attributes(message) {
        let name = header.trim_start_matches(PREFIX);
        match value {
            Value::Text(text) => event.text(name, &text),
            Value::Number(number) => event.number(name, number),
        }
    }
    event.text("datacontenttype", DATA);
    event.json("data", &data);
    Payload { content_type: STRUCTURED, headers: Vec::new(), body: event.finish() }
}

pub(super) fn binary(message: &Message, diff: Option<&[u8]>) -> Payload {
    let header = |(name, value)| {
        let text = match value {
            Value::Text(text) => headers::header(&text),
            Value::Number(number) => number.to_string(),
        };
        (name, text)
    };
    let headers = attributes(message).into_iter().map(header).collect();
    Payload { content_type: DATA, headers, body: data(message, diff) }
}

/// An array of events in structured mode.
pub(super) fn batch<'a>(payloads: impl Iterator<Item = &'a Payload> + Clone) -> Payload {
    let length: usize = payloads.clone().map(|payload| payload.body.len() + 1).sum();
    let mut array = Vec::with_capacity(length + 1);
    for payload in payloads {
        array.push(if array.is_empty() { b'[' } else { b',' });
        array.extend_from_slice(&payload.body);
    }
    array.push(b']');
    Payload { content_type: BATCH, headers: Vec::new(), body: array.into() }
}

enum Value {
    Text(String),
    Number(u64),
}

/// Returns the attributes, named as headers.
fn attributes(message: &Message) -> Vec<(&'static str, Value)> {
    let change = message.change();
    let kind = if message.is_repair { "repaired" } else { change };
    let source = headers::segment(&message.cluster);
    let subject = message.path();
    let key = super::partition_key(message);
    let mut attributes = vec![
        ("ce-specversion", Value::Text("1.0".to_owned())),
        ("ce-id", Value::Text(message.id.to_string())),
        ("ce-source", Value::Text(source)),
        ("ce-type", Value::Text(format!("io.watchables.resource.{kind}"))),
        ("ce-subject", Value::Text(subject)),
        ("ce-time", Value::Text(time(message))),
        ("ce-change", Value::Text(change.to_owned())),
        ("ce-partitionkey", Value::Text(key)),
    ];
    // An attribute is not empty.
    for (name, value) in [("ce-uid", &message.uid), ("ce-resourceversion", &message.version)] {
        if !value.is_empty() {
            attributes.push((name, Value::Text(value.clone())));
        }
    }
    // Integers have 32 bits.
    let gap = gap_seconds(message).map(|seconds| seconds.min(i32::MAX.unsigned_abs().into()));
    attributes.extend(gap.map(|seconds| ("ce-gapseconds", Value::Number(seconds))));
    attributes
}

fn data(message: &Message, diff: Option<&[u8]>) -> Bytes {
    let length = message.object.len() + message.old_object.as_ref().map_or(0, Bytes::len);
    let mut data = Object::with_capacity(length + diff.map_or(0, <[u8]>::len) + 40);
    data.json("object", &message.object);
    if let Some(old) = &message.old_object {
        data.json("oldObject", old);
    }
    if let Some(diff) = diff {
        data.json("diff", diff);
    }
    data.finish()
}
