//! The format in which a watcher gets objects: a version of their group, on a wire.

use bytes::Bytes;

use super::object::Object;
use crate::protobuf::ObjectType;

/// A version of a group, on a wire.
pub(crate) struct Format<'a> {
    pub(crate) version_id: usize,
    /// The JSON members that stored objects omit.
    pub(crate) type_meta: &'a Bytes,
    /// The type in protobuf, if that is the wire.
    pub(crate) protobuf: Option<&'a ObjectType>,
}

impl Format<'_> {
    /// Returns an event: a line in JSON, a frame in protobuf.
    pub(super) fn frame(&self, event_type: &str, object: &Object) -> Bytes {
        if let Some(type_) = self.protobuf {
            return type_.frame(event_type, &object.message(self.version_id, type_));
        }
        let head = format!(r#"{{"type":"{event_type}","object":"#);
        object.framed(&head, self.type_meta, "}\n")
    }
}
