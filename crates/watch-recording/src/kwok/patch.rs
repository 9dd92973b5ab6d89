//! The patch from one version of an object to the next, and back.
//!
//! KWOK applies the patches of Kubernetes' own types as strategic merge patches, which merge some lists by a key of their
//! items, and leave others as the patch has them. Which ones depends on the type and the release. So a patch of ours has
//! no list that could be merged: the smallest object around a list that changes is replaced as a whole
//! (`"$patch": "replace"`). Custom resources only have JSON merge patches, where lists are always replaced.

use serde_json::{Map, Value};

const DIRECTIVE: &str = "$patch";

/// How the patches of a resource are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatchType {
    /// Of Kubernetes' own types.
    Strategic,
    /// Of custom resources.
    Merge,
}

/// Returns the patch from an object to another; `None` if they are equal.
pub(super) fn between(before: &Value, after: &Value, of: PatchType) -> Option<Value> {
    if before == after {
        return None;
    }
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return Some(after.clone());
    };
    Some(patch(old, new, of))
}

fn patch(old: &Map<String, Value>, new: &Map<String, Value>, of: PatchType) -> Value {
    members(old, new, of).unwrap_or_else(|| replacement(new))
}

/// Returns the members of a patch. `None` if the object must be replaced, for which only strategic merge patches have a
/// directive.
fn members(old: &Map<String, Value>, new: &Map<String, Value>, of: PatchType) -> Option<Value> {
    let is_strategic = of == PatchType::Strategic;
    let mut members = removals(old, new);
    for (name, value) in new.iter().filter(|(name, value)| old.get(*name) != Some(value)) {
        let member = match (old.get(name), value) {
            (Some(Value::Object(before)), Value::Object(value)) => patch(before, value, of),
            (Some(Value::Array(_)), Value::Array(_)) if is_strategic => return None,
            // A null would remove the member.
            (_, value) if is_strategic && has_null(value) => return None,
            (_, value) => value.clone(),
        };
        members.insert(name.clone(), member);
    }
    Some(Value::Object(members))
}

fn removals(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let removed = old.keys().filter(|name| !new.contains_key(*name));
    removed.map(|name| (name.clone(), Value::Null)).collect()
}

fn replacement(object: &Map<String, Value>) -> Value {
    let mut object = object.clone();
    object.insert(DIRECTIVE.to_owned(), "replace".into());
    Value::Object(object)
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

/// Applies a patch to an object.
///
/// # Errors
///
/// Says what in it cannot be applied.
pub(super) fn apply(object: &mut Value, patch: Value, of: PatchType) -> Result<(), String> {
    if !patch.is_object() {
        return Err("it is no JSON object; a template is an object, or a patch of one".to_owned());
    }
    match of {
        PatchType::Strategic => embedded_apiserver::__private::strategic_merge(object, patch),
        PatchType::Merge => {
            if let Some(name) = directive(&patch) {
                return Err(format!(
                    "it has {name:?}, which only patches of Kubernetes' own types may have; write it as a JSON merge patch"
                ));
            }
            embedded_apiserver::__private::merge(object, patch);
            Ok(())
        }
    }
}

/// Returns the first directive of a strategic merge patch.
fn directive(patch: &Value) -> Option<&str> {
    match patch {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let is_directive = ["$patch", "$retainKeys"].contains(&name.as_str())
                || name.starts_with("$setElementOrder/")
                || name.starts_with("$deleteFromPrimitiveList/");
            if is_directive { Some(name.as_str()) } else { directive(value) }
        }),
        Value::Array(items) => items.iter().find_map(directive),
        _ => None,
    }
}
