//! Which objects of a collection a request is about: a namespace, labels, and two fields.

use serde_json::Value;
use watchable_core::selector::{FieldSelector, LabelSelector};

use super::object::Object;
use crate::error::ApiError;

/// The objects that a list or a watch is about.
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

    /// Narrows it to one object, as a watch of a single object's path does.
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

    /// Whether selectors were given, apart from the namespace.
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
    // Most selectors ask for the name, for which nothing needs to be decoded.
    let needs_value = fields.requirements().iter().any(|requirement| !of_key(&requirement.path));
    let value = if needs_value { object.decode() } else { Value::Null };
    fields.matches(|path| match path {
        "metadata.name" => Some(key.name.as_str()),
        "metadata.namespace" => Some(key.namespace.as_str()),
        path => {
            let found = path.split('.').try_fold(&value, |value, field| value.get(field));
            // Real servers select by texts, of which an absent one is empty.
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
