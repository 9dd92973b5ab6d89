//! An object as it was received, not decoded.

use std::fmt;

use bytes::Bytes;

/// An object as it was received.
#[derive(Clone, PartialEq, Eq)]
pub struct RawObject {
    /// How it is encoded.
    pub form: Form,
    /// The bytes as they were received.
    pub bytes: Bytes,
}

/// The form that an object was received in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON.
    Json,
    /// Protobuf, in an envelope with its type, as in a watch.
    Envelope,
    /// Protobuf without an envelope, as in a list.
    Message,
}

impl RawObject {
    pub(crate) fn json(bytes: Bytes) -> Self {
        Self { form: Form::Json, bytes }
    }
}

/// Without the object, which may be confidential.
impl fmt::Debug for RawObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawObject")
            .field("form", &self.form)
            .field("len", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
