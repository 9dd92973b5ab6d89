//! Converts objects of Kubernetes' own kinds between JSON and protobuf, for all releases.
//!
//! The numbers and types of fields are in `messages.txt`, which `cargo xtask regen` generates from `spec/`.

mod decode;
mod decode_error;
mod encode;
mod envelope;
mod frame_ends;
mod messages;
mod object_type;
mod scalars;
mod table;
mod wire;
mod writer;

use serde_json::{Value, json};

use table::MESSAGES;
use wire::Reader;

pub use decode_error::DecodeError;
pub(crate) use frame_ends::FrameEnds;
pub(crate) use object_type::{ObjectType, frame_of};

pub(crate) const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";
pub(crate) const WATCH_MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf;stream=watch";

/// Encodes an object in its envelope, as an API server of the release `1.minor` writes it; `None` if its
/// `apiVersion` and `kind` are not those of a kind of Kubernetes' own.
///
/// What has no place in the object's message, or is of another type, is left out.
pub fn encode(object: &Value, minor: u32) -> Option<Vec<u8>> {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let type_ = ObjectType::find(text("apiVersion"), text("kind"), minor)?;
    Some(type_.body(&type_.message(object)))
}

/// Decodes an object from its envelope. Fields that no release knows are skipped.
///
/// # Errors
///
/// Fails if the bytes are truncated or damaged, with the place, or if the kind is not one of Kubernetes' own.
pub fn decode(body: &[u8]) -> Result<Value, DecodeError> {
    decode_as(body, "", "")
}

/// Decodes an event of a watch, without the length before it, to the form that it has in JSON: its `type` and its
/// `object`.
///
/// # Errors
///
/// Same as [`decode`].
pub fn decode_event(event: &[u8]) -> Result<Value, DecodeError> {
    let (mut event_type, mut object) = (String::new(), Value::Null);
    for field in Reader::new(event) {
        match field? {
            (1, content) => event_type = content.text()?,
            (2, extension) => {
                for field in Reader::new(extension.bytes()?) {
                    if let (1, content) = field? {
                        object = decode(content.bytes()?).map_err(|error| error.at("object"))?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(json!({"type": event_type, "object": object}))
}

/// As [`decode`]; `api_version` and `kind` stand for those that the envelope does not have.
pub(crate) fn decode_as(body: &[u8], api_version: &str, kind: &str) -> Result<Value, DecodeError> {
    let without_magic = || DecodeError::new("it does not begin with \"k8s\\0\"");
    let envelope = body.strip_prefix(envelope::MAGIC).ok_or_else(without_magic)?;
    let (mut api_version, mut kind) = (api_version.to_owned(), kind.to_owned());
    let mut raw = &[][..];
    for field in Reader::new(envelope) {
        match field? {
            (1, type_meta) => {
                for field in Reader::new(type_meta.bytes()?) {
                    match field? {
                        (1, content) if !content.is_zero() => api_version = content.text()?,
                        (2, content) if !content.is_zero() => kind = content.text()?,
                        _ => {}
                    }
                }
            }
            (2, content) => raw = content.bytes()?,
            (3 | 4, content) if !content.is_zero() => {
                return Err(DecodeError::new("the content of its envelope is encoded"));
            }
            _ => {}
        }
    }
    // Real servers name no version of what their discovery answers.
    let version = if api_version.is_empty() { "v1" } else { &api_version };
    let message = MESSAGES
        .of_kind(version, &kind)
        .ok_or_else(|| DecodeError::unknown_kind(&api_version, &kind))?;
    let mut object = decode::message(message, raw)?;
    object.insert("kind".to_owned(), kind.into());
    if !api_version.is_empty() {
        object.insert("apiVersion".to_owned(), api_version.into());
    }
    Ok(Value::Object(object))
}

#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod tests;
