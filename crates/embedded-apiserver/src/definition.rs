//! What a CustomResourceDefinition says: in `v1`, and in the `v1beta1` of releases before 1.22.

mod status;

use serde_json::{Value, json};

use crate::error::{ApiError, Problem};
use crate::registry::Scale;
pub(crate) use status::{accepted, initial, refused, terminating};

/// A definition as far as the server heeds it.
pub(crate) struct Definition {
    pub(crate) group: String,
    pub(crate) namespaced: bool,
    pub(crate) names: Names,
    /// Those that are served.
    pub(crate) versions: Vec<Version>,
}

/// What a custom resource is called.
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
    /// Whether the status has a path of its own.
    pub(crate) has_status: bool,
    pub(crate) scale: Option<Scale>,
    pub(crate) columns: Vec<PrinterColumn>,
}

/// One of `additionalPrinterColumns`.
#[derive(Clone, Debug)]
pub(crate) struct PrinterColumn {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) priority: u8,
    pub(crate) path: String,
}

impl Definition {
    /// Reads a definition that has been [checked](complete).
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

    /// The name that it must have.
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.names.plural, self.group)
    }
}

impl Version {
    /// `v1beta1` tells for all versions at once what they have in common.
    fn read(version: &Value, spec: &Value) -> Self {
        let of =
            |field: &str| if version[field].is_null() { &spec[field] } else { &version[field] };
        let columns = of("additionalPrinterColumns").as_array().map_or(&[][..], Vec::as_slice);
        Self {
            name: text(&version["name"]),
            has_status: of("subresources")["status"].is_object(),
            scale: read_scale(&of("subresources")["scale"]),
            columns: columns.iter().map(PrinterColumn::read).collect(),
        }
    }
}

/// Reads paths of the simple form `.spec.replicas`, the only one that they may have.
fn read_scale(scale: &Value) -> Option<Scale> {
    let pointer = |field: &str| scale[field].as_str().map(|path| path.replace('.', "/"));
    Some(Scale {
        replicas: pointer("specReplicasPath")?,
        seen_replicas: pointer("statusReplicasPath")?,
        selector: pointer("labelSelectorPath"),
    })
}

impl PrinterColumn {
    fn read(column: &Value) -> Self {
        let path = if column["jsonPath"].is_null() { "JSONPath" } else { "jsonPath" };
        Self {
            name: text(&column["name"]),
            kind: text(&column["type"]),
            priority: column["priority"].as_u64().map_or(0, |p| u8::try_from(p).unwrap_or(u8::MAX)),
            path: text(&column[path]),
        }
    }
}

/// Puts in what a definition leaves out, and refuses what cannot be served.
pub(crate) fn complete(api_version: &str, value: &mut Value) -> Result<(), ApiError> {
    let spec = &mut value["spec"];
    if spec["scope"].is_null() && api_version == "v1beta1" {
        spec["scope"] = "Namespaced".into();
    }
    let kind = text(&spec["names"]["kind"]);
    if spec["names"].is_object() && !kind.is_empty() {
        for (field, name) in
            [("singular", kind.to_lowercase()), ("listKind", format!("{kind}List"))]
        {
            if text(&spec["names"][field]).is_empty() {
                spec["names"][field] = name.into();
            }
        }
    }
    if spec.is_object() && spec["conversion"].is_null() {
        spec["conversion"] = json!({"strategy": "None"});
    }
    match problem(api_version, value) {
        None => Ok(()),
        Some(problem) => {
            let name = text(&value["metadata"]["name"]);
            let group = "apiextensions.k8s.io";
            Err(ApiError::invalid("CustomResourceDefinition", group, &name, &problem))
        }
    }
}

fn problem(api_version: &str, value: &Value) -> Option<Problem> {
    let spec = &value["spec"];
    for (field, pointer) in [
        ("spec.group", "/spec/group"),
        ("spec.scope", "/spec/scope"),
        ("spec.names.plural", "/spec/names/plural"),
        ("spec.names.kind", "/spec/names/kind"),
    ] {
        if value.pointer(pointer).and_then(Value::as_str).is_none_or(str::is_empty) {
            return Some(Problem::required(field, ""));
        }
    }
    let scope = text(&spec["scope"]);
    if !matches!(scope.as_str(), "Cluster" | "Namespaced") {
        let text =
            format!("Unsupported value: {scope:?}: supported values: \"Cluster\", \"Namespaced\"");
        return Some(Problem { field: "spec.scope", reason: "FieldValueNotSupported", text });
    }
    if !text(&spec["group"]).contains('.') {
        let why = "should be a domain with at least one dot";
        return Some(Problem::invalid("spec.group", &text(&spec["group"]), why));
    }
    let name = text(&value["metadata"]["name"]);
    if name != format!("{}.{}", text(&spec["names"]["plural"]), text(&spec["group"])) {
        let why = "must be spec.names.plural+\".\"+spec.group";
        return Some(Problem::invalid("metadata.name", &name, why));
    }
    let versions = versions(spec);
    if versions.iter().any(|version| text(&version["name"]).is_empty()) {
        return Some(Problem::required("spec.versions[*].name", ""));
    }
    if versions.iter().filter(|version| version["storage"] == true).count() != 1 {
        let why = "must have exactly one version marked as storage version";
        return Some(Problem::invalid("spec.versions", "", why));
    }
    let has_schema = |version: &Value| version["schema"]["openAPIV3Schema"].is_object();
    if api_version == "v1" && !versions.iter().all(has_schema) {
        let field = "spec.versions[*].schema.openAPIV3Schema";
        return Some(Problem::required(field, "schemas are required"));
    }
    None
}

/// What cannot be changed once it is served.
pub(crate) fn check_change(old: &Value, new: &Value) -> Result<(), ApiError> {
    if old["spec"]["scope"] == new["spec"]["scope"] {
        return Ok(());
    }
    let scope = text(&new["spec"]["scope"]);
    let problem = Problem::invalid("spec.scope", &scope, "field is immutable");
    let name = text(&new["metadata"]["name"]);
    Err(ApiError::invalid("CustomResourceDefinition", "apiextensions.k8s.io", &name, &problem))
}

/// The versions, of which `v1beta1` may name a single one by itself.
fn versions(spec: &Value) -> Vec<Value> {
    match spec["versions"].as_array() {
        Some(versions) if !versions.is_empty() => versions.clone(),
        _ if spec["version"].is_string() => {
            vec![json!({"name": spec["version"], "served": true, "storage": true})]
        }
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}
