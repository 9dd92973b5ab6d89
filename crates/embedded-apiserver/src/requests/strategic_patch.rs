//! Strategic merge patches: merge patches that merge lists by key.
//!
//! The rules are in "Update API Objects in Place Using kubectl patch" and in the OpenAPI's
//! `x-kubernetes-patch-merge-key`.

use serde_json::{Map, Value};

use crate::support::element_order::arrange;
use crate::support::merge_keys::merge_key;

/// Applies a patch.
///
/// # Errors
///
/// The patch is malformed.
pub(crate) fn apply(target: &mut Value, patch: Value) -> Result<(), String> {
    merge(target, patch, "", false)
}

fn merge(target: &mut Value, patch: Value, field: &str, in_service: bool) -> Result<(), String> {
    match patch {
        Value::Object(patch) => merge_members(target, patch, in_service),
        Value::Array(patch) => merge_list(target, patch, field, in_service),
        other => {
            *target = other;
            Ok(())
        }
    }
}

fn merge_members(
    target: &mut Value,
    mut patch: Map<String, Value>,
    in_service: bool,
) -> Result<(), String> {
    match patch.remove("$patch").as_ref().and_then(Value::as_str) {
        Some("replace") => {
            *target = Value::Object(patch);
            return Ok(());
        }
        Some("delete") => {
            *target = Value::Object(Map::new());
            return Ok(());
        }
        Some("merge") | None => {}
        Some(other) => {
            return Err(format!("$patch is {other:?}; it can be replace, delete or merge"));
        }
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(members) = target.as_object_mut() else { return Ok(()) };
    let of_service = in_service || members.get("kind").is_some_and(|kind| kind == "Service");
    if let Some(Value::Array(retained)) = patch.remove("$retainKeys") {
        members.retain(|name, _| retained.iter().any(|k| k == name));
    }
    let has_orders = patch.keys().any(|name| name.starts_with("$setElementOrder/"));
    let old = if has_orders { members.clone() } else { Map::new() };
    let mut orders = Vec::new();
    for (name, value) in patch {
        if let Some(list) = name.strip_prefix("$setElementOrder/") {
            orders.push((list.to_owned(), value));
        } else if let Some(list) = name.strip_prefix("$deleteFromPrimitiveList/") {
            if let (Some(Value::Array(items)), Value::Array(removed)) =
                (members.get_mut(list), value)
            {
                items.retain(|item| !removed.contains(item));
            }
        } else if value.is_null() {
            members.remove(&name);
        } else {
            let member = members.entry(name.clone()).or_insert(Value::Null);
            merge(member, value, &name, of_service)?;
        }
    }
    for (list, order) in orders {
        if let (Some(Value::Array(items)), Value::Array(order)) = (members.get_mut(&list), order) {
            let old = old.get(&list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            arrange(items, &order, old, merge_key(&list, of_service));
        }
    }
    Ok(())
}

fn merge_list(
    target: &mut Value,
    patch: Vec<Value>,
    field: &str,
    in_service: bool,
) -> Result<(), String> {
    let of_objects = patch.iter().all(Value::is_object);
    let replaces = patch.iter().any(|item| item["$patch"] == "replace");
    let key = merge_key(field, in_service);
    if !target.is_array() {
        *target = Value::Array(Vec::new());
    }
    let Some(items) = target.as_array_mut() else { return Ok(()) };
    if replaces {
        *items = patch.into_iter().filter(|item| item["$patch"] != "replace").collect();
        return Ok(());
    }
    if matches!(field, "finalizers" | "podCIDRs") {
        let old = items.clone();
        items.extend(patch.iter().filter(|item| !old.contains(item)).cloned());
        arrange(items, &patch, &old, None);
        return Ok(());
    }
    let Some(key) = key.filter(|_| of_objects) else {
        *items = patch;
        return Ok(());
    };
    let (old, order) = (items.clone(), patch.clone());
    for item in patch {
        let id = item[key].clone();
        if id.is_null() {
            return Err(format!("an item of {field} does not contain its merge key {key}"));
        }
        if item["$patch"] == "delete" {
            items.retain(|existing| existing[key] != id);
            continue;
        }
        if let Some(existing) = items.iter_mut().find(|existing| existing[key] == id) {
            merge(existing, item, "", in_service)?;
        } else {
            // A new item can contain directives, too.
            let mut new = Value::Object(Map::new());
            merge(&mut new, item, "", in_service)?;
            items.push(new);
        }
    }
    arrange(items, &order, &old, Some(key));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_merged_by_key_and_sorted_as_the_patch_says() {
        let mut pod = json!({"spec": {"containers": [
            {"name": "a", "image": "a:1", "env": [{"name": "X", "value": "1"}]},
            {"name": "b", "image": "b:1"},
        ]}});
        let patch = json!({"spec": {
            "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
            "containers": [
                {"name": "a", "env": [{"name": "Y", "value": "2"}]},
                {"name": "b", "$patch": "delete"},
                {"name": "c", "image": "c:1"},
            ],
        }});
        apply(&mut pod, patch).unwrap();
        assert_eq!(
            pod,
            json!({"spec": {"containers": [
                {"name": "c", "image": "c:1"},
                {"name": "a", "image": "a:1",
                 "env": [{"name": "Y", "value": "2"}, {"name": "X", "value": "1"}]},
            ]}})
        );
    }

    #[test]
    fn service_ports_have_another_merge_key_than_container_ports() {
        let mut service = json!({"kind": "Service", "spec": {"ports": [{"port": 80}]}});
        apply(&mut service, json!({"spec": {"ports": [{"port": 80, "name": "http"}]}})).unwrap();
        assert_eq!(service["spec"]["ports"], json!([{"port": 80, "name": "http"}]));
        let no_key = json!({"spec": {"containers": [{"image": "x"}]}});
        assert!(apply(&mut json!({}), no_key).unwrap_err().contains("merge key name"));
    }

    #[test]
    fn directives_retain_keys_replace_lists_and_delete_primitives() {
        let mut value = json!({
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {}},
            "args": ["a"], "finalizers": ["x", "y"], "gone": 1,
        });
        let patch = json!({
            "strategy": {"$retainKeys": ["type"], "type": "Recreate"},
            "args": ["b"], "$deleteFromPrimitiveList/finalizers": ["x"], "finalizers": ["z"],
            "gone": null,
        });
        apply(&mut value, patch).unwrap();
        assert_eq!(
            value,
            json!({"strategy": {"type": "Recreate"}, "args": ["b"], "finalizers": ["z", "y"]})
        );
    }
}
