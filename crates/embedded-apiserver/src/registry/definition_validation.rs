//! The defaults and the validation of `CustomResourceDefinition`s.

use serde_json::{Value, json};

use super::definition::{text, versions};
use crate::error::{ApiError, Problem};

/// Sets the defaults of a definition and validates it.
///
/// # Errors
///
/// The definition is invalid.
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
        return Some(Problem {
            field: "spec.scope".into(),
            reason: "FieldValueNotSupported",
            text,
        });
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

/// Checks that an update changes no immutable field.
pub(crate) fn check_change(old: &Value, new: &Value) -> Result<(), ApiError> {
    if old["spec"]["scope"] == new["spec"]["scope"] {
        return Ok(());
    }
    let scope = text(&new["spec"]["scope"]);
    let problem = Problem::invalid("spec.scope", &scope, "field is immutable");
    let name = text(&new["metadata"]["name"]);
    Err(ApiError::invalid("CustomResourceDefinition", "apiextensions.k8s.io", &name, &problem))
}
