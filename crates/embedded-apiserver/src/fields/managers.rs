//! Field managers: the entries of `metadata.managedFields`.

use serde_json::{Value, json};

use super::set::FieldSet;
use crate::support::time::now;

/// The manager of a write, and the version and subresource it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Writer {
    pub(crate) manager: String,
    pub(crate) api_version: String,
    /// `status` or `scale`, if the write goes to a subresource.
    pub(crate) subresource: Option<&'static str>,
}

/// An entry of `managedFields`: a manager and the fields it owns.
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

    /// Returns whether this is the writer's entry. An applier has one entry for all versions.
    pub(super) fn belongs_to(&self, writer: &Writer, is_apply: bool) -> bool {
        self.manager == writer.manager
            && self.is_apply == is_apply
            && self.subresource == writer.subresource.unwrap_or_default()
            && (is_apply || self.api_version == writer.api_version)
    }

    /// Returns the manager's name as conflict messages show it.
    pub(super) fn display_name(&self) -> String {
        let mut name = format!("{:?}", self.manager);
        if !self.subresource.is_empty() {
            name = format!("{name} with subresource {:?}", self.subresource);
        }
        if !self.is_apply {
            name = format!("{name} using {}", self.api_version);
        }
        name
    }
}

pub(super) fn read(object: &Value) -> Vec<Entry> {
    object["metadata"]["managedFields"].as_array().into_iter().flatten().map(Entry::parse).collect()
}

/// Writes the entries that own fields: applied ones first, then by time.
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
