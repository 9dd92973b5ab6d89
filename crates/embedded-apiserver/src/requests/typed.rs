//! What a real server's types make of an object: no nulls, no empty data, no `stringData`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::registry::Served;

/// Fields of an event that a real server writes even if they are empty.
const EVENT_FIELDS: [&str; 6] = [
    "eventTime",
    "firstTimestamp",
    "lastTimestamp",
    "reportingComponent",
    "reportingInstance",
    "source",
];

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
    if (resource.group(), resource.plural()) == ("discovery.k8s.io", "endpointslices")
        && object.get("ports").is_none()
    {
        object["ports"] = Value::Null;
    }
    if served.is_core("events") {
        for field in EVENT_FIELDS {
            if object.get(field).is_none() {
                object[field] = match field {
                    "source" => json!({}),
                    "reportingComponent" | "reportingInstance" => json!(""),
                    _ => Value::Null,
                };
            }
        }
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
