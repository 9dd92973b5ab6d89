//! Finds what a value is, by the kind of the object that contains it and its field.

use serde_json::{Map, Value};

use super::options::Kind;
use super::table::{Shape, TABLE};

/// What is known of a value.
pub(super) type Known = Option<&'static Shape>;

/// Returns what is known of objects of a kind.
pub(super) fn of_kind(kind: &Kind) -> &'static Shape {
    by_name(&kind.api_version, &kind.kind)
}

/// Returns what is known of an object that changed: if nothing else is known, what is known of its kind.
pub(super) fn of_object(known: Known, before: &Value, after: &Value) -> Known {
    if known.is_some() {
        return known;
    }
    let kind = |value: &Value| -> Option<&'static Shape> {
        let object = value.as_object()?;
        Some(by_name(text(object, "apiVersion")?, text(object, "kind")?))
    };
    match (kind(before), kind(after)) {
        (Some(before), Some(after)) if std::ptr::eq(before, after) => Some(before),
        (Some(_), Some(_)) => Some(&TABLE.any_object),
        _ => None,
    }
}

/// Returns what is known of a member of an object.
pub(super) fn of_member(known: Known, name: &str) -> Known {
    match known {
        Some(Shape::Object(index)) => TABLE.types[*index].get(name),
        Some(Shape::Map(values)) => Some(values),
        Some(_) => None,
        None => ["limits", "requests"].contains(&name).then_some(&TABLE.quantities),
    }
}

/// Returns what is known of the items of a list.
pub(super) fn of_items(known: Known) -> Known {
    match known {
        Some(Shape::List(_, values)) => values.as_deref(),
        _ => None,
    }
}

fn by_name(api_version: &str, kind: &str) -> &'static Shape {
    TABLE.kinds.get(&*format!("{api_version}/{kind}")).unwrap_or(&TABLE.any_object)
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}
