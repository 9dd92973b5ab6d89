//! The wire form: events as an API server's watch has them, with the members that recordings add.

use super::json::Object;
use super::parts::Parts;
use crate::message::Payload;

pub(super) const CONTENT_TYPE: &str = "application/json";
const LINES: &str = "application/x-ndjson";

pub(super) fn payload(parts: &Parts<'_>) -> Payload {
    let length = parts.object.len() + parts.old_object.map_or(0, <[u8]>::len);
    let mut object = Object::with_capacity(length + parts.diff.map_or(0, <[u8]>::len) + 400);
    object.text("type", parts.etype.as_str());
    object.text("time", &parts.time());
    object.text("source", &parts.resource.to_string());
    object.text("id", parts.id);
    object.text("cluster", parts.cluster);
    if parts.is_repair {
        object.text("origin", "repair");
    }
    if let Some(seconds) = parts.gap_seconds() {
        object.number("gapSeconds", seconds);
    }
    if let Some(diff) = parts.diff {
        object.json("diff", diff);
    }
    if let Some(old) = parts.old_object {
        object.json("oldObject", old);
    }
    object.json("object", parts.object);
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
