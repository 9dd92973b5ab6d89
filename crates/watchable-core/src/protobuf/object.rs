//! Objects: decodes a message, and what is in an envelope.

use crate::decode_error::Error;
use crate::model::{Field, Model};

use super::envelope::Envelope;
use super::reader::{Contents, Message};
use super::value::Value;

/// The number that stands for an object in what is around it.
const OBJECT: u32 = 1;
/// The field of each object that is its metadata.
const METADATA: u32 = 1;

/// Decodes the message of an object. `apiVersion` and `kind` are not in it, but in its [`Envelope`].
///
/// # Errors
///
/// Fails if the message is truncated or damaged, or does not match `T`. The error carries the path of the value.
pub fn from_message<T: Field + Default>(message: &[u8]) -> Result<T, Error> {
    let mut value = T::default();
    read(&mut value, message, false)?;
    Ok(value)
}

/// Decodes the message of an object as if it had no `metadata.managedFields`, which are skipped unread.
///
/// # Errors
///
/// Same as [`from_message`].
pub fn without_managed_fields<T: Field + Default>(message: &[u8]) -> Result<T, Error> {
    let mut value = T::default();
    read(&mut value, message, true)?;
    Ok(value)
}

/// Decodes an object with its `apiVersion` and `kind`, if the envelope has them. With `drops_managed_fields` it has no
/// `metadata.managedFields`, which are skipped unread.
///
/// # Errors
///
/// Same as [`from_message`].
pub fn from_envelope<T: Model>(
    envelope: &Envelope<'_>,
    drops_managed_fields: bool,
) -> Result<T, Error> {
    let mut model = T::default();
    for (name, text) in [("apiVersion", envelope.api_version), ("kind", envelope.kind)] {
        if let (false, Some(index)) = (text.is_empty(), T::FIELDS.iter().position(|f| *f == name)) {
            let message = Message::new(&[]);
            let mut value = Value::new(0, Contents::Bytes(text.as_bytes()), &message);
            model.read_field(index, &mut value).map_err(|error| error.at_name(name))?;
        }
    }
    read(&mut model, envelope.message, drops_managed_fields)?;
    Ok(model)
}

fn read<T: Field>(value: &mut T, message: &[u8], drops_managed_fields: bool) -> Result<(), Error> {
    let around = Message::around_object(drops_managed_fields);
    value.read_protobuf(&Value::new(OBJECT, Contents::Bytes(message), &around)).map(drop)
}

/// Decodes the metadata of an object, and skips the rest of it.
pub(crate) fn metadata<T: Model>(
    envelope: &Envelope<'_>,
    drops_managed_fields: bool,
) -> Result<T, Error> {
    let mut metadata = T::default();
    let around = Message::around_object(drops_managed_fields);
    let mut message = around.nested(OBJECT, envelope.message)?;
    while let Some((number, contents)) = message.next_field()? {
        if number == METADATA {
            let value = Value::new(number, contents, &message);
            let read = metadata.read_protobuf(&value);
            read.map_err(|error| error.at_name("metadata"))?;
        }
    }
    Ok(metadata)
}
