//! How events are written: as the API server's watches are, or as `CloudEvents`.

mod cloud_event;
mod headers;
mod json;
mod wire;

use serde::Deserialize;

use crate::message::{Message, Payload};

/// A form, as it is named in a configuration.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    /// `{"type":"MODIFIED","time":…,"source":"pods/v1","id":…,"cluster":…,"object":{…}}`: an event as an API server's
    /// watch has it, with the members that recordings add, and the event's identity. Events that a comparison found have
    /// `origin` (`repair`) and, if it is known, `gapSeconds`. `oldObject` and `diff` are there if they were asked for.
    #[default]
    Wire,
    /// `CloudEvents` 1.0 in structured mode: all is in one JSON object.
    CloudEvents,
    /// `CloudEvents` 1.0 in binary mode: attributes are headers, and the body is the data.
    CloudEventsBinary,
}

impl Form {
    /// Writes an event; `diff` is what has changed, as JSON of any kind. What is JSON is not checked, but written as it is,
    /// without line feeds.
    pub fn payload(self, message: &Message, diff: Option<&[u8]>) -> Payload {
        match self {
            Self::Wire => wire::payload(message, diff),
            Self::CloudEvents => cloud_event::structured(message, diff),
            Self::CloudEventsBinary => cloud_event::binary(message, diff),
        }
    }
}

/// Joins payloads into one that has them all: `CloudEvents` in structured mode as a batch (a JSON array,
/// `application/cloudevents-batch+json`), the wire form in lines (`application/x-ndjson`). Returns `None` if they cannot
/// be joined: binary `CloudEvents`, or different forms.
pub fn join<'a>(payloads: impl Iterator<Item = &'a Payload> + Clone) -> Option<Payload> {
    let mut types =
        payloads.clone().map(|payload| (payload.content_type, payload.headers.is_empty()));
    let first = types.next()?;
    if !types.all(|other| other == first) {
        return None;
    }
    match first {
        (cloud_event::STRUCTURED, true) => Some(cloud_event::batch(payloads)),
        (wire::CONTENT_TYPE, true) => Some(wire::lines(payloads)),
        _ => None,
    }
}

/// What the events of one object have in common, over its recreation: the cluster, percent-encoded, and the object's path.
pub(crate) fn partition_key(message: &Message) -> String {
    format!("{}/{}", headers::segment(&message.cluster), message.path())
}

/// The time as recordings have it: UTC, six digits after the second.
fn time(message: &Message) -> String {
    format!("{:.6}", message.time)
}

/// The gap in seconds, not less than it was.
fn gap_seconds(message: &Message) -> Option<u64> {
    let gap = message.gap?;
    Some(gap.as_secs() + u64::from(gap.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests;
