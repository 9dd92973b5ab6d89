//! Messages: the numbers, names and types of their fields.

use std::collections::HashMap;

/// The messages by index, and the indices by kind.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// By `apiVersion/Kind`.
    pub(super) kinds: HashMap<&'static str, usize>,
    pub(super) all: Vec<Message>,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) name: &'static str,
    /// Sorted by path. Of the fields with one path, the last is the newest.
    pub(super) fields: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    /// The numbers of the messages that JSON inlines, outermost first, and that of the field.
    pub(super) path: Vec<u32>,
    /// The name in JSON.
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) type_: Type,
    /// Whether Go's type is a pointer. If it is not, a scalar is always in the message.
    pub(super) is_pointer: bool,
    /// Whether JSON has a zero.
    pub(super) keeps_zero: bool,
    /// The first and the last minor release that has the field.
    pub(super) releases: (u32, u32),
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    One,
    List,
    /// A map with string keys.
    Map,
    /// A list in a message of its own, under this number.
    WrappedList(u32),
    /// A map of such messages.
    MapOfLists(u32),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Int32,
    Int64,
    Double,
    String,
    Bytes,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    /// JSON as text.
    Json,
    /// The index of a message.
    Message(usize),
    /// A `JSONSchemaPropsOr…`, with the index of its schema's message.
    SchemaOrBool(usize),
    SchemaOrArray(usize),
    SchemaOrStringArray(usize),
}

impl Messages {
    /// Returns the message of a kind. The options of a deletion are the same in every group, whose version clients
    /// send with them.
    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&Message> {
        let api_version = if kind == "DeleteOptions" { "v1" } else { api_version };
        let index = *self.kinds.get(&*format!("{api_version}/{kind}"))?;
        self.all.get(index)
    }
}

impl Field {
    pub(super) fn is_in(&self, minor: u32) -> bool {
        (self.releases.0..=self.releases.1).contains(&minor)
    }
}

impl Type {
    /// Returns whether Go always writes a value of this type, unless it is a pointer.
    pub(super) fn is_scalar(self) -> bool {
        matches!(self, Self::Bool | Self::Int32 | Self::Int64 | Self::Double | Self::String)
    }
}
