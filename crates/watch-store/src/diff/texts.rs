//! Two objects in JSON, as trees of what differs: members that are equal are found by their text, and not decoded.

use serde_json::{Map, Value};
use watchable_core::json;

use super::members::{self, Members};
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
    // What does not fit to the assumption that both have nearly the same text is an error, and read without it.
    trees_by(options, before, after, members::of_similar)
        .or_else(|_| trees_by(options, before, after, members::of_any))
}

fn trees_by(
    options: &DiffOptions,
    before: &str,
    after: &str,
    both: Both,
) -> Result<(Value, Value), json::Error> {
    let Some((before, after)) = both(before, after, &|_| false)? else {
        return whole(before, after);
    };
    let compare = |name: &str, before, after| member(name, before, after, both);
    objects(&before, &after, |name, before, after| match name {
        // Half of a Pod is managed fields, which hardly ever are equal, and need not be decoded to be left out.
        "metadata" => match both(before, after, &|name| options.leaves_out(name))? {
            Some((before, after)) => {
                let [before, after] = [before, after].map(|members| {
                    let kept = members.into_iter().filter(|(name, _)| !options.leaves_out(name));
                    kept.collect::<Members<'_>>()
                });
                objects(&before, &after, compare)
            }
            None => whole(before, after),
        },
        _ => compare(name, before, after),
    })
}

/// Finds the members of two objects. Those of the names need not be decoded later.
type Both = for<'a> fn(
    &'a str,
    &'a str,
    &dyn Fn(&str) -> bool,
) -> Result<Option<(Members<'a>, Members<'a>)>, json::Error>;

fn member(
    name: &str,
    before: &str,
    after: &str,
    both: Both,
) -> Result<(Value, Value), json::Error> {
    let Some((before, after)) = both(before, after, &|_| false)? else {
        return whole(before, after);
    };
    if HIDDEN.contains(&name) {
        objects(&before, &after, |_, before, after| whole(before, after))
    } else {
        objects(&before, &after, |name, before, after| member(name, before, after, both))
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
