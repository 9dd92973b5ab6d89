//! Why the objects of a manifest cannot be created.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use crate::error::ApiError;
use crate::manifests::{Document, SyntaxError};

/// The reason why a manifest cannot be read, or an object in it not created, and where.
///
/// The message quotes nothing of the manifest, which may contain Secrets, except what identifies an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    place: String,
    why: String,
}

impl ManifestError {
    pub(super) fn syntax(document: usize, error: &SyntaxError) -> Self {
        let place = format!("document {document}, line {}, column {}", error.line, error.column);
        Self { place, why: error.what().to_owned() }
    }

    /// The error of an object that the store rejects; `item` is its index in a list, from 0.
    pub(super) fn rejected(
        document: &Document,
        item: Option<usize>,
        object: &Identity,
        error: &ApiError,
    ) -> Self {
        let item = item.map(|item| format!(", items[{item}]")).unwrap_or_default();
        let place = format!("document {}, line {}{item}", document.number, document.line);
        let why = match error.invalid_field_names() {
            Some(fields) => format!("invalid value in {fields} ({})", error.code()),
            None => error.to_string(),
        };
        Self { place, why: format!("cannot create {object}: {why}") }
    }

    pub(super) fn not_an_object(document: &Document, item: Option<usize>) -> Self {
        let item = item.map(|item| format!(", items[{item}]")).unwrap_or_default();
        Self {
            place: format!("document {}, line {}{item}", document.number, document.line),
            why: "it is not an object with a kind and an apiVersion".to_owned(),
        }
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

impl Error for ManifestError {}

/// What identifies an object: its kind and name, as far as they can be such.
pub(super) struct Identity(String);

impl Identity {
    /// Returns `None` if the value is not an object with a kind and a version.
    pub(super) fn of(object: &Value) -> Option<Self> {
        let identifier = |pointer| {
            let text = object.pointer(pointer).and_then(Value::as_str)?;
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte);
            (!text.is_empty() && text.len() < 254 && text.bytes().all(allowed)).then_some(text)
        };
        let kind = identifier("/kind")?;
        identifier("/apiVersion")?;
        let name = identifier("/metadata/name").or_else(|| identifier("/metadata/generateName"));
        Some(Self(format!("{kind} {}", name.unwrap_or("without a valid name"))))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
