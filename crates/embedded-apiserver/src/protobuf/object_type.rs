//! A kind as an API server encodes its objects, lists and events.

use bytes::Bytes;
use serde_json::Value;

use super::messages::Message;
use super::table::MESSAGES;
use super::{encode, envelope, writer};

/// The field of a list's message that has its items.
const ITEMS: u32 = 2;

/// A kind with a message, in a release.
#[derive(Debug)]
pub(crate) struct ObjectType {
    api_version: String,
    kind: String,
    message: &'static Message,
    minor: u32,
}

impl ObjectType {
    /// Returns a kind of Kubernetes' own; `None` for any other.
    pub(crate) fn find(api_version: &str, kind: &str, minor: u32) -> Option<Self> {
        let message = MESSAGES.of_kind(api_version, kind)?;
        Some(Self { api_version: api_version.to_owned(), kind: kind.to_owned(), message, minor })
    }

    /// Encodes the message of an object.
    pub(crate) fn message(&self, object: &Value) -> Bytes {
        encode::message(self.message, object, self.minor).into()
    }

    /// Returns the body that has an object's message.
    pub(crate) fn body(&self, message: &[u8]) -> Vec<u8> {
        let mut body = envelope::head(&self.api_version, &self.kind, message.len());
        body.extend_from_slice(message);
        body.extend_from_slice(envelope::TAIL);
        body
    }

    /// Returns the frame of a watch with an object's message.
    pub(crate) fn frame(&self, event_type: &str, message: &[u8]) -> Bytes {
        let head = envelope::head(&self.api_version, &self.kind, message.len());
        envelope::frame(event_type, &[&head, message, envelope::TAIL]).into()
    }

    /// Returns a list of this type in pieces, and its length: its metadata, and the message of each item.
    pub(crate) fn list(
        &self,
        metadata: &Value,
        items: Vec<Bytes>,
    ) -> (usize, impl Iterator<Item = Bytes> + use<>) {
        let start = self.message(&serde_json::json!({"metadata": metadata}));
        let lengths = items.iter().map(|item| writer::bytes_len(ITEMS, item.len()));
        let length = start.len() + lengths.sum::<usize>();
        let mut head = envelope::head(&self.api_version, &self.kind, length);
        head.extend_from_slice(&start);
        let total = head.len() + length - start.len() + envelope::TAIL.len();
        let items = items.into_iter().flat_map(|item| {
            let mut head = Vec::new();
            writer::bytes_head(&mut head, ITEMS, item.len());
            [head.into(), item]
        });
        let pieces = std::iter::once(head.into()).chain(items);
        (total, pieces.chain([Bytes::from_static(envelope::TAIL)]))
    }
}

/// Returns the frame of a watch with an object in JSON that has its `apiVersion` and `kind`; `None` if it has no
/// message.
pub(crate) fn frame_of(event_type: &str, object: &Value, minor: u32) -> Option<Bytes> {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let type_ = ObjectType::find(text("apiVersion"), text("kind"), minor)?;
    Some(type_.frame(event_type, &type_.message(object)))
}
