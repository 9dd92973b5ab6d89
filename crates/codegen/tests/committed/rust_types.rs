//! The expected Rust type of a property, from its schema.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::release::{Release, list, place};

/// Required by the spec of 1.17, but `null` in its API server: see the workaround
/// `api_service_without_service`.
const NOT_REQUIRED: [(&str, &str, &str); 2] = [
    ("rel_1_17", "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec", "service"),
    (
        "rel_1_17",
        "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceSpec",
        "service",
    ),
];

/// Definitions of timestamps, which may be `null` even if they are required.
const TIMES: [&str; 2] =
    ["io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "io.k8s.apimachinery.pkg.apis.meta.v1.Time"];

/// Returns the type of a definition that is not a struct.
pub(crate) fn of_definition(definition: &str, schema: &Value) -> String {
    let (_, name) = place(definition);
    match (name.as_str(), schema["type"].as_str(), schema["format"].as_str()) {
        ("Quantity", Some("string"), None)
        | ("Time" | "MicroTime", Some("string"), Some("date-time"))
        | ("IntOrString", Some("string"), Some("int-or-string"))
        | ("FieldsV1" | "RawExtension", Some("object"), None) => format!("watchable_core::{name}"),
        // The workaround `json_schema_props_or`: they have no type in the spec.
        ("JSONSchemaPropsOrArray", None, None) => {
            "watchable_core::SchemaOrArray<JSONSchemaProps>".to_owned()
        }
        ("JSONSchemaPropsOrBool", None, None) => {
            "watchable_core::SchemaOrBool<JSONSchemaProps>".to_owned()
        }
        ("JSONSchemaPropsOrStringArray", None, None) => {
            "watchable_core::SchemaOrStringArray<JSONSchemaProps>".to_owned()
        }
        (_, Some("object") | None, None) if schema["additionalProperties"].is_null() => {
            "watchable_core::RawJson".to_owned()
        }
        _ => panic!("{definition}: {schema} is unknown here"),
    }
}

/// Returns the acceptable types of a property's field.
pub(crate) fn of_property(release: &Release, definition: &str, property: &str) -> BTreeSet<String> {
    let schema = &release.facts["definitions"][definition];
    let (module, _) = place(definition);
    let of = &schema["properties"][property];
    let bare = bare(of, &module);
    let excused = NOT_REQUIRED.contains(&(release.name.as_str(), definition, property));
    let required = list(&schema["required"]).iter().any(|name| name == property) && !excused;
    let is_kind = !list(&schema["x-kubernetes-group-version-kind"]).is_empty();
    let collection = bare.starts_with("Vec<") || bare.starts_with("watchable_core::Map<");
    let target = of["$ref"].as_str();
    let time = target.is_some_and(|target| TIMES.contains(&target));
    if collection || (required && !time) || (is_kind && property == "metadata") {
        return BTreeSet::from([bare]);
    }
    let mut right = BTreeSet::from([format!("Option<{bare}>")]);
    // The generator chooses which of these to box (`boxes.rs`); the compiler rejects a cycle without a box.
    let is_struct = |target: &str| release.facts["definitions"][target]["properties"].is_object();
    if !is_kind && target.is_some_and(is_struct) {
        right.insert(format!("Option<Box<{bare}>>"));
    }
    right
}

/// Returns whether the property is a required list or map, which may be empty.
pub(crate) fn is_required_collection(release: &Release, definition: &str, property: &str) -> bool {
    let schema = &release.facts["definitions"][definition];
    let of = &schema["properties"][property];
    (of["type"] == "array" || of["additionalProperties"].is_object())
        && list(&schema["required"]).iter().any(|name| name == property)
}

fn bare(schema: &Value, module: &str) -> String {
    if let Some(definition) = schema["$ref"].as_str() {
        let (home, name) = place(definition);
        return if home == module { name } else { format!("crate::{home}::{name}") };
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("boolean"), None) => "bool".to_owned(),
        (Some("integer"), Some("int32")) => "i32".to_owned(),
        (Some("integer"), Some("int64")) => "i64".to_owned(),
        (Some("number"), Some("double")) => "f64".to_owned(),
        (Some("string"), None) => "watchable_core::Text".to_owned(),
        (Some("string"), Some("byte")) => "watchable_core::ByteString".to_owned(),
        (Some("array"), None) => format!("Vec<{}>", element(&schema["items"], module)),
        (Some("object"), None) if schema["additionalProperties"].is_object() => {
            let values = element(&schema["additionalProperties"], module);
            format!("watchable_core::Map<{values}>")
        }
        (Some("object"), None) => "watchable_core::RawJson".to_owned(),
        _ => panic!("{schema} is not supported: add its type here"),
    }
}

/// Returns the type of a list's or a map's element. A time may be null in both.
fn element(schema: &Value, module: &str) -> String {
    let bare = bare(schema, module);
    let is_time = schema["$ref"].as_str().is_some_and(|target| TIMES.contains(&target));
    if is_time { format!("Option<{bare}>") } else { bare }
}
