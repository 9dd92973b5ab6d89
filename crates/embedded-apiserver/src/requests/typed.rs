//! What a real server's types make of an object: no nulls, no empty data, no `stringData`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use watchable_core::ResourceInfo;

use crate::registry::Served;

/// What stands for a field without a value.
#[derive(Clone, Copy)]
enum Empty {
    Null,
    Text,
    Object,
}

/// Gives an object of Kubernetes' own kinds the form in which a real server stores it. Objects of
/// custom resources, and kinds that contain objects of any form, stay as they are.
pub(super) fn normalize(served: &Served, object: &mut Value) {
    let resource = served.resource();
    let has_any_form = matches!(
        (resource.group(), resource.plural()),
        ("apiextensions.k8s.io", "customresourcedefinitions") | ("apps", "controllerrevisions")
    );
    if served.is_custom() || has_any_form || !object.is_object() {
        return;
    }
    remove_nulls(object);
    if served.is_core("secrets") {
        encode_string_data(object);
    }
    if served.is_core("secrets") || served.is_core("configmaps") {
        let Some(members) = object.as_object_mut() else { return };
        for field in ["data", "binaryData"] {
            if members.get(field).and_then(Value::as_object).is_some_and(serde_json::Map::is_empty)
            {
                members.remove(field);
            }
        }
    }
    for (field, empty) in always_written(resource) {
        if object.get(field).is_none() {
            object[field] = match empty {
                Empty::Null => Value::Null,
                Empty::Text => json!(""),
                Empty::Object => json!({}),
            };
        }
    }
}

/// Returns the fields that a real server writes even if they are empty, and what it writes.
fn always_written(resource: &ResourceInfo) -> &'static [(&'static str, Empty)] {
    match (resource.group(), resource.plural()) {
        ("", "events") => &[
            ("eventTime", Empty::Null),
            ("firstTimestamp", Empty::Null),
            ("lastTimestamp", Empty::Null),
            ("reportingComponent", Empty::Text),
            ("reportingInstance", Empty::Text),
            ("source", Empty::Object),
        ],
        ("events.k8s.io", "events") => &[
            ("eventTime", Empty::Null),
            ("regarding", Empty::Object),
            ("deprecatedSource", Empty::Object),
            ("deprecatedFirstTimestamp", Empty::Null),
            ("deprecatedLastTimestamp", Empty::Null),
        ],
        ("discovery.k8s.io", "endpointslices") => {
            &[("endpoints", Empty::Null), ("ports", Empty::Null)]
        }
        _ => &[],
    }
}

fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

/// Moves the `stringData` of a secret to `data`, in base64.
fn encode_string_data(secret: &mut Value) {
    let Some(members) = secret.as_object_mut() else { return };
    if let Some(Value::Object(texts)) = members.remove("stringData") {
        let data = members.entry("data").or_insert_with(|| json!({}));
        for (name, text) in texts {
            data[&name] = BASE64.encode(text.as_str().unwrap_or_default()).into();
        }
    }
    members.entry("type").or_insert_with(|| "Opaque".into());
}
