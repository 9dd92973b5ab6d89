//! The form of metadata: the types of its fields, without those that are empty.

use serde_json::{Map, Value, json};

use crate::error::ApiError;

type Form = fn(&Value) -> bool;

/// Returns the metadata, which is inserted if absent. Empty fields are removed, as a real server
/// never stores them.
pub(super) fn metadata_of(value: &mut Value) -> Result<&mut Map<String, Value>, ApiError> {
    if value["metadata"].is_null() {
        value["metadata"] = json!({});
    }
    let Some(metadata) = value["metadata"].as_object_mut() else {
        return Err(ApiError::bad_request("metadata is not an object"));
    };
    metadata.retain(|_, value| match value {
        Value::Null => false,
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    });
    let forms: [(&str, &str, Form); 4] = [
        ("labels", "a map of strings", is_map_of_strings),
        ("annotations", "a map of strings", is_map_of_strings),
        ("finalizers", "a list of strings", |value| is_list(value, Value::is_string)),
        ("ownerReferences", "a list of references", |value| is_list(value, is_reference)),
    ];
    for (field, expected, has_form) in forms {
        if metadata.get(field).is_some_and(|value| !has_form(value)) {
            return Err(ApiError::bad_request(format!("metadata.{field} is not {expected}")));
        }
    }
    Ok(metadata)
}

/// Returns a text of the metadata; empty if it is absent.
pub(super) fn text<'a>(metadata: &'a Map<String, Value>, field: &str) -> Result<&'a str, ApiError> {
    match metadata.get(field) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ApiError::bad_request(format!("metadata.{field} is not a string"))),
    }
}

fn is_map_of_strings(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.values().all(Value::is_string))
}

fn is_list(value: &Value, is_item: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(is_item))
}

fn is_reference(value: &Value) -> bool {
    let is = |field: &str, has_type: fn(&Value) -> bool| {
        value.get(field).is_none_or(|value| value.is_null() || has_type(value))
    };
    value.is_object()
        && ["apiVersion", "kind", "name", "uid"].iter().all(|field| is(field, Value::is_string))
        && ["controller", "blockOwnerDeletion"].iter().all(|field| is(field, Value::is_boolean))
}
