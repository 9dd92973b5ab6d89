//! Differences of random objects of every kind: their patches give the new object. And of every list with keys.

use std::collections::{BTreeMap, VecDeque};

use fastrand::Rng;
use serde_json::{Map, Value, json};
use watch_store::{Diff, DiffOptions};

use crate::compare::{first_difference, truncated};
use crate::facts::Facts;
use crate::random::{Mode, value};
use crate::round_trip::seed;

/// How the two objects of a pair are generated. With `None`, the new one is a mixture of the old one and another.
const PAIRS: [(Mode, Option<Mode>); 6] = [
    (Mode::Full, None),
    (Mode::Some, None),
    (Mode::Nulls, None),
    (Mode::Unknown, Some(Mode::Some)),
    (Mode::Empty, Some(Mode::Full)),
    (Mode::Full, Some(Mode::Empty)),
];

/// Checks that the patches of the difference of two random objects of each kind of a release, applied to the old object,
/// give the new one.
///
/// # Panics
///
/// Panics if they do not. The message has the kind, the path, the patch and the seed.
pub fn diff_random_objects(release: &str) {
    let facts = Facts::read(release);
    let mut kinds = 0;
    for ([group, version, kind], definition) in facts.kinds() {
        kinds += 1;
        let type_ = type_meta(group, version, kind);
        for (number, (old, new)) in PAIRS.into_iter().enumerate() {
            let seed = seed(release, definition, number);
            let object = |mode, seed| {
                let mut object = value(&facts, &facts.definitions[definition], mode, seed);
                object.as_object_mut().expect("an object").extend(type_.clone());
                object
            };
            let before = object(old, seed);
            let mut after = object(new.unwrap_or(Mode::Some), seed + 1);
            if new.is_none() {
                after = mix(&before, &after, &mut Rng::with_seed(seed));
            }
            if let Err(failure) = check(&before, &after) {
                panic!("{release} {kind} of {group}/{version}, seed {seed:#x}: {failure}");
            }
        }
    }
    assert!(kinds > 100, "{release} has only {kinds} kinds");
}

fn type_meta(group: &str, version: &str, kind: &str) -> Map<String, Value> {
    let slash = if group.is_empty() { "" } else { "/" };
    let api_version = format!("{group}{slash}{version}");
    let type_ = json!({"apiVersion": api_version, "kind": kind});
    type_.as_object().expect("an object").clone()
}

/// Returns an object with members and items of both.
fn mix(a: &Value, b: &Value, random: &mut Rng) -> Value {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            let members = names.filter_map(|name| {
                let value = match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => mix(a, b, random),
                    (one, other) if random.u8(0..4) > 0 => one.or(other)?.clone(),
                    _ => return None,
                };
                Some((name.clone(), value))
            });
            members.collect()
        }
        (Value::Array(a), Value::Array(b)) => {
            let mut items: Vec<Value> = a.iter().chain(b).cloned().collect();
            random.shuffle(&mut items);
            items.truncate(random.usize(0..=items.len()));
            items.into()
        }
        (a, b) => if random.bool() { a } else { b }.clone(),
    }
}

fn check(before: &Value, after: &Value) -> Result<(), String> {
    let options = DiffOptions::new().managed_fields(true).resource_version(true).generation(true);
    let diff = options.between(before, after).map_err(|error| error.to_string())?;
    let expected = without_nulls(after);
    let patch = diff.to_json_patch();
    let operations: json_patch::Patch = serde_json::from_value(patch.clone().into_value())
        .map_err(|error| format!("{patch:?}: {error}"))?;
    let mut found = before.clone();
    json_patch::patch(&mut found, &operations).map_err(|error| format!("{patch:?}: {error}"))?;
    if let Some(difference) = first_difference(&expected, &without_nulls(&found)) {
        return Err(format!("{difference} after {}", truncated(patch.as_value())));
    }
    let patch = diff.to_merge_patch();
    let mut found = before.clone();
    json_patch::merge(&mut found, patch.as_value());
    if let Some(difference) = first_difference(&expected, &without_nulls(&found)) {
        return Err(format!("{difference} after {}", truncated(patch.as_value())));
    }
    let is_same = first_difference(&without_nulls(before), &expected).is_none();
    if is_same != diff.is_empty() || diff.to_string().lines().count() != diff.len() {
        return Err(format!("has the changes {diff}"));
    }
    Ok(())
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name.clone(), without_nulls(value))).collect()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}

/// Checks, by the spec alone, that items of each list with keys are matched by them: of a release, which should be the
/// newest, since that decides.
///
/// # Panics
///
/// Panics if those of a list are not. The message has the kind and the path.
pub fn diff_lists_with_keys(release: &str) {
    let facts = Facts::read(release);
    let spec = Facts::text_of(release);
    let mut lists = BTreeMap::new();
    for ([group, version, kind], definition) in facts.kinds() {
        for (path, list) in keyed_lists(&spec, definition) {
            let keys = &list["x-kubernetes-list-map-keys"];
            let keys: Vec<&str> =
                keys.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let type_ = type_meta(group, version, kind);
            let line = difference_of_items(&type_, &path, &keys);
            let expected: Vec<_> =
                keys.iter().map(|key| format!("{key}={}", item(key, 1))).collect();
            let expected = format!("[{}].x: 1 → 2", expected.join(","));
            assert!(line.ends_with(&expected), "{kind} of {group}/{version}: {line}");
            lists.insert((definition.to_owned(), path), keys.len());
        }
    }
    assert!(lists.len() > 300, "{release} has only {} lists with keys", lists.len());
    assert!(lists.values().any(|keys| *keys > 2), "none of the lists has three keys");
}

/// Returns the line of the change of one of two items whose keys differ only in the last.
fn difference_of_items(type_: &Map<String, Value>, path: &[Step], keys: &[&str]) -> String {
    let object = |x: u32| {
        let member = |number: usize, x: u32| {
            let last = keys.len() - 1;
            let keys = keys.iter().enumerate().map(|(index, key)| {
                ((*key).to_owned(), item(key, if index < last { 1 } else { number }).into())
            });
            Value::Object(keys.chain([("x".to_owned(), x.into())]).collect())
        };
        // The other order, so that no position matches.
        let mut value = match x {
            1 => json!([member(1, 1), member(2, 0)]),
            _ => json!([member(2, 0), member(1, x)]),
        };
        for step in path.iter().rev() {
            value = match step {
                Step::Field(name) => json!({ name: value }),
                Step::Item => json!([value]),
                Step::Value => json!({"key": value}),
            };
        }
        let mut whole = type_.clone();
        whole.extend(value.as_object().expect("an object").clone());
        Value::Object(whole)
    };
    let (before, after) = (object(1), object(2));
    let diff = Diff::between(&before, &after).expect("objects of JSON");
    assert_eq!(diff.len(), 2, "the order and one item: {diff}");
    diff.changes()[1].to_string()
}

fn item(key: &str, number: usize) -> String {
    format!("{key}-{number}")
}

/// A step from an object to what it contains.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Field(String),
    Item,
    Value,
}

/// Returns the lists with keys of a definition and of those that it refers to, each definition once.
fn keyed_lists<'a>(spec: &'a Value, definition: &str) -> Vec<(Vec<Step>, &'a Value)> {
    let mut lists = Vec::new();
    let mut seen = vec![definition.to_owned()];
    let mut queue = VecDeque::from([(Vec::<Step>::new(), definition.to_owned())]);
    while let Some((path, definition)) = queue.pop_front() {
        let properties = &spec["definitions"][&definition]["properties"];
        for (name, property) in properties.as_object().into_iter().flatten() {
            let mut path = path.clone();
            path.push(Step::Field(name.clone()));
            if property["x-kubernetes-list-type"] == "map" {
                lists.push((path.clone(), property));
            }
            let mut inner = property;
            loop {
                let step = match (inner.get("items"), inner.get("additionalProperties")) {
                    (Some(items), _) => (Step::Item, items),
                    (None, Some(values)) => (Step::Value, values),
                    (None, None) => break,
                };
                path.push(step.0);
                inner = step.1;
            }
            let Some(reference) = inner["$ref"].as_str() else { continue };
            if !seen.iter().any(|seen| seen == reference) {
                seen.push(reference.to_owned());
                queue.push_back((path, reference.to_owned()));
            }
        }
    }
    lists
}
