//! The form of a watch: `{"type": …, "object": …}`, with what identifies the event.

use bytes::Bytes;

use super::{member, text_member};
use crate::message::{Message, Payload};

pub(super) fn render(message: &Message, diff: Option<&[String]>) -> Payload {
    let mut text = String::with_capacity(message.object.len() + 300);
    text.push('{');
    text_member(&mut text, "type", message.etype.as_str());
    text_member(&mut text, "id", &message.id);
    text_member(&mut text, "time", &message.time.to_string());
    text_member(&mut text, "cluster", &message.cluster);
    text_member(&mut text, "resource", &message.resource.to_string());
    if message.is_repair {
        member(&mut text, "repair", "true");
    }
    if let Some(gap) = message.gap {
        member(&mut text, "gapSeconds", &gap.as_secs_f64().to_string());
    }
    if let Some(diff) = diff {
        member(&mut text, "diff", &serde_json::Value::from(diff).to_string());
    }
    // Both are JSON, which is UTF-8.
    if let Some(old) = &message.old_object {
        member(&mut text, "oldObject", &String::from_utf8_lossy(old));
    }
    member(&mut text, "object", &String::from_utf8_lossy(&message.object));
    text.push('}');
    Payload { content_type: "application/json", headers: Vec::new(), body: Bytes::from(text) }
}
