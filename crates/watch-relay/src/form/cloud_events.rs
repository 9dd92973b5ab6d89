//! CloudEvents 1.0 (github.com/cloudevents/spec): all in the body, or attributes in headers.

use std::fmt::Write as _;

use bytes::Bytes;
use watch_protocol::EventType;

use super::{member, text_member};
use crate::message::{Message, Payload};

/// All in the body, as `application/cloudevents+json`.
pub(super) fn structured(message: &Message, diff: Option<&[String]>) -> Payload {
    let mut text = String::with_capacity(message.object.len() + 500);
    text.push('{');
    for (name, value) in attributes(message) {
        text_member(&mut text, name, &value);
    }
    text_member(&mut text, "datacontenttype", "application/json");
    member(&mut text, "data", &data(message, diff));
    text.push('}');
    Payload {
        content_type: "application/cloudevents+json",
        headers: Vec::new(),
        body: Bytes::from(text),
    }
}

/// The data in the body, and the attributes in headers, whose values are percent-encoded where they have to be.
pub(super) fn binary(message: &Message, diff: Option<&[String]>) -> Payload {
    let headers = attributes(message).into_iter().map(|(name, value)| {
        let name = match name {
            "specversion" => "ce-specversion",
            "id" => "ce-id",
            "source" => "ce-source",
            "type" => "ce-type",
            "subject" => "ce-subject",
            "time" => "ce-time",
            _ => "ce-gapseconds",
        };
        (name, encoded(&value))
    });
    Payload {
        content_type: "application/json",
        headers: headers.collect(),
        body: Bytes::from(data(message, diff)),
    }
}

fn attributes(message: &Message) -> Vec<(&'static str, String)> {
    let what = match (message.is_repair, message.etype) {
        (_, EventType::Deleted) => "deleted",
        (true, _) => "repaired",
        (false, EventType::Added) => "added",
        (false, _) => "modified",
    };
    let mut attributes = vec![
        ("specversion", "1.0".to_owned()),
        ("id", message.id.to_string()),
        ("source", format!("/clusters/{}", encoded(&message.cluster))),
        ("type", format!("io.watchables.resource.{what}")),
        ("subject", message.path()),
        ("time", message.time.to_string()),
    ];
    if let Some(gap) = message.gap {
        attributes.push(("gapseconds", gap.as_secs().to_string()));
    }
    attributes
}

fn data(message: &Message, diff: Option<&[String]>) -> String {
    let mut text = String::with_capacity(message.object.len() + 20);
    text.push('{');
    if let Some(diff) = diff {
        member(&mut text, "diff", &serde_json::Value::from(diff).to_string());
    }
    if let Some(old) = &message.old_object {
        member(&mut text, "oldObject", &String::from_utf8_lossy(old));
    }
    member(&mut text, "object", &String::from_utf8_lossy(&message.object));
    text.push('}');
    text
}

/// Percent-encodes what a header, or a path, must not have: the HTTP binding of CloudEvents, section 3.1.3.2.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            ..=b' ' | b'"' | b'%' | 0x7f.. => {
                let _ = write!(text, "%{byte:02X}");
            }
            _ => text.push(byte.into()),
        }
    }
    text
}
