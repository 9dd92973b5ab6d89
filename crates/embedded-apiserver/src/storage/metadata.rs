//! The metadata that a server sets and validates.

use serde_json::{Map, Value, json};
use watchable_core::{ResourceInfo, Scope};

use super::metadata_form::{metadata_of, text};
use super::metadata_rules::MetadataRules;
use super::metadata_validation as validation;
use super::name;
use super::object::{Key, Object};
use crate::error::{ApiError, Problem};
use crate::support::random::Random;
use crate::support::time::now;

/// Validates a new object, sets its metadata, and returns its key.
pub(crate) fn prepare_for_create(
    rules: &MetadataRules<'_>,
    namespace: Option<&str>,
    value: &mut Value,
    random: &mut Random,
) -> Result<Key, ApiError> {
    let resource = rules.resource;
    check_kind(resource, value)?;
    let is_namespace = resource.group().is_empty() && resource.plural() == "namespaces";
    let metadata = metadata_of(value)?;
    if !text(metadata, "resourceVersion")?.is_empty() {
        let message = "resourceVersion should not be set on objects to be created";
        return Err(ApiError::unexpected(message));
    }
    check_namespace(metadata, namespace)?;
    let key = Key::new(namespace, &name_for(resource, metadata, random)?);
    check(resource, &key, &validation::problems(rules, metadata))?;
    metadata.insert("name".into(), key.name.clone().into());
    if is_namespaced(resource) {
        metadata.insert("namespace".into(), key.namespace.clone().into());
    }
    metadata.insert("uid".into(), random.uid().into());
    metadata.insert("creationTimestamp".into(), now());
    metadata.remove("selfLink");
    metadata.remove("deletionTimestamp");
    metadata.remove("generation");
    if rules.has_generation {
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
    rules: &MetadataRules<'_>,
    current: &Object,
    value: &mut Value,
) -> Result<(), ApiError> {
    let resource = rules.resource;
    check_kind(resource, value)?;
    let old = current.decode();
    let is_changed = content(rules, value) != content(rules, &old);
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
    let mut problems = validation::problems(rules, metadata);
    if let Some(old) = old["metadata"].as_object().filter(|old| is_terminating(old)) {
        problems.extend(validation::new_finalizers(old, metadata));
    }
    let deleted_at = text(metadata, "deletionTimestamp")?;
    if !deleted_at.is_empty() && old["metadata"]["deletionTimestamp"] != deleted_at {
        let why = "field is immutable";
        problems.push(Problem::invalid("metadata.deletionTimestamp", deleted_at, why));
    }
    check(resource, key, &problems)?;
    metadata.remove("selfLink");
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
    if rules.has_generation && is_changed {
        increase_generation(metadata);
    }
    Ok(())
}

/// Sets the fields of an object whose deletion has been requested. Returns `false` if they are set.
pub(crate) fn mark_as_deleted(value: &mut Value) -> bool {
    let Some(metadata) = value["metadata"].as_object_mut() else { return false };
    if is_terminating(metadata) {
        return false;
    }
    metadata.insert("deletionTimestamp".into(), now());
    metadata.insert("deletionGracePeriodSeconds".into(), 0.into());
    // As on a real server, the deletion is a change of the wanted state.
    if metadata.contains_key("generation") {
        increase_generation(metadata);
    }
    true
}

fn increase_generation(metadata: &mut Map<String, Value>) {
    let generation = metadata.get("generation").and_then(Value::as_u64).unwrap_or_default() + 1;
    metadata.insert("generation".into(), generation.into());
}

fn is_terminating(metadata: &Map<String, Value>) -> bool {
    metadata.get("deletionTimestamp").is_some_and(|time| !time.is_null())
}

/// Returns the members whose changes increase the generation.
fn content<'a>(rules: &MetadataRules<'_>, value: &'a Value) -> Vec<(&'a String, &'a Value)> {
    let is_content = |name: &str| match name {
        "kind" | "apiVersion" | "metadata" => false,
        "status" => rules.status_is_part,
        _ => true,
    };
    let members = value.as_object().into_iter().flatten();
    let mut content: Vec<_> = members.filter(|(name, _)| is_content(name)).collect();
    content.sort_by_key(|(name, _)| *name);
    content
}

fn check(resource: &ResourceInfo, key: &Key, problems: &[Problem]) -> Result<(), ApiError> {
    if problems.is_empty() {
        return Ok(());
    }
    let (kind, group) = (resource.kind(), resource.group());
    Err(ApiError::invalid_fields(kind, group, &key.name, problems))
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

fn is_namespaced(resource: &ResourceInfo) -> bool {
    resource.scope() == Scope::Namespaced
}
