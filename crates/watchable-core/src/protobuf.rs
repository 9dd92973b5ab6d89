//! A protobuf reader for the models, which decodes in place, and the parts of Kubernetes' envelope.
//!
//! API servers send built-in kinds in protobuf if asked to (Kubernetes API concepts, "Alternate representations of
//! resources"). What decodes from it equals what decodes from the JSON of the same object; [`model`](mod@crate::model)
//! says what that takes. Custom resources have no protobuf.
//!
//! Layers, from the bottom up: `reader` (fields of a message); `number_table`; `value` (a field's value); `scalars`; `fill` (a
//! model's fields); `envelope` (`runtime.Unknown`); `object` (a whole object).

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
pub(crate) use object::metadata;
pub use object::{from_envelope, from_message, without_managed_fields};
pub use reader::{Contents, Message};
pub use value::Value;

pub use crate::decode_error::Error;
