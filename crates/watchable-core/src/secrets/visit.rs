//! Goes to each confidential value of an object.

use serde_json::{Map, Value};

use super::field::Field;
use super::find::{is_copy, is_copy_of_secret};
use super::owner::Owner;

/// Calls a function with each confidential value, where it stands, and the name of its member. Values that are `null` are
/// none. The function may replace the value.
///
/// `owner` is [`Owner::of`] the value; or of another value, if both are to be treated alike.
pub fn visit(value: &mut Value, owner: Owner, each: &mut impl FnMut(Field, &str, &mut Value)) {
    let mut not_null = |field, name: &str, value: &mut Value| {
        if !value.is_null() {
            each(field, name, value);
        }
    };
    match value {
        Value::Object(object) => members(object, owner, &mut not_null),
        value => within(value, owner, &mut not_null),
    }
}

fn within(value: &mut Value, owner: Owner, each: &mut impl FnMut(Field, &str, &mut Value)) {
    match value {
        Value::Object(object) => {
            let owner = owner.of_inner(object);
            members(object, owner, each);
        }
        Value::Array(items) => {
            for item in items {
                within(item, owner, each);
            }
        }
        _ => {}
    }
}

fn members(
    object: &mut Map<String, Value>,
    owner: Owner,
    each: &mut impl FnMut(Field, &str, &mut Value),
) {
    let annotations = object.get_mut("metadata").and_then(|it| it.get_mut("annotations"));
    for (name, value) in annotations.and_then(Value::as_object_mut).into_iter().flatten() {
        let is_confidential = match owner {
            Owner::Other => is_copy_of_secret((name, value)),
            Owner::Unknown | Owner::Secret => is_copy(name, value),
        };
        if is_confidential {
            each(Field::Annotation, name, value);
        }
    }
    for (name, value) in object.iter_mut() {
        let field = match (owner, name.as_str()) {
            (Owner::Unknown | Owner::Secret, "data") => Field::Data,
            (Owner::Unknown | Owner::Secret, "stringData") => Field::StringData,
            // Of a list of Secrets, the items have no kind.
            (Owner::Secret, "items") => {
                within(value, Owner::Secret, each);
                continue;
            }
            (Owner::Unknown, _) => {
                within(value, Owner::Unknown, each);
                continue;
            }
            _ => {
                within(value, Owner::Other, each);
                continue;
            }
        };
        match value {
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| each(field, name, value));
            }
            value => each(field, name, value),
        }
    }
}
