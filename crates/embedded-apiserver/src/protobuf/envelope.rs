//! The envelope of objects in protobuf, and the frames of a watch.

use super::writer;

/// What each body begins with.
pub(super) const MAGIC: &[u8] = b"k8s\0";

/// Returns what precedes the message of an object in its envelope, a `runtime.Unknown`.
pub(super) fn head(api_version: &str, kind: &str, message_length: usize) -> Vec<u8> {
    let mut type_meta = Vec::new();
    writer::bytes(&mut type_meta, 1, api_version.as_bytes());
    writer::bytes(&mut type_meta, 2, kind.as_bytes());
    let mut head = MAGIC.to_vec();
    writer::bytes(&mut head, 1, &type_meta);
    writer::bytes_head(&mut head, 2, message_length);
    head
}

/// What follows the message: its encoding and its media type, both empty.
pub(super) const TAIL: &[u8] = &[0x1a, 0, 0x22, 0];

/// Appends a frame of a watch: the length, and a `WatchEvent` with an object in its envelope.
pub(super) fn frame(event_type: &str, object: &[&[u8]]) -> Vec<u8> {
    let length = object.iter().map(|part| part.len()).sum();
    let mut event = Vec::with_capacity(length + event_type.len() + 32);
    event.extend_from_slice(&[0; 4]);
    writer::bytes(&mut event, 1, event_type.as_bytes());
    writer::bytes_head(&mut event, 2, writer::bytes_len(1, length));
    writer::bytes_head(&mut event, 1, length);
    for part in object {
        event.extend_from_slice(part);
    }
    let length = u32::try_from(event.len() - 4).unwrap_or(u32::MAX);
    event[..4].copy_from_slice(&length.to_be_bytes());
    event
}
