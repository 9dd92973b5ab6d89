//! The selection of objects in a collection: by namespace, labels and fields.

use serde_json::Value;
use watchable_core::selector::{FieldSelector, LabelSelector, ShardRange};

use super::object::Object;
use crate::error::ApiError;

/// The objects that a list or a watch selects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) namespace: Option<String>,
    labels: Option<LabelSelector>,
    fields: Option<FieldSelector>,
    shards: Option<Vec<ShardRange>>,
}

impl Selection {
    pub(crate) fn new(
        namespace: Option<&str>,
        labels: Option<LabelSelector>,
        fields: Option<FieldSelector>,
        shards: Option<Vec<ShardRange>>,
    ) -> Self {
        Self { namespace: namespace.map(str::to_owned), labels, fields, shards }
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

    /// Returns whether there is a label, field or shard selector.
    pub(crate) fn has_selectors(&self) -> bool {
        self.labels.is_some() || self.fields.is_some() || self.shards.is_some()
    }

    pub(crate) fn matches(&self, object: &Object) -> bool {
        let key = object.key();
        self.namespace.as_ref().is_none_or(|namespace| *namespace == key.namespace)
            && self.fields.as_ref().is_none_or(|fields| matches_fields(fields, object))
            && self.labels.as_ref().is_none_or(|labels| labels.matches(|name| object.label(name)))
            && self.shards.as_ref().is_none_or(|shards| is_in_one(shards, object))
    }
}

fn is_in_one(shards: &[ShardRange], object: &Object) -> bool {
    let object = object.decode();
    let uid = object["metadata"]["uid"].as_str().unwrap_or_default();
    shards.iter().any(|shard| shard.contains(uid))
}

fn matches_fields(fields: &FieldSelector, object: &Object) -> bool {
    let key = object.key();
    let of_key = |path: &str| matches!(path, "metadata.name" | "metadata.namespace");
    // Most selectors are on the name, for which no object is decoded.
    let needs_value = fields.requirements().iter().any(|requirement| !of_key(&requirement.path));
    let value = if needs_value { object.decode() } else { Value::Null };
    let paths = fields.requirements().iter().map(|requirement| requirement.path.as_str());
    let values: Vec<_> = paths
        .filter(|path| !of_key(path))
        .map(|path| (path, text(path, found(&value, path))))
        .collect();
    fields.matches(|path| match path {
        "metadata.name" => Some(&key.name),
        "metadata.namespace" => Some(&key.namespace),
        path => values.iter().find(|(p, _)| *p == path).map(|(_, text)| text.as_str()),
    })
}

/// Returns the value of a selectable field, whose path is not always that in the object.
fn found<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let at = |path: &str| path.split('.').try_fold(object, |value, field| value.get(field));
    match path {
        "source" => at("source.component").or_else(|| at("reportingComponent")),
        "status.successful" => at("status.succeeded"),
        path => at(path),
    }
}

/// Returns a field's value as real servers compare it: as a string, which is empty for most absent
/// fields.
fn text(path: &str, value: Option<&Value>) -> String {
    match (path, value) {
        (_, Some(Value::String(text))) => text.clone(),
        (_, Some(scalar @ (Value::Bool(_) | Value::Number(_)))) => scalar.to_string(),
        ("spec.unschedulable" | "spec.hostNetwork", _) => "false".to_owned(),
        ("status.replicas" | "status.successful", _) => "0".to_owned(),
        _ => String::new(),
    }
}
