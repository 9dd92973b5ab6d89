//! The keywords of a schema: which of them are facts, which are passed over, and which are errors.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Failure, Result};

/// The keywords that are stored; [`super::Schema`] has a field for each.
const FACTS: [&str; 17] = [
    "$ref",
    "additionalProperties",
    "format",
    "items",
    "properties",
    "required",
    "type",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-group-version-kind",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-unions",
];

/// Keywords that restrict or explain a value, but do not change how it is read or written. Any other
/// extension (`x-…`) is such a keyword too.
const WITHOUT_EFFECT: [&str; 20] = [
    "default",
    "deprecated",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "title",
    "uniqueItems",
];

/// The keywords that were passed over, except descriptions.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    /// By keyword: in how many schemas it was, and the place of the first.
    keywords: BTreeMap<String, (usize, String)>,
}

impl PassedOver {
    /// Returns one line per keyword.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.keywords.iter().map(|(keyword, (count, place))| {
            let where_ = match count {
                1 => format!("in {place}"),
                _ => format!("in {count} schemas, first in {place}"),
            };
            format!("passed over `{keyword}`, which does not change how a value is read: {where_}")
        })
    }

    fn add(&mut self, keyword: &str, place: &str) {
        let entry = self.keywords.entry(keyword.to_owned());
        entry.or_insert_with(|| (0, place.to_owned())).0 += 1;
    }
}

/// Reduces the schema at `place`, and every schema in it, to the keywords that are facts.
///
/// # Errors
///
/// Fails on a keyword that may change how a value is read.
pub(super) fn reduce(schema: &mut Value, place: &str, passed_over: &mut PassedOver) -> Result<()> {
    if !schema.is_object() {
        return Err(Failure::new(format!("{place}: `{schema}` is not a schema")).hint(UNSUPPORTED));
    }
    let Some(members) = schema.as_object_mut() else { return Ok(()) };
    members.remove("description");
    replace_all_of(members, place, passed_over)?;
    // Sorted, so that the first place does not depend on the order in the spec.
    let mut keywords: Vec<String> = members.keys().cloned().collect();
    keywords.sort();
    for keyword in keywords.iter().map(String::as_str) {
        if FACTS.contains(&keyword) {
            continue;
        }
        if !WITHOUT_EFFECT.contains(&keyword) && !keyword.starts_with("x-") {
            return Err(unsupported(place, keyword));
        }
        members.remove(keyword);
        passed_over.add(keyword, place);
    }
    for keyword in ["type", "format"] {
        if let Some(value) = members.get(keyword).filter(|value| !value.is_string()) {
            let what = format!("{place}: the {keyword} `{value}` is not supported");
            return Err(Failure::new(what).hint(UNSUPPORTED));
        }
    }
    for (keyword, part) in [("items", "its items"), ("additionalProperties", "its values")] {
        if let Some(inner) = members.get_mut(keyword) {
            reduce(inner, &format!("{place}, {part}"), passed_over)?;
        }
    }
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        let mut sorted: Vec<_> = properties.iter_mut().collect();
        sorted.sort_by_key(|(name, _)| *name);
        for (name, property) in sorted {
            reduce(property, &format!("{place}, property {name}"), passed_over)?;
        }
    }
    Ok(())
}

/// Replaces an `allOf` that only wraps one `$ref`, so that other keywords can stand beside it.
fn replace_all_of(
    members: &mut Map<String, Value>,
    place: &str,
    passed_over: &mut PassedOver,
) -> Result<()> {
    let Some(mut parts) = members.remove("allOf") else { return Ok(()) };
    let [part] = parts.as_array_mut().map_or(&mut [][..], Vec::as_mut_slice) else {
        return Err(unsupported(place, "allOf"));
    };
    reduce(part, &format!("{place}, allOf"), passed_over)?;
    let reference = part.as_object().filter(|part| part.len() == 1).and_then(|p| p.get("$ref"));
    let other_shape = ["$ref", "additionalProperties", "format", "items", "properties", "type"];
    match reference {
        Some(reference) if !other_shape.iter().any(|keyword| members.contains_key(*keyword)) => {
            members.insert("$ref".to_owned(), reference.clone());
            Ok(())
        }
        _ => Err(unsupported(place, "allOf")),
    }
}

fn unsupported(place: &str, keyword: &str) -> Failure {
    Failure::new(format!(
        "{place}: the keyword `{keyword}` may change how a value is read, and is not supported"
    ))
    .hint(UNSUPPORTED)
}

const UNSUPPORTED: &str = "add support for it in crates/codegen/src/facts";
