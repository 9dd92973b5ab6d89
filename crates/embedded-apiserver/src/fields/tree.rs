//! An object as a tree of fields: finding, merging and removing.

use serde_json::{Map, Value};

use super::path::Step;
use super::types::Types;

/// The value at a path.
pub(super) fn find<'a>(object: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, step| match step {
        Step::Field(name) => value.get(name),
        step => value.as_array()?.iter().find(|item| step.names(item)),
    })
}

/// Puts into an object what is applied to it, and leaves the rest.
pub(super) fn merge(target: &mut Value, applied: &Value, types: Types, place: &mut Vec<Step>) {
    match applied {
        Value::Null => {}
        Value::Object(members) if !members.is_empty() && types.has_members(place) => {
            merge_members(target, members, types, place);
        }
        Value::Array(items) => match types.items(place, items) {
            Some(steps) => merge_items(target, items, steps, types, place),
            None => *target = applied.clone(),
        },
        other => *target = other.clone(),
    }
}

fn merge_members(
    target: &mut Value,
    members: &Map<String, Value>,
    types: Types,
    place: &mut Vec<Step>,
) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        place.push(Step::field(name));
        merge(&mut target[name], value, types, place);
        place.pop();
    }
}

fn merge_items(
    target: &mut Value,
    items: &[Value],
    steps: Vec<Step>,
    types: Types,
    place: &mut Vec<Step>,
) {
    if !target.is_array() {
        *target = Value::Array(Vec::new());
    }
    let Some(there) = target.as_array_mut() else { return };
    for (step, item) in steps.into_iter().zip(items) {
        let at = there.iter().position(|old| step.names(old)).unwrap_or_else(|| {
            there.push(Value::Null);
            there.len() - 1
        });
        place.push(step);
        match item {
            Value::Object(members) => merge_members(&mut there[at], members, types, place),
            other => there[at] = other.clone(),
        }
        place.pop();
    }
}

/// Takes a field away, and the maps and lists that are empty without it.
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
            let Some(at) = items.iter().position(|item| step.names(item)) else { return };
            remove(&mut items[at], rest);
            if rest.is_empty() || is_empty(&items[at]) {
                items.remove(at);
            }
        }
        _ => {}
    }
}
