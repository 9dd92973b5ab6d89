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
use watch_protocol::EventType;

use super::headers;
use super::json::Object;
use super::parts::Parts;
use crate::message::Payload;

pub(super) const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const DATA: &str = "application/json";

pub(super) fn structured(parts: &Parts<'_>) -> Payload {
    let data = data(parts);
    let mut event = Object::with_capacity(data.len() + 700);
    for (name, value) in attributes(parts) {
        match value {
            Value::Text(text) => event.text(name, &text),
            Value::Number(number) => event.number(name, number),
        }
    }
    event.text("datacontenttype", DATA);
    event.json("data", &data);
    Payload { content_type: STRUCTURED, headers: Vec::new(), body: event.finish() }
}

pub(super) fn binary(parts: &Parts<'_>) -> Payload {
    let header = |(name, value)| {
        let text = match value {
            Value::Text(text) => headers::header(&text),
            Value::Number(number) => number.to_string(),
        };
        (header_of(name), text)
    };
    let headers = attributes(parts).into_iter().map(header).collect();
    Payload { content_type: DATA, headers, body: data(parts) }
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

fn attributes(parts: &Parts<'_>) -> Vec<(&'static str, Value)> {
    let change = match parts.etype {
        EventType::Added => "added",
        EventType::Modified => "modified",
        EventType::Deleted => "deleted",
    };
    let kind = if parts.is_repair { "repaired" } else { change };
    let source = headers::segment(parts.cluster);
    let subject = parts.path();
    let key = format!("{source}/{subject}");
    let mut attributes = vec![
        ("specversion", Value::Text("1.0".to_owned())),
        ("id", Value::Text(parts.id.to_owned())),
        ("source", Value::Text(source)),
        ("type", Value::Text(format!("io.watchables.resource.{kind}"))),
        ("subject", Value::Text(subject)),
        ("time", Value::Text(parts.time())),
        ("change", Value::Text(change.to_owned())),
        ("partitionkey", Value::Text(key)),
    ];
    // An attribute is not empty.
    for (name, value) in [("uid", parts.uid), ("resourceversion", parts.version)] {
        if !value.is_empty() {
            attributes.push((name, Value::Text(value.to_owned())));
        }
    }
    // Integers have 32 bits.
    let gap = parts.gap_seconds().map(|seconds| seconds.min(i32::MAX.unsigned_abs().into()));
    attributes.extend(gap.map(|seconds| ("gapseconds", Value::Number(seconds))));
    attributes
}

fn header_of(attribute: &str) -> &'static str {
    match attribute {
        "specversion" => "ce-specversion",
        "id" => "ce-id",
        "source" => "ce-source",
        "type" => "ce-type",
        "subject" => "ce-subject",
        "time" => "ce-time",
        "change" => "ce-change",
        "uid" => "ce-uid",
        "resourceversion" => "ce-resourceversion",
        "gapseconds" => "ce-gapseconds",
        _ => "ce-partitionkey",
    }
}

fn data(parts: &Parts<'_>) -> Bytes {
    let length = parts.object.len() + parts.old_object.map_or(0, <[u8]>::len);
    let mut data = Object::with_capacity(length + parts.diff.map_or(0, <[u8]>::len) + 40);
    data.json("object", parts.object);
    if let Some(old) = parts.old_object {
        data.json("oldObject", old);
    }
    if let Some(diff) = parts.diff {
        data.json("diff", diff);
    }
    data.finish()
}
