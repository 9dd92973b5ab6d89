//! Writes a difference as a JSON Merge Patch (RFC 7386).

use serde_json::{Map, Value};

use super::compare::Delta;
use super::equal::{member, members};

/// Returns the patch that makes one object of the other.
pub(super) fn merge_patch(delta: Option<&Delta>, before: &Value, after: &Value) -> Value {
    match delta {
        None => Value::Object(Map::new()),
        Some(Delta::Members(members)) => {
            let members = members.iter().map(|(name, delta)| {
                let value = match delta {
                    Delta::Removed(_) => Value::Null,
                    delta => merge_patch(Some(delta), &before[name], &after[name]),
                };
                (name.clone(), value)
            });
            Value::Object(members.collect())
        }
        Some(Delta::Removed(_)) => Value::Null,
        Some(Delta::Replaced) => replaced(before, after),
        Some(Delta::Added(_) | Delta::Items(_)) => without_nulls(after),
    }
}

/// Both are objects only where the API has none: as a value of a Secret, which is compared as a whole.
fn replaced(before: &Value, after: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return without_nulls(after);
    };
    let removed = old.keys().filter(|name| member(new, name).is_none());
    let removed = removed.map(|name| (name.clone(), Value::Null));
    let others = members(new).map(|(name, value)| (name.clone(), replaced(&before[name], value)));
    Value::Object(removed.chain(others).collect())
}

/// In objects, a `null` would remove a member. In lists, it is one.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            members(object).map(|(name, value)| (name.clone(), without_nulls(value))).collect()
        }
        value => value.clone(),
    }
}
