//! Decodes messages to JSON as Go writes it: without the zeros that it omits. Unknown fields are skipped.

use serde_json::{Map, Value};

use super::decode_error::DecodeError;
use super::messages::{Field, Form, Message, Type};
use super::scalars;
use super::table::MESSAGES;
use super::wire::{Content, Reader, packed};

/// Messages that are nested deeper are rejected, as Go's decoder and JSON's do.
const MAX_DEPTH: usize = 128;

/// Decodes a message.
pub(super) fn message(message: &Message, bytes: &[u8]) -> Result<Map<String, Value>, DecodeError> {
    Decoder { depth: 0 }.message(message, bytes)
}

/// Decodes messages at a depth.
#[derive(Clone, Copy)]
pub(super) struct Decoder {
    depth: usize,
}

impl Decoder {
    fn message(self, message: &Message, bytes: &[u8]) -> Result<Map<String, Value>, DecodeError> {
        let mut object = Map::new();
        self.fields(&mut object, &message.fields, 0, bytes)?;
        Ok(object)
    }

    /// Decodes a nested message.
    pub(super) fn message_at(
        self,
        index: usize,
        content: &Content<'_>,
    ) -> Result<Value, DecodeError> {
        let depth = self.depth + 1;
        let message = MESSAGES.all.get(index).filter(|_| depth <= MAX_DEPTH);
        let message = message.ok_or_else(|| DecodeError::new("it is nested too deeply"))?;
        Self { depth }.message(message, content.bytes()?).map(Value::Object)
    }

    /// Decodes fields whose paths are the same up to a depth.
    fn fields(
        self,
        object: &mut Map<String, Value>,
        fields: &[Field],
        depth: usize,
        bytes: &[u8],
    ) -> Result<(), DecodeError> {
        for field in Reader::new(bytes) {
            let (number, content) = field?;
            let is_it = |field: &Field| field.path.get(depth) == Some(&number);
            let Some(first) = fields.iter().position(is_it) else { continue };
            let end = fields[first..].iter().position(|field| !is_it(field));
            let same = &fields[first..end.map_or(fields.len(), |end| first + end)];
            match same {
                [.., newest] if newest.path.len() == depth + 1 => {
                    self.field(object, newest, &content).map_err(|error| error.at(newest.name))?;
                    // What it referred to in earlier releases may have more fields.
                    let older =
                        same.iter().filter(|of| of.form == Form::One && of.type_ != newest.type_);
                    for of in older {
                        let value = self.value(of.type_, &content);
                        let value = value.map_err(|error| error.at(of.name))?;
                        let found = object.get_mut(of.name).and_then(Value::as_object_mut);
                        if let (Value::Object(more), Some(found)) = (value, found) {
                            for (name, value) in more {
                                found.entry(name).or_insert(value);
                            }
                        }
                    }
                }
                inlined => self.fields(object, inlined, depth + 1, content.bytes()?)?,
            }
        }
        Ok(())
    }

    fn field(
        self,
        object: &mut Map<String, Value>,
        field: &Field,
        content: &Content<'_>,
    ) -> Result<(), DecodeError> {
        let name = field.name.to_owned();
        match field.form {
            Form::One => {
                let value = self.value(field.type_, content)?;
                let is_omitted = match field.type_ {
                    Type::Bytes => content.is_zero() && !field.keeps_zero,
                    // Go's zero time is null.
                    Type::Time | Type::MicroTime => false,
                    Type::Json => value.is_null(),
                    type_ => type_.is_scalar() && content.is_zero() && !field.keeps_zero,
                };
                if !is_omitted {
                    object.insert(name, value);
                }
            }
            Form::List => {
                let items = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(items) = items {
                    self.push(items, field.type_, content)?;
                }
            }
            Form::WrappedList(number) => {
                object.insert(name, self.list(number, field.type_, content)?);
            }
            Form::Map | Form::MapOfLists(_) => {
                let (key, value) = self.entry(field, content)?;
                let members = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(members) = members {
                    members.insert(key, value);
                }
            }
        }
        Ok(())
    }

    fn push(
        self,
        items: &mut Vec<Value>,
        type_: Type,
        content: &Content<'_>,
    ) -> Result<(), DecodeError> {
        if let (Type::Bool | Type::Int32 | Type::Int64, Content::Bytes(bytes)) = (type_, content) {
            for number in packed(bytes) {
                let number = number?;
                items.push(if type_ == Type::Bool { (number != 0).into() } else { number.into() });
            }
        } else {
            let value = self.value(type_, content);
            items.push(value.map_err(|error| error.at_index(items.len()))?);
        }
        Ok(())
    }

    fn list(self, number: u32, type_: Type, content: &Content<'_>) -> Result<Value, DecodeError> {
        let mut items = Vec::new();
        for field in Reader::new(content.bytes()?) {
            let (other, content) = field?;
            if other == number {
                self.push(&mut items, type_, &content)?;
            }
        }
        Ok(Value::Array(items))
    }

    fn entry(self, field: &Field, content: &Content<'_>) -> Result<(String, Value), DecodeError> {
        let (mut key, mut value) = (String::new(), None);
        for part in Reader::new(content.bytes()?) {
            match part? {
                (1, content) => key = content.text()?,
                (2, content) => value = Some(content),
                _ => {}
            }
        }
        let at = |error: DecodeError| error.at(&format!("[{key:?}]"));
        let value = match (field.form, value) {
            (Form::MapOfLists(number), Some(content)) => {
                self.list(number, field.type_, &content).map_err(at)?
            }
            (Form::MapOfLists(_), None) => Value::Array(Vec::new()),
            (_, Some(content)) => self.value(field.type_, &content).map_err(at)?,
            (_, None) => zero(field.type_),
        };
        Ok((key, value))
    }

    fn value(self, type_: Type, content: &Content<'_>) -> Result<Value, DecodeError> {
        Ok(match type_ {
            Type::Bool => (content.integer()? != 0).into(),
            Type::Int32 | Type::Int64 => content.integer()?.into(),
            Type::Double => scalars::double(content.double()?),
            Type::String => content.text()?.into(),
            Type::Message(index) => self.message_at(index, content)?,
            Type::SchemaOrBool(_) | Type::SchemaOrArray(_) | Type::SchemaOrStringArray(_) => {
                self.schema_or(type_, content.bytes()?)?
            }
            _ => scalars::decode(type_, content)?,
        })
    }

    /// Decodes a `JSONSchemaPropsOr…`.
    fn schema_or(self, type_: Type, bytes: &[u8]) -> Result<Value, DecodeError> {
        if let Type::SchemaOrBool(schema) = type_ {
            return match scalars::last(bytes, 2)? {
                Some(field) => self.message_at(schema, &field),
                None => Ok(scalars::last(bytes, 1)?.is_some_and(|allows| !allows.is_zero()).into()),
            };
        }
        let mut items = Vec::new();
        for field in Reader::new(bytes) {
            match (field?, type_) {
                ((1, content), Type::SchemaOrArray(schema) | Type::SchemaOrStringArray(schema)) => {
                    return self.message_at(schema, &content);
                }
                ((2, content), Type::SchemaOrArray(schema)) => {
                    let at = |error: DecodeError| error.at_index(items.len());
                    items.push(self.message_at(schema, &content).map_err(at)?);
                }
                ((2, content), _) => items.push(content.text()?.into()),
                _ => {}
            }
        }
        Ok(Value::Array(items))
    }
}

/// Returns the value of a map's entry that has none.
fn zero(type_: Type) -> Value {
    match type_ {
        Type::Bool => false.into(),
        Type::Int32 | Type::Int64 | Type::IntOrString => 0.into(),
        Type::Double => 0.0.into(),
        Type::String | Type::Bytes => "".into(),
        Type::Quantity => "0".into(),
        Type::Message(_) => Value::Object(Map::new()),
        _ => Value::Null,
    }
}
