//! The managers of an object's fields, as `metadata.managedFields` tells them.

use serde_json::{Value, json};

use super::set::FieldSet;
use crate::support::time::now;

/// Who writes, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Writer {
    pub(crate) manager: String,
    pub(crate) api_version: String,
    /// `status` or `scale`, where that part alone is written.
    pub(crate) subresource: Option<&'static str>,
}

/// A writer's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) manager: String,
    pub(super) is_apply: bool,
    pub(super) api_version: String,
    pub(super) subresource: String,
    time: Value,
    pub(super) fields: FieldSet,
}

impl Entry {
    pub(super) fn new(writer: &Writer, is_apply: bool, fields: FieldSet) -> Self {
        Self {
            manager: writer.manager.clone(),
            is_apply,
            api_version: writer.api_version.clone(),
            subresource: writer.subresource.unwrap_or_default().to_owned(),
            time: now(),
            fields,
        }
    }

    fn parse(entry: &Value) -> Self {
        let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
        Self {
            manager: text("manager"),
            is_apply: entry["operation"] == "Apply",
            api_version: text("apiVersion"),
            subresource: text("subresource"),
            time: entry["time"].clone(),
            fields: FieldSet::parse(&entry["fieldsV1"]),
        }
    }

    fn to_json(&self) -> Value {
        let mut entry = json!({
            "manager": self.manager,
            "operation": if self.is_apply { "Apply" } else { "Update" },
            "apiVersion": self.api_version,
            "time": self.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": self.fields.to_json(),
        });
        if !self.subresource.is_empty() {
            entry["subresource"] = self.subresource.as_str().into();
        }
        entry
    }

    /// Whether it is the one to which a writer adds; who applies is one in all versions.
    pub(super) fn is_of(&self, writer: &Writer, is_apply: bool) -> bool {
        self.manager == writer.manager
            && self.is_apply == is_apply
            && self.subresource == writer.subresource.unwrap_or_default()
            && (is_apply || self.api_version == writer.api_version)
    }

    /// As messages name it.
    pub(super) fn title(&self) -> String {
        let mut title = format!("{:?}", self.manager);
        if !self.subresource.is_empty() {
            title = format!("{title} with subresource {:?}", self.subresource);
        }
        if !self.is_apply {
            title = format!("{title} using {}", self.api_version);
        }
        title
    }
}

pub(super) fn read(object: &Value) -> Vec<Entry> {
    object["metadata"]["managedFields"].as_array().into_iter().flatten().map(Entry::parse).collect()
}

/// Writes those that own something, who applies first, and then by time.
pub(super) fn write(object: &mut Value, mut entries: Vec<Entry>) {
    entries.retain(|entry| !entry.fields.0.is_empty());
    entries.sort_by_key(|entry| {
        let time = entry.time.as_str().unwrap_or_default().to_owned();
        (!entry.is_apply, time, entry.manager.clone())
    });
    let entries: Vec<_> = entries.iter().map(Entry::to_json).collect();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        if entries.is_empty() {
            metadata.remove("managedFields");
        } else {
            metadata.insert("managedFields".to_owned(), entries.into());
        }
    }
}
