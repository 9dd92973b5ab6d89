//! Decoding of JSON that an API server wrote: quick, and with errors that say where.
//!
//! A serde deserializer for JSON text. What sets it apart from `serde_json`, which accepts the same
//! documents and is as strict:
//!
//! - An error names the place by its path and says what stands there, with no second pass over the
//!   text: `spec.containers[2].ports[0].containerPort: expected i32, found "80"`.
//! - The text is checked to be UTF-8 once, not string by string, and strings are scanned sixteen
//!   bytes at a time. Decoding a Pod takes about a third less time.
//!
//! Types borrow from the text where they can (`&str`, [`RawJson`](crate::RawJson)'s relative
//! `&RawValue`), as with `serde_json`.

mod access;
mod block;
mod de;
mod error;
mod fields;
mod key;
mod leap;
mod managed;
mod number;
mod reader;
mod seek;
mod skip;
mod table;
mod text;

use serde::Deserialize;

use de::Value;
pub use error::Error;
use reader::Reader;
pub use seek::Seek;
pub(crate) use table::Table;

/// Decodes a document.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use watchable_core::json;
///
/// let ports: BTreeMap<String, Vec<i32>> = json::from_slice(br#"{"web": [80, 443]}"#)?;
/// assert_eq!(ports["web"], [80, 443]);
/// let text = br#"{"web": [80, "443"]}"#;
/// let error = json::from_slice::<BTreeMap<String, Vec<i32>>>(text).unwrap_err();
/// assert_eq!(error.to_string(), r#"web[1]: expected i32, found "443""#);
/// # Ok::<(), json::Error>(())
/// ```
///
/// # Errors
///
/// When the text is not UTF-8, not one JSON document, nested more than 127 levels deep, or not what
/// `T` takes. The error names the place.
pub fn from_slice<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, Error> {
    from_str(utf8(text)?)
}

/// Decodes a document that is known to be UTF-8.
///
/// # Errors
///
/// As [`from_slice`].
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    read(Reader::new(text))
}

/// Decodes an object, but for its `metadata.managedFields`: they are passed over, as if they were not
/// there. Half of a Pod's text is of that kind.
///
/// Of what is passed over no more is checked than finding its end takes: that its strings end, and
/// that each bracket is closed by one of its kind. A text that was cut is refused wherever it was cut.
///
/// ```
/// use watchable_core::{DynamicObject, json};
///
/// let text = br#"{"metadata":{"name":"a","managedFields":[{"manager":"kubelet"}]}}"#;
/// let object: DynamicObject = json::without_managed_fields(text)?;
/// assert_eq!(object.json(), r#"{"metadata":{"name":"a"}}"#);
/// # Ok::<(), json::Error>(())
/// ```
///
/// # Errors
///
/// As [`from_slice`].
pub fn without_managed_fields<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, Error> {
    read(Reader::without_managed_fields(utf8(text)?))
}

/// The content of the string that a text begins with, and what comes after it; `None` where it begins with
/// something else, or the string has escapes.
///
/// ```
/// use watchable_core::json::split_plain_string;
///
/// assert_eq!(split_plain_string(r#""name":"a""#), Some(("name", r#":"a""#)));
/// assert_eq!(split_plain_string(r#""a\n""#), None);
/// ```
#[inline]
pub fn split_plain_string(text: &str) -> Option<(&str, &str)> {
    let content = text.strip_prefix('"')?;
    let end = text::plain_until(content.as_bytes(), 0);
    Some((&content[..end], content[end..].strip_prefix('"')?))
}

/// Decodes a document that was checked to be JSON before: what the type skips is not checked again.
pub(crate) fn from_checked<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    read(Reader::of_checked(text))
}

fn utf8(text: &[u8]) -> Result<&str, Error> {
    // Quicker, but it does not say where.
    simdutf8::basic::from_utf8(text)
        .or_else(|_| str::from_utf8(text))
        .map_err(|error| Error::not_utf8(&error))
}

fn read<'de, T: Deserialize<'de>>(mut reader: Reader<'de>) -> Result<T, Error> {
    let value = T::deserialize(Value(&mut reader))?;
    reader.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests;
