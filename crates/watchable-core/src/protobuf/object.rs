//! Objects: decodes what is in an envelope.

use crate::decode_error::Error;
use crate::model::Model;

use super::envelope::Envelope;
use super::fill::fill;
use super::reader::{Contents, Message};
use super::value::Value;

/// The field of each object that is its metadata.
const METADATA: u32 = 1;

/// Decodes an object with its `apiVersion` and `kind`, if the envelope has them. With `drops_managed_fields` it has no
/// `metadata.managedFields`, which are skipped unread.
///
/// # Errors
///
/// Fails if the message is truncated or damaged, or does not match `T`. The error carries the path of the value.
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
    fill(&mut model, message(envelope, drops_managed_fields))?;
    Ok(model)
}

/// Decodes the metadata of an object, and skips the rest of it.
pub(crate) fn metadata<T: Model>(
    envelope: &Envelope<'_>,
    drops_managed_fields: bool,
) -> Result<T, Error> {
    let mut metadata = T::default();
    let mut message = message(envelope, drops_managed_fields);
    while let Some((number, contents)) = message.next_field()? {
        if number == METADATA {
            let value = Value::new(number, contents, &message);
            let fields = value.message().and_then(|fields| fill(&mut metadata, fields));
            fields.map_err(|error| error.at_name("metadata"))?;
        }
    }
    Ok(metadata)
}

fn message<'a>(envelope: &Envelope<'a>, drops_managed_fields: bool) -> Message<'a> {
    if drops_managed_fields {
        Message::without_managed_fields(envelope.message)
    } else {
        Message::new(envelope.message)
    }
}
