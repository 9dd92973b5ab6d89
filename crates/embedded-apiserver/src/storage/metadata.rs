//! The metadata that a server sets and validates.

use serde_json::{Map, Value, json};
use watchable_core::{ResourceInfo, Scope};

use super::name;
use super::object::{Key, Object};
use crate::error::{ApiError, Problem};
use crate::support::random::Random;
use crate::support::time::now;

/// Validates a new object, sets its metadata, and returns its key.
pub(crate) fn prepare_for_create(
    resource: &ResourceInfo,
    namespace: Option<&str>,
    value: &mut Value,
    random: &mut Random,
) -> Result<Key, ApiError> {
    check_kind(resource, value)?;
    let has_spec = value.get("spec").is_some_and(|spec| !spec.is_null());
    let is_namespace = resource.group().is_empty() && resource.plural() == "namespaces";
    let metadata = metadata_of(value)?;
    if !text(metadata, "resourceVersion")?.is_empty() {
        let message = "resourceVersion should not be set on objects to be created";
        return Err(ApiError::unexpected(message));
    }
    check_namespace(metadata, namespace)?;
    let key = Key::new(namespace, &name_for(resource, metadata, random)?);
    metadata.insert("name".into(), key.name.clone().into());
    if is_namespaced(resource) {
        metadata.insert("namespace".into(), key.namespace.clone().into());
    }
    metadata.insert("uid".into(), random.uid().into());
    metadata.insert("creationTimestamp".into(), now());
    metadata.remove("selfLink");
    metadata.remove("deletionTimestamp");
    metadata.remove("generation");
    if has_spec {
        metadata.insert("generation".into(), 1.into());
    }
    if is_namespace {
        let labels = metadata.entry("labels").or_insert_with(|| json!({}));
        if let Some(labels) = labels.as_object_mut() {
            labels.insert("kubernetes.io/metadata.name".into(), key.name.clone().into());
        }
        value["spec"] = json!({"finalizers": ["kubernetes"]});
    }
    Ok(key)
}

/// Validates an updated object and restores the metadata that clients cannot change.
pub(crate) fn prepare_for_update(
    resource: &ResourceInfo,
    current: &Object,
    value: &mut Value,
) -> Result<(), ApiError> {
    check_kind(resource, value)?;
    let old = current.decode();
    let spec_changed = value.get("spec") != old.get("spec");
    let key = current.key();
    let metadata = metadata_of(value)?;
    check_namespace(metadata, is_namespaced(resource).then_some(&key.namespace))?;
    let name = text(metadata, "name")?;
    if name != key.name {
        let message = format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            key.name
        );
        return Err(ApiError::bad_request(message));
    }
    let version = text(metadata, "resourceVersion")?;
    if !version.is_empty() && version != current.revision().to_string() {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        return Err(ApiError::conflict(resource, &key.name, why));
    }
    let uid = text(metadata, "uid")?;
    let old_uid = old["metadata"]["uid"].as_str().unwrap_or_default();
    if !uid.is_empty() && uid != old_uid {
        let why = format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {old_uid}"
        );
        return Err(ApiError::conflict(resource, &key.name, &why));
    }
    for field in [
        "namespace",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ] {
        match old["metadata"].get(field) {
            Some(value) => metadata.insert(field.into(), value.clone()),
            None => metadata.remove(field),
        };
    }
    if spec_changed {
        let generation = old["metadata"]["generation"].as_u64().unwrap_or_default() + 1;
        metadata.insert("generation".into(), generation.into());
    }
    Ok(())
}

fn check_kind(resource: &ResourceInfo, value: &Value) -> Result<(), ApiError> {
    if !value.is_object() {
        return Err(ApiError::bad_request("the body of the request is not an object"));
    }
    for (field, expected) in [("kind", resource.kind()), ("apiVersion", &resource.api_version())] {
        match value.get(field) {
            None | Some(Value::Null) => {}
            Some(Value::String(given)) if given.is_empty() || given == expected => {}
            Some(given) => {
                let message = format!(
                    "the {field} of the provided object ({given}) does not match the one served here (\"{expected}\")"
                );
                return Err(ApiError::bad_request(message));
            }
        }
    }
    Ok(())
}

fn check_namespace(metadata: &Map<String, Value>, namespace: Option<&str>) -> Result<(), ApiError> {
    let given = text(metadata, "namespace")?;
    if given.is_empty() || Some(given) == namespace {
        return Ok(());
    }
    let message =
        "the namespace of the provided object does not match the namespace sent on the request";
    Err(ApiError::bad_request(message))
}

fn name_for(
    resource: &ResourceInfo,
    metadata: &Map<String, Value>,
    random: &mut Random,
) -> Result<String, ApiError> {
    let (name, prefix) = (text(metadata, "name")?, text(metadata, "generateName")?);
    let name = if name.is_empty() && !prefix.is_empty() {
        format!("{prefix}{}", random.suffix(5))
    } else {
        name.to_owned()
    };
    let problem = if name.is_empty() {
        Problem::required("metadata.name", "name or generateName is required")
    } else if let Some(why) = name::error(resource, &name) {
        Problem::invalid("metadata.name", &name, &why)
    } else {
        return Ok(name);
    };
    Err(ApiError::invalid(resource.kind(), resource.group(), &name, &problem))
}

/// Returns the metadata, which is inserted if absent, after validating labels and annotations.
fn metadata_of(value: &mut Value) -> Result<&mut Map<String, Value>, ApiError> {
    if value["metadata"].is_null() {
        value["metadata"] = json!({});
    }
    let Some(metadata) = value["metadata"].as_object_mut() else {
        return Err(ApiError::bad_request("metadata is not an object"));
    };
    for field in ["labels", "annotations"] {
        let is_valid = match metadata.get(field) {
            None | Some(Value::Null) => true,
            Some(Value::Object(members)) => members.values().all(Value::is_string),
            Some(_) => false,
        };
        if !is_valid {
            return Err(ApiError::bad_request(format!("metadata.{field} is not a map of strings")));
        }
    }
    Ok(metadata)
}

fn text<'a>(metadata: &'a Map<String, Value>, field: &str) -> Result<&'a str, ApiError> {
    match metadata.get(field) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ApiError::bad_request(format!("metadata.{field} is not a string"))),
    }
}

fn is_namespaced(resource: &ResourceInfo) -> bool {
    resource.scope() == Scope::Namespaced
}
