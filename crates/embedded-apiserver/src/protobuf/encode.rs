//! Encodes JSON as messages, as Go's generated code writes them: fields by number, and each scalar that is not a
//! pointer, zero or not.
//!
//! What has no place in a message, or is of another type, is left out.

use serde_json::{Map, Value};

use super::messages::{Field, Form, Message, Type};
use super::table::MESSAGES;
use super::{scalars, writer};

/// Encodes an object as a message of a minor release.
pub(super) fn message(message: &Message, object: &Value, minor: u32) -> Vec<u8> {
    Encoder { minor }.message(message, object)
}

/// Encodes messages of a release.
#[derive(Clone, Copy)]
pub(super) struct Encoder {
    minor: u32,
}

impl Encoder {
    fn message(self, message: &Message, object: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        self.fields(&mut out, &message.fields, 0, object.as_object());
        out
    }

    /// Appends the message at an index.
    pub(super) fn message_at(self, out: &mut Vec<u8>, number: u32, index: usize, object: &Value) {
        if let Some(message) = MESSAGES.all.get(index) {
            writer::bytes(out, number, &self.message(message, object));
        }
    }

    /// Appends fields whose paths are the same up to a depth.
    fn fields(
        self,
        out: &mut Vec<u8>,
        fields: &[Field],
        depth: usize,
        object: Option<&Map<String, Value>>,
    ) {
        for group in fields.chunk_by(|a, b| a.path.get(depth) == b.path.get(depth)) {
            let Some(&number) = group.first().and_then(|field| field.path.get(depth)) else {
                continue;
            };
            if group[0].path.len() == depth + 1 {
                if let Some(field) = group.iter().find(|field| field.is_in(self.minor)) {
                    self.field(
                        out,
                        number,
                        field,
                        object.and_then(|object| object.get(field.name)),
                    );
                }
            } else if group.iter().any(|field| field.is_in(self.minor)) {
                // Go has what JSON inlines by value, and so it is always there.
                let mut inlined = Vec::new();
                self.fields(&mut inlined, group, depth + 1, object);
                writer::bytes(out, number, &inlined);
            }
        }
    }

    fn field(self, out: &mut Vec<u8>, number: u32, field: &Field, value: Option<&Value>) {
        match (field.form, value) {
            (Form::One, value) => self.one(out, number, field, value),
            (Form::List, Some(Value::Array(items))) => {
                for item in items {
                    self.element(out, number, field.type_, item);
                }
            }
            (Form::WrappedList(inner), Some(Value::Array(items))) => {
                writer::bytes(out, number, &self.list(inner, field.type_, items));
            }
            (Form::Map | Form::MapOfLists(_), Some(Value::Object(members))) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(key, _)| *key);
                for (key, value) in members {
                    let mut entry = Vec::new();
                    writer::bytes(&mut entry, 1, key.as_bytes());
                    match (field.form, value) {
                        (Form::MapOfLists(inner), Value::Array(items)) => {
                            writer::bytes(&mut entry, 2, &self.list(inner, field.type_, items));
                        }
                        (Form::MapOfLists(_), _) => writer::bytes(&mut entry, 2, b""),
                        _ => self.element(&mut entry, 2, field.type_, value),
                    }
                    writer::bytes(out, number, &entry);
                }
            }
            _ => {}
        }
    }

    fn list(self, number: u32, type_: Type, items: &[Value]) -> Vec<u8> {
        let mut list = Vec::new();
        for item in items {
            self.element(&mut list, number, type_, item);
        }
        list
    }

    fn one(self, out: &mut Vec<u8>, number: u32, field: &Field, value: Option<&Value>) {
        let is_plain = field.type_.is_scalar() && !field.is_pointer;
        match value {
            // JSON has null for the zero time, of which Go writes an empty message.
            Some(Value::Null) if matches!(field.type_, Type::Time | Type::MicroTime) => {
                writer::bytes(out, number, b"");
            }
            None | Some(Value::Null) if is_plain => {
                self.element(out, number, field.type_, &Value::Null);
            }
            None | Some(Value::Null) => {}
            Some(value) => {
                if !self.value(out, number, field.type_, value) && is_plain {
                    self.element(out, number, field.type_, &Value::Null);
                }
            }
        }
    }

    /// Appends a value of a list or map: the zero in place of null, and of what is of another type.
    fn element(self, out: &mut Vec<u8>, number: u32, type_: Type, value: &Value) {
        if self.value(out, number, type_, value) {
            return;
        }
        match type_ {
            Type::Bool | Type::Int32 | Type::Int64 => writer::integer(out, number, 0),
            Type::Double => writer::double(out, number, 0.0),
            Type::Message(index) => self.message_at(out, number, index, &Value::Null),
            _ => writer::bytes(out, number, b""),
        }
    }

    /// Appends a value, if it is of the type.
    fn value(self, out: &mut Vec<u8>, number: u32, type_: Type, value: &Value) -> bool {
        match (type_, value) {
            (Type::Bool, Value::Bool(value)) => writer::integer(out, number, (*value).into()),
            (Type::Int32 | Type::Int64, Value::Number(value)) => match scalars::integer(value) {
                Some(value) => writer::integer(out, number, value),
                None => return false,
            },
            (Type::Double, Value::Number(value)) => match value.as_f64() {
                Some(value) => writer::double(out, number, value),
                None => return false,
            },
            (Type::String, Value::String(text)) => writer::bytes(out, number, text.as_bytes()),
            (Type::Message(index), Value::Object(_)) => self.message_at(out, number, index, value),
            _ => match self.schema_or(type_, value).or_else(|| scalars::encode(type_, value)) {
                Some(content) => writer::bytes(out, number, &content),
                None => return false,
            },
        }
        true
    }

    /// Returns the message of a `JSONSchemaPropsOr…`.
    fn schema_or(self, type_: Type, value: &Value) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match (type_, value) {
            (Type::SchemaOrBool(_), Value::Bool(allows)) => {
                writer::integer(&mut out, 1, (*allows).into());
            }
            (Type::SchemaOrBool(schema), Value::Object(_)) => {
                writer::integer(&mut out, 1, 1);
                self.message_at(&mut out, 2, schema, value);
            }
            (Type::SchemaOrArray(schema) | Type::SchemaOrStringArray(schema), Value::Object(_)) => {
                self.message_at(&mut out, 1, schema, value);
            }
            (Type::SchemaOrArray(schema), Value::Array(schemas)) => {
                for value in schemas {
                    self.message_at(&mut out, 2, schema, value);
                }
            }
            (Type::SchemaOrStringArray(_), Value::Array(texts)) => {
                for text in texts {
                    writer::bytes(&mut out, 2, text.as_str().unwrap_or_default().as_bytes());
                }
            }
            _ => return None,
        }
        Some(out)
    }
}
