//! Two objects in JSON, as trees of what differs: members that are equal are found by their text, and not decoded.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use watchable_core::json;

use super::options::DiffOptions;

/// A hash may take the place of their members. It is one of all that a member contains, so those that differ stay whole.
const HIDDEN: [&str; 3] = ["annotations", "data", "stringData"];

/// What says what an object is stays, also if it is equal.
const KIND: [&str; 2] = ["apiVersion", "kind"];

/// Returns both objects without members that are equal. Lists that differ stay whole: their items are matched with each
/// other. What is not compared may be left out, or may not.
pub(super) fn trees(
    options: &DiffOptions,
    before: &str,
    after: &str,
) -> Result<(Value, Value), json::Error> {
    let (Some(before), Some(after)) = (members(before)?, members(after)?) else {
        return Ok((json::from_str(before)?, json::from_str(after)?));
    };
    objects(&before, &after, |name, before, after| match name {
        // Half of a Pod is managed fields, which hardly ever are equal, and need not be decoded to be left out.
        "metadata" => match (members(before)?, members(after)?) {
            (Some(before), Some(after)) => {
                let [before, after] = [before, after].map(|members| {
                    let kept = |(name, _): &(Cow<'_, str>, &str)| !options.leaves_out(name);
                    members.into_iter().filter(kept).collect::<Vec<_>>()
                });
                objects(&before, &after, member)
            }
            _ => values(before, after),
        },
        _ => member(name, before, after),
    })
}

/// The members of an object, with the text of their values.
type Members<'a> = Vec<(Cow<'a, str>, &'a str)>;

fn member(name: &str, before: &str, after: &str) -> Result<(Value, Value), json::Error> {
    if !HIDDEN.contains(&name) {
        return values(before, after);
    }
    match (members(before)?, members(after)?) {
        (Some(before), Some(after)) => {
            objects(&before, &after, |_, before, after| whole(before, after))
        }
        _ => whole(before, after),
    }
}

fn values(before: &str, after: &str) -> Result<(Value, Value), json::Error> {
    match (members(before)?, members(after)?) {
        (Some(before), Some(after)) => objects(&before, &after, member),
        _ => whole(before, after),
    }
}

fn whole(before: &str, after: &str) -> Result<(Value, Value), json::Error> {
    Ok((json::from_str(before)?, json::from_str(after)?))
}

/// Compares two objects, and members of the same name by `compare`.
fn objects<'a>(
    before: &Members<'a>,
    after: &Members<'a>,
    compare: impl Fn(&str, &'a str, &'a str) -> Result<(Value, Value), json::Error>,
) -> Result<(Value, Value), json::Error> {
    // Of two kinds, equal members may not mean the same: one may be a Secret's.
    let is_same = KIND.iter().all(|name| value(before, name) == value(after, name));
    let (mut old, mut new) = (Map::new(), Map::new());
    for (index, (name, text)) in before.iter().enumerate() {
        // Nearly always both have the same members in the same order.
        let other = after.get(index).filter(|(other, _)| other == name);
        let other = other.or_else(|| after.iter().find(|(other, _)| other == name));
        let (before, after) = match other {
            Some((_, other)) if other == text && is_same && !KIND.contains(&&**name) => continue,
            Some((_, other)) if !is_same => (json::from_str(text)?, Some(json::from_str(other)?)),
            Some((_, other)) => {
                let (before, after) = compare(name, text, other)?;
                (before, Some(after))
            }
            None => (json::from_str(text)?, None),
        };
        old.insert(name.clone().into_owned(), before);
        new.extend(after.map(|after| (name.clone().into_owned(), after)));
    }
    for (name, text) in after {
        if !before.iter().any(|(other, _)| other == name) {
            new.insert(name.clone().into_owned(), json::from_str(text)?);
        }
    }
    Ok((Value::Object(old), Value::Object(new)))
}

fn value<'a>(members: &Members<'a>, name: &str) -> Option<&'a str> {
    members.iter().find(|(other, _)| other == name).map(|(_, text)| *text)
}

/// Returns the members of an object; `None` if it is something else.
fn members(text: &str) -> Result<Option<Members<'_>>, json::Error> {
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    json::from_str(text).map(|Object(members)| Some(members))
}

struct Object<'a>(Members<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &RawValue>()? {
                    members.push((name, value.get()));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(OfObject)
    }
}

/// The name of a member, borrowed from the text if it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfName;

        impl<'de> Visitor<'de> for OfName {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(name.into()))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(name.to_owned().into()))
            }
        }

        deserializer.deserialize_str(OfName)
    }
}
