//! Upstream's descriptions of types and fields, for `regen --descriptions`.

mod markdown;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Failure, Result};

/// The descriptions of a spec by definition; empty by default.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Descriptions {
    definitions: BTreeMap<String, Definition>,
}

#[derive(Debug, Deserialize)]
struct Definition {
    description: Option<String>,
    #[serde(default)]
    properties: BTreeMap<String, Property>,
}

#[derive(Debug, Deserialize)]
struct Property {
    description: Option<String>,
}

impl Descriptions {
    /// Extracts the descriptions of a spec; `place` is its URL for errors.
    pub(crate) fn from_spec(spec: &[u8], place: &str) -> Result<Self> {
        serde_json::from_slice(spec)
            .map_err(|error| Failure::new(format!("{place} is not a valid spec: {error}")))
    }

    /// Returns the doc lines of a type.
    pub(crate) fn of_type(&self, definition: &str) -> Vec<String> {
        let described = self.definitions.get(definition);
        lines(described.and_then(|definition| definition.description.as_deref()))
    }

    /// Returns the doc lines of a field.
    pub(crate) fn of_field(&self, definition: &str, field: &str) -> Vec<String> {
        let definition = self.definitions.get(definition);
        let described = definition.and_then(|definition| definition.properties.get(field));
        lines(described.and_then(|property| property.description.as_deref()))
    }
}

fn lines(description: Option<&str>) -> Vec<String> {
    description.map(markdown::safe).unwrap_or_default()
}
