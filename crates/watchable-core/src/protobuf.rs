//! A protobuf reader for the models, which decodes in place, and the parts of Kubernetes' envelope.
//!
//! API servers send built-in kinds in protobuf if asked to (Kubernetes API concepts, "Alternate representations of
//! resources"). What decodes from it equals what decodes from the JSON of the same object; [`model`](mod@crate::model)
//! says what that takes. Custom resources have no protobuf.
//!
//! Layers, from the bottom up: `reader` (fields of a message); `number_table`; `value` (a field's value); `scalars`; `fill` (a
//! model's fields); `envelope` (`runtime.Unknown`); `object` (what is in an envelope).

mod envelope;
mod fill;
mod number_table;
mod object;
mod reader;
pub(crate) mod scalars;
#[cfg(test)]
mod tests;
mod value;

pub use envelope::Envelope;
pub(crate) use fill::fill;
pub use object::from_envelope;
pub(crate) use object::metadata;
pub use reader::{Contents, Message};
pub use value::Value;

pub use crate::decode_error::Error;

use crate::model::Field;

/// Decodes the message of an object. `apiVersion` and `kind` are not in it, but in its [`Envelope`].
///
/// # Errors
///
/// Fails if the message is truncated or damaged, or does not match `T`. The error carries the path of the value.
pub fn from_message<T: Field + Default>(message: &[u8]) -> Result<T, Error> {
    read(message, &Message::around_object(false))
}

/// Decodes the message of an object as if it had no `metadata.managedFields`, which are skipped unread.
///
/// # Errors
///
/// Same as [`from_message`].
pub fn without_managed_fields<T: Field + Default>(message: &[u8]) -> Result<T, Error> {
    read(message, &Message::around_object(true))
}

fn read<T: Field + Default>(message: &[u8], around: &Message<'_>) -> Result<T, Error> {
    let mut value = T::default();
    value.read_protobuf(&Value::new(OBJECT, Contents::Bytes(message), around))?;
    Ok(value)
}

/// The number that stands for an object in what is around it.
const OBJECT: u32 = 1;
