//! The selection of objects in a collection: by namespace, labels and fields.

use serde_json::Value;
use watchable_core::selector::{FieldSelector, LabelSelector};

use super::object::Object;
use crate::error::ApiError;

/// The objects that a list or a watch selects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) namespace: Option<String>,
    labels: Option<LabelSelector>,
    fields: Option<FieldSelector>,
}

impl Selection {
    pub(crate) fn new(
        namespace: Option<&str>,
        labels: Option<LabelSelector>,
        fields: Option<FieldSelector>,
    ) -> Self {
        Self { namespace: namespace.map(str::to_owned), labels, fields }
    }

    /// Narrows the selection to one object by name.
    pub(crate) fn named(mut self, name: &str) -> Result<Self, ApiError> {
        let escaped = name.replace('\\', r"\\").replace(',', r"\,").replace('=', r"\=");
        let mut text = format!("metadata.name={escaped}");
        if let Some(fields) = &self.fields {
            text = format!("{text},{fields}");
        }
        let selector = text.parse().map_err(|_| ApiError::bad_request("invalid name"))?;
        self.fields = Some(selector);
        Ok(self)
    }

    /// Returns whether there is a label or field selector.
    pub(crate) fn has_selectors(&self) -> bool {
        self.labels.is_some() || self.fields.is_some()
    }

    pub(crate) fn matches(&self, object: &Object) -> bool {
        let key = object.key();
        self.namespace.as_ref().is_none_or(|namespace| *namespace == key.namespace)
            && self.fields.as_ref().is_none_or(|fields| matches_fields(fields, object))
            && self.labels.as_ref().is_none_or(|labels| labels.matches(|name| object.label(name)))
    }
}

fn matches_fields(fields: &FieldSelector, object: &Object) -> bool {
    let key = object.key();
    let of_key = |path: &str| matches!(path, "metadata.name" | "metadata.namespace");
    // Most selectors are on the name, for which no object is decoded.
    let needs_value = fields.requirements().iter().any(|requirement| !of_key(&requirement.path));
    let value = if needs_value { object.decode() } else { Value::Null };
    fields.matches(|path| match path {
        "metadata.name" => Some(key.name.as_str()),
        "metadata.namespace" => Some(key.namespace.as_str()),
        path => {
            let found = path.split('.').try_fold(&value, |value, field| value.get(field));
            // Real servers compare strings; an absent field is the empty string.
            Some(match found {
                Some(Value::String(text)) => text.as_str(),
                Some(Value::Bool(true)) => "true",
                Some(Value::Bool(false)) => "false",
                None if path == "spec.unschedulable" => "false",
                _ => "",
            })
        }
    })
}
