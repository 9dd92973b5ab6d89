//! What a server sets and checks in an object's metadata.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Key, Object, name};
use crate::error::{ApiError, Problem};
use crate::random::Random;
use crate::registry::Served;

/// Completes an object that is about to be created, and tells where it will lie.
pub(crate) fn complete_new(
    served: &Served,
    namespace: Option<&str>,
    value: &mut Value,
    random: &mut Random,
) -> Result<Key, ApiError> {
    check_kind(served, value)?;
    let has_spec = value.get("spec").is_some_and(|spec| !spec.is_null());
    let is_namespace =
        served.resource().group().is_empty() && served.resource().plural() == "namespaces";
    let metadata = metadata_of(value)?;
    if !text(metadata, "resourceVersion")?.is_empty() {
        let message = "resourceVersion should not be set on objects to be created";
        return Err(ApiError::unforeseen(message));
    }
    check_namespace(metadata, namespace)?;
    let key = Key::new(namespace, &name_for(served, metadata, random)?);
    metadata.insert("name".into(), key.name.clone().into());
    if served.is_namespaced() {
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

/// Carries over to a new state of an object what a client cannot change.
pub(crate) fn complete_changed(
    served: &Served,
    current: &Object,
    value: &mut Value,
) -> Result<(), ApiError> {
    check_kind(served, value)?;
    let old = current.decode();
    let spec_changed = value.get("spec") != old.get("spec");
    let key = current.key();
    let metadata = metadata_of(value)?;
    check_namespace(metadata, served.is_namespaced().then_some(&key.namespace))?;
    let name = text(metadata, "name")?;
    if name != key.name {
        let message = format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            key.name
        );
        return Err(ApiError::bad_request(message));
    }
    let asked = text(metadata, "resourceVersion")?;
    if !asked.is_empty() && asked != current.revision().to_string() {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        return Err(ApiError::conflict(served, &key.name, why));
    }
    let uid = text(metadata, "uid")?;
    let old_uid = old["metadata"]["uid"].as_str().unwrap_or_default();
    if !uid.is_empty() && uid != old_uid {
        let why = format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {old_uid}"
        );
        return Err(ApiError::conflict(served, &key.name, &why));
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
            Some(kept) => metadata.insert(field.into(), kept.clone()),
            None => metadata.remove(field),
        };
    }
    if spec_changed {
        let generation = old["metadata"]["generation"].as_u64().unwrap_or_default() + 1;
        metadata.insert("generation".into(), generation.into());
    }
    Ok(())
}

/// The time, as metadata tells it: to the second.
pub(crate) fn now() -> Value {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default().to_string().into()
}

fn check_kind(served: &Served, value: &Value) -> Result<(), ApiError> {
    if !value.is_object() {
        return Err(ApiError::bad_request("the body of the request is not an object"));
    }
    let resource = served.resource();
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
    served: &Served,
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
    } else if let Some(why) = name::fault(served, &name) {
        Problem::invalid("metadata.name", &name, &why)
    } else {
        return Ok(name);
    };
    Err(ApiError::invalid(served.resource().kind(), served.resource().group(), &name, &problem))
}

/// The metadata, there if it was absent, with labels and annotations of the right form.
fn metadata_of(value: &mut Value) -> Result<&mut Map<String, Value>, ApiError> {
    if value["metadata"].is_null() {
        value["metadata"] = json!({});
    }
    let Some(metadata) = value["metadata"].as_object_mut() else {
        return Err(ApiError::bad_request("metadata is not an object"));
    };
    for field in ["labels", "annotations"] {
        let texts = match metadata.get(field) {
            None | Some(Value::Null) => true,
            Some(Value::Object(texts)) => texts.values().all(Value::is_string),
            Some(_) => false,
        };
        if !texts {
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
