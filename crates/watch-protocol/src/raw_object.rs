//! An object as it was received, not decoded.

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use watchable_core::json;

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
    /// JSON, of which the object is the member `object`: a row of a table.
    Row,
    /// Protobuf, in an envelope with its type, as in a watch.
    Envelope,
    /// Protobuf without an envelope, as in a list.
    Message,
}

impl RawObject {
    pub(crate) fn json(bytes: Bytes) -> Self {
        Self { form: Form::Json, bytes }
    }

    /// Returns the object's JSON, if it is in JSON, without the rest of its row.
    pub fn as_json(&self) -> Option<&[u8]> {
        match self.form {
            Form::Json => Some(&self.bytes),
            Form::Row => object_of_row(&self.bytes),
            Form::Envelope | Form::Message => None,
        }
    }
}

/// Returns the object of a row. `None` if it has none.
pub(crate) fn object_of_row(row: &[u8]) -> Option<&[u8]> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Row<'a> {
        #[serde(borrow)]
        object: Option<&'a RawValue>,
        #[serde(borrow)]
        metadata: Option<&'a RawValue>,
    }

    let Row { object, metadata } = json::from_slice(row).ok()?;
    // A custom resource may have a member of that name as well.
    object.filter(|_| metadata.is_none()).map(|object| object.get().as_bytes())
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
