//! The wire form: events as an API server's watch has them, with the members that recordings add.

use bytes::Bytes;

use super::json::Object;
use super::{gap_seconds, time};
use crate::message::{Message, Payload};

pub(super) const CONTENT_TYPE: &str = "application/json";
const LINES: &str = "application/x-ndjson";

pub(super) fn payload(message: &Message, diff: Option<&[u8]>) -> Payload {
    let length = message.object.len() + message.old_object.as_ref().map_or(0, Bytes::len);
    let mut object = Object::with_capacity(length + diff.map_or(0, <[u8]>::len) + 400);
    object.text("type", message.etype.as_str());
    object.text("time", &time(message));
    object.text("source", &message.resource.to_string());
    object.text("id", &message.id);
    object.text("cluster", &message.cluster);
    if message.is_repair {
        object.text("origin", "repair");
    }
    if let Some(seconds) = gap_seconds(message) {
        object.number("gapSeconds", seconds);
    }
    if let Some(diff) = diff {
        object.json("diff", diff);
    }
    if let Some(old) = &message.old_object {
        object.json("oldObject", old);
    }
    object.json("object", &message.object);
    Payload { content_type: CONTENT_TYPE, headers: Vec::new(), body: object.finish() }
}

/// A line each.
pub(super) fn lines<'a>(payloads: impl Iterator<Item = &'a Payload> + Clone) -> Payload {
    let length = payloads.clone().map(|payload| payload.body.len() + 1).sum();
    let mut lines = Vec::with_capacity(length);
    for payload in payloads {
        lines.extend_from_slice(&payload.body);
        lines.push(b'\n');
    }
    Payload { content_type: LINES, headers: Vec::new(), body: lines.into() }
}
