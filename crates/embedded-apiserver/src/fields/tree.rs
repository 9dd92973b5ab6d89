//! Objects as trees of fields: find, merge and remove.

use serde_json::{Map, Value};

use super::path::Step;
use super::types::Types;

/// Returns the value at a path.
pub(super) fn find<'a>(object: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, step| match step {
        Step::Field(name) => value.get(name),
        step => value.as_array()?.iter().find(|item| step.selects(item)),
    })
}

/// Merges an applied configuration into an object.
pub(super) fn merge(target: &mut Value, applied: &Value, types: Types, path: &mut Vec<Step>) {
    match applied {
        Value::Null => {}
        Value::Object(members) if !members.is_empty() && types.is_granular(path) => {
            merge_members(target, members, types, path);
        }
        Value::Array(items) => match types.items(path, items) {
            Some(steps) => merge_items(target, items, steps, types, path),
            None => *target = applied.clone(),
        },
        other => *target = other.clone(),
    }
}

fn merge_members(
    target: &mut Value,
    members: &Map<String, Value>,
    types: Types,
    path: &mut Vec<Step>,
) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        path.push(Step::field(name));
        merge(&mut target[name], value, types, path);
        path.pop();
    }
}

fn merge_items(
    target: &mut Value,
    items: &[Value],
    steps: Vec<Step>,
    types: Types,
    path: &mut Vec<Step>,
) {
    if !target.is_array() {
        *target = Value::Array(Vec::new());
    }
    let Some(existing) = target.as_array_mut() else { return };
    for (step, item) in steps.into_iter().zip(items) {
        let index = existing.iter().position(|old| step.selects(old)).unwrap_or_else(|| {
            existing.push(Value::Null);
            existing.len() - 1
        });
        path.push(step);
        match item {
            Value::Object(members) => merge_members(&mut existing[index], members, types, path),
            other => existing[index] = other.clone(),
        }
        path.pop();
    }
}

/// Removes a field, and the maps and lists that become empty.
pub(super) fn remove(object: &mut Value, path: &[Step]) {
    let Some((step, rest)) = path.split_first() else { return };
    let is_empty = |value: &Value| match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    match (step, object) {
        (Step::Field(name), Value::Object(members)) => {
            let Some(inner) = members.get_mut(name) else { return };
            remove(inner, rest);
            if rest.is_empty() || is_empty(inner) {
                members.remove(name);
            }
        }
        (step, Value::Array(items)) => {
            let Some(index) = items.iter().position(|item| step.selects(item)) else { return };
            remove(&mut items[index], rest);
            if rest.is_empty() || is_empty(&items[index]) {
                items.remove(index);
            }
        }
        _ => {}
    }
}
