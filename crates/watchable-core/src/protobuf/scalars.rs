//! Values that are no models: scalars, and the messages that are scalars in JSON.
//!
//! Their messages are those of `k8s.io/apimachinery` and `k8s.io/apiextensions-apiserver` (`generated.proto`, and for
//! times and quantities the Go code that replaces the generated one). Each function returns whether the value is set.

use ascii::AsciiStr;
use jiff::Timestamp;

use crate::decode_error::Error;
use crate::model::{Field, Model};
use crate::{
    ByteString, IntOrString, MicroTime, Quantity, RawJson, SchemaOrArray, SchemaOrBool,
    SchemaOrStringArray, Text, Time, json,
};

use super::reader::{Contents, Message};
use super::value::Value;

pub(crate) fn boolean(field: &mut bool, value: &Value<'_, '_>) -> Result<bool, Error> {
    *field = value.integer()? != 0;
    Ok(value.is_set(!*field))
}

#[allow(clippy::cast_possible_truncation, reason = "negative ones are written in 64 bits")]
pub(crate) fn int32(field: &mut i32, value: &Value<'_, '_>) -> Result<bool, Error> {
    *field = value.integer()? as i32;
    Ok(value.is_set(*field == 0))
}

pub(crate) fn int64(field: &mut i64, value: &Value<'_, '_>) -> Result<bool, Error> {
    *field = value.integer()?.cast_signed();
    Ok(value.is_set(*field == 0))
}

/// Decodes a string. Nearly all are ASCII, which takes fewer steps to find than UTF-8.
#[inline]
pub(crate) fn text<T: From<String> + for<'t> From<&'t str>>(bytes: &[u8]) -> T {
    match AsciiStr::from_ascii(bytes) {
        Ok(text) => text.as_str().into(),
        Err(_) => text_of_any_language(bytes),
    }
}

/// Decodes a string. Go does not validate UTF-8, and replaces what is invalid when it encodes JSON.
#[cold]
fn text_of_any_language<T: From<String> + for<'t> From<&'t str>>(bytes: &[u8]) -> T {
    match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned().into(),
    }
}

pub(crate) fn bytes(field: &mut ByteString, value: &Value<'_, '_>) -> Result<bool, Error> {
    let bytes = value.bytes()?;
    field.0 = bytes.to_vec();
    Ok(!bytes.is_empty())
}

pub(crate) fn int_or_string(field: &mut IntOrString, value: &Value<'_, '_>) -> Result<bool, Error> {
    let (mut is_string, mut int, mut string) = (false, 0, Text::default());
    let mut message = value.message()?;
    while let Some((number, contents)) = message.next_field()? {
        let value = Value::new(number, contents, &message);
        match number {
            1 => is_string = value.integer()? == 1,
            2 => int32(&mut int, &value).map(drop)?,
            3 => string = text(value.bytes()?),
            _ => {}
        }
    }
    *field = if is_string { IntOrString::String(string) } else { IntOrString::Int(int) };
    Ok(true)
}

pub(crate) fn quantity(field: &mut Quantity, value: &Value<'_, '_>) -> Result<bool, Error> {
    let mut message = value.message()?;
    while let Some((number, contents)) = message.next_field()? {
        if let (1, Contents::Bytes(amount @ [_, ..])) = (number, contents) {
            field.0 = text(amount);
        }
    }
    Ok(true)
}

/// Decodes a time of whole seconds: Go disregards the nanoseconds. An empty message is `null` in JSON.
pub(crate) fn time(field: &mut Time, value: &Value<'_, '_>) -> Result<bool, Error> {
    let Some((seconds, _)) = seconds_and_nanos(value.message()?)? else { return Ok(false) };
    field.0 = timestamp(seconds, 0)?;
    Ok(true)
}

/// Decodes a time in microseconds. An empty message is `null` in JSON.
pub(crate) fn micro_time(field: &mut MicroTime, value: &Value<'_, '_>) -> Result<bool, Error> {
    let Some((seconds, nanos)) = seconds_and_nanos(value.message()?)? else { return Ok(false) };
    field.0 = timestamp(seconds, nanos - nanos % 1_000)?;
    Ok(true)
}

/// Reads a `Timestamp`; `None` if it is empty.
fn seconds_and_nanos(mut message: Message<'_>) -> Result<Option<(i64, i32)>, Error> {
    let mut time = None;
    while let Some((number, contents)) = message.next_field()? {
        let value = Value::new(number, contents, &message);
        let (seconds, nanos) = time.get_or_insert((0, 0));
        match number {
            1 => int64(seconds, &value).map(drop)?,
            2 => int32(nanos, &value).map(drop)?,
            _ => {}
        }
    }
    Ok(time)
}

fn timestamp(seconds: i64, nanos: i32) -> Result<Timestamp, Error> {
    /// 9999-12-31T23:59:59Z, which stands for "never" and exceeds jiff's greatest timestamp.
    const NEVER: i64 = 253_402_300_799;
    if seconds == NEVER {
        return Ok(Timestamp::MAX);
    }
    Timestamp::new(seconds, nanos)
        .map_err(|error| Error::new(format!("invalid timestamp of {seconds} s: {error}")))
}

/// Decodes JSON that is kept as text: `FieldsV1`, `RawExtension` and `JSON` have the same message.
pub(crate) fn raw_json(field: &mut RawJson, value: &Value<'_, '_>) -> Result<bool, Error> {
    let mut message = value.message()?;
    while let Some((number, contents)) = message.next_field()? {
        if let (1, Contents::Bytes(text @ [_, ..])) = (number, contents) {
            *field = json::from_slice(text)?;
        }
    }
    if field.is_null() && value.is_set(true) {
        // A type without fields.
        *field = json::from_str("{}")?;
    }
    Ok(true)
}

pub(crate) fn schema_or_bool<T: Model>(
    field: &mut SchemaOrBool<T>,
    value: &Value<'_, '_>,
) -> Result<bool, Error> {
    let mut allows = false;
    let mut schema = None::<Box<T>>;
    let mut message = value.message()?;
    while let Some((number, contents)) = message.next_field()? {
        let value = Value::new(number, contents, &message);
        match number {
            1 => boolean(&mut allows, &value).map(drop)?,
            2 => schema.read_protobuf(&value).map(drop)?,
            _ => {}
        }
    }
    *field = schema.map_or(SchemaOrBool::Bool(allows), SchemaOrBool::Schema);
    Ok(true)
}

pub(crate) fn schema_or_array<T: Model>(
    field: &mut SchemaOrArray<T>,
    value: &Value<'_, '_>,
) -> Result<bool, Error> {
    let (schema, schemas) = schema_and_list(value)?;
    *field = schema.map_or(SchemaOrArray::Schemas(schemas), SchemaOrArray::Schema);
    Ok(true)
}

pub(crate) fn schema_or_string_array<T: Model>(
    field: &mut SchemaOrStringArray<T>,
    value: &Value<'_, '_>,
) -> Result<bool, Error> {
    let (schema, strings) = schema_and_list(value)?;
    *field = schema.map_or(SchemaOrStringArray::Strings(strings), SchemaOrStringArray::Schema);
    Ok(true)
}

fn schema_and_list<T: Model, F: Field + Default>(
    value: &Value<'_, '_>,
) -> Result<(Option<Box<T>>, Vec<F>), Error> {
    let (mut schema, mut list) = (None::<Box<T>>, Vec::new());
    let mut message = value.message()?;
    while let Some((number, contents)) = message.next_field()? {
        let value = Value::new(number, contents, &message);
        match number {
            1 => schema.read_protobuf(&value).map(drop)?,
            2 => list.read_protobuf(&value).map(drop)?,
            _ => {}
        }
    }
    Ok((schema, list))
}
