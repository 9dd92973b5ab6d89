//! The members of objects in JSON, with the text of their values, which is not decoded.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use watchable_core::json;

/// The members of an object, in their order.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// Returns the members of two objects; `None` if one is something else.
pub(super) fn of_any<'a>(
    before: &'a str,
    after: &'a str,
    _is_unread: &dyn Fn(&str) -> bool,
) -> Result<Option<(Members<'a>, Members<'a>)>, json::Error> {
    Ok(of(before)?.zip(of(after)?))
}

/// The same of two whose texts hardly differ, of which only the first is read.
///
/// A value that differs may be more than one: whoever decodes it gets an error. Those with names that are not read are found
/// in any case.
pub(super) fn of_similar<'a>(
    before: &'a str,
    after: &'a str,
    is_unread: &dyn Fn(&str) -> bool,
) -> Result<Option<(Members<'a>, Members<'a>)>, json::Error> {
    let Some(members) = of(before)? else { return Ok(None) };
    let similar = similar(before, &members, after, is_unread);
    let similar = similar.map_or_else(|| of(after), |similar| Ok(Some(similar)));
    Ok(Some(members).zip(similar?))
}

/// Returns the members of `after`, if they have the names of those of `before` in the same order.
fn similar<'a>(
    before: &'a str,
    members: &Members<'a>,
    after: &'a str,
    is_unread: &dyn Fn(&str) -> bool,
) -> Option<Members<'a>> {
    let mut found = Vec::with_capacity(members.len());
    let (mut left_before, mut left_after) = (before, after);
    for (name, value) in members {
        // A brace or a comma, the name and a colon.
        let start = value.as_ptr().addr() - left_before.as_ptr().addr();
        let head = left_before.get(..start)?;
        left_before = left_before.get(start + value.len()..)?;
        left_after = left_after.strip_prefix(head)?;
        let is_next = |rest: &&str| rest.starts_with([',', '}']);
        let length = match left_after.strip_prefix(value).filter(is_next) {
            Some(_) => value.len(),
            // What follows is nearly always the same.
            None if !is_unread(name) && left_after.ends_with(left_before) => {
                left_after.len() - left_before.len()
            }
            None => {
                let mut values =
                    serde_json::Deserializer::from_str(left_after).into_iter::<&RawValue>();
                values.next()?.ok()?;
                values.byte_offset()
            }
        };
        let (value, rest) = left_after.split_at_checked(length)?;
        found.push((name.clone(), value));
        left_after = rest;
    }
    (left_before == left_after).then_some(found)
}

/// Returns the members of an object; `None` if it is something else.
fn of(text: &str) -> Result<Option<Members<'_>>, json::Error> {
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
