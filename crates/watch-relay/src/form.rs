//! The forms of messages: what a watch prints, or CloudEvents 1.0.

mod cloud_events;
mod config;
mod wire;

use serde_json::Value;

pub use self::config::{FormConfig, FormKind};
use crate::message::{Message, Payload};

/// Renders a message.
///
/// `diff` is what changed, in lines such as `status.phase: Pending → Running`, if that is asked for.
pub(crate) fn render(form: &FormConfig, message: &Message, diff: Option<&[String]>) -> Payload {
    match form.kind {
        FormKind::Wire => wire::render(message, diff),
        FormKind::CloudEvents => cloud_events::structured(message, diff),
        FormKind::CloudEventsBinary => cloud_events::binary(message, diff),
    }
}

/// Puts a member behind those of an object in the making.
fn member(text: &mut String, name: &str, value: &str) {
    text.push_str(if text.ends_with('{') { "\"" } else { ",\"" });
    text.push_str(name);
    text.push_str("\":");
    text.push_str(value);
}

/// Puts a text behind the members of an object in the making.
fn text_member(text: &mut String, name: &str, value: &str) {
    member(text, name, &Value::from(value).to_string());
}

#[cfg(test)]
mod tests;
