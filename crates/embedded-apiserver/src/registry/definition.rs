//! `CustomResourceDefinition`s, of `v1` and of the `v1beta1` of releases before 1.22.

use serde_json::{Value, json};

use super::printer_column::PrinterColumn;
use super::scale::Scale;

/// The parts of a definition that the server uses.
pub(crate) struct Definition {
    pub(crate) group: String,
    pub(crate) namespaced: bool,
    pub(crate) names: Names,
    /// The served versions.
    pub(crate) versions: Vec<Version>,
}

/// The names of a custom resource.
pub(crate) struct Names {
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) list_kind: String,
    pub(crate) short: Vec<String>,
    pub(crate) categories: Vec<String>,
}

pub(crate) struct Version {
    pub(crate) name: String,
    /// Whether the status is a subresource.
    pub(crate) has_status: bool,
    pub(crate) scale: Option<Scale>,
    pub(crate) columns: Vec<PrinterColumn>,
}

impl Definition {
    /// Reads a valid definition.
    pub(crate) fn read(value: &Value) -> Self {
        let spec = &value["spec"];
        let names = &spec["names"];
        let served = versions(spec).into_iter().filter(|version| version["served"] != false);
        Self {
            group: text(&spec["group"]),
            namespaced: spec["scope"] != "Cluster",
            names: Names {
                plural: text(&names["plural"]),
                singular: text(&names["singular"]),
                kind: text(&names["kind"]),
                list_kind: text(&names["listKind"]),
                short: texts(&names["shortNames"]),
                categories: texts(&names["categories"]),
            },
            versions: served.map(|version| Version::read(&version, spec)).collect(),
        }
    }

    /// Returns the name that the definition must have: `plural.group`.
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.names.plural, self.group)
    }
}

impl Version {
    /// Reads a version. `v1beta1` can declare common fields once for all versions.
    fn read(version: &Value, spec: &Value) -> Self {
        let of =
            |field: &str| if version[field].is_null() { &spec[field] } else { &version[field] };
        let columns = of("additionalPrinterColumns").as_array().map_or(&[][..], Vec::as_slice);
        Self {
            name: text(&version["name"]),
            has_status: of("subresources")["status"].is_object(),
            scale: Scale::read(&of("subresources")["scale"]),
            columns: columns.iter().map(PrinterColumn::read).collect(),
        }
    }
}

/// Returns the versions. `v1beta1` can name a single one in `spec.version`.
pub(super) fn versions(spec: &Value) -> Vec<Value> {
    match spec["versions"].as_array() {
        Some(versions) if !versions.is_empty() => versions.clone(),
        _ if spec["version"].is_string() => {
            vec![json!({"name": spec["version"], "served": true, "storage": true})]
        }
        _ => Vec::new(),
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}
