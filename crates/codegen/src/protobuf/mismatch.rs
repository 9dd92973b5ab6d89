//! A place where JSON and protobuf disagree.

use std::fmt;

/// A disagreement about a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) definition: String,
    pub(super) what: What,
}

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It has no message.
    NoMessage,
    /// This property has no number.
    NoField(String),
    /// No property stands for this field of its message.
    NoProperty(String),
    /// The types of this property, as text, differ.
    OtherType { property: String, json: String, protobuf: String },
    /// It has no properties, and the fields of its message are not those that are known.
    OtherMessage { known: String, found: String },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "definition {}", self.definition)?;
        match &self.what {
            What::NoMessage => f.write_str(": it has no message in protobuf"),
            What::NoField(property) => {
                write!(f, ", property {property}: its message has no such field")
            }
            What::NoProperty(field) => {
                write!(f, ": no property stands for the field {field} of its message")
            }
            What::OtherType { property, json, protobuf } => {
                write!(f, ", property {property}: JSON has {json}, but protobuf `{protobuf}`")
            }
            What::OtherMessage { known, found } => {
                write!(f, ": the fields of its message are `{found}`, where `{known}` is expected")
            }
        }
    }
}
