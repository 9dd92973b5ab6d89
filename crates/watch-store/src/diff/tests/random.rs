//! Random objects, and random changes of objects.

use fastrand::Rng;
use serde_json::{Map, Number};

use super::*;

/// Names of fields with every kind of list, map and value that the table has, and some that are in no table.
const NAMES: [&str; 24] = [
    "metadata",
    "spec",
    "status",
    "containers",
    "env",
    "ports",
    "volumes",
    "conditions",
    "limits",
    "finalizers",
    "labels",
    "annotations",
    "ownerReferences",
    "data",
    "stringData",
    "items",
    "name",
    "type",
    "containerPort",
    "protocol",
    "a.b/c",
    "d~e",
    "",
    "template",
];
const KINDS: [(&str, &str); 6] = [
    ("v1", "Pod"),
    ("v1", "Secret"),
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("v1", "List"),
    ("example.com/v1", "Backup"),
];
/// What no text may show: `with_markers` writes it where secrets are.
pub(super) const MARKER: &str = "not-for-the-eye";

/// Returns a random object, mostly of a kind.
pub(crate) fn object(random: &mut Rng) -> Value {
    let mut object = members(random, 0);
    if random.u8(..) > 20 {
        let (api_version, kind) = KINDS[random.usize(..KINDS.len())];
        object.insert("apiVersion".to_owned(), api_version.into());
        object.insert("kind".to_owned(), kind.into());
    }
    Value::Object(object)
}

fn members(random: &mut Rng, depth: usize) -> Map<String, Value> {
    let count = random.usize(0..6);
    let members = (0..count).map(|_| {
        let name = NAMES[random.usize(..NAMES.len())];
        (name.to_owned(), value(random, depth + 1))
    });
    members.collect()
}

fn value(random: &mut Rng, depth: usize) -> Value {
    match random.u8(0..if depth > 5 { 6 } else { 12 }) {
        0..6 => scalar(random),
        6 | 7 => Value::Object(members(random, depth)),
        8 if random.bool() => object(random),
        _ => {
            let is_list_of_objects = random.bool();
            let items = (0..random.usize(0..6))
                .map(|_| if is_list_of_objects { item(random, depth) } else { scalar(random) });
            items.collect()
        }
    }
}

/// An item of a list, with keys that occur more than once, or are absent.
fn item(random: &mut Rng, depth: usize) -> Value {
    let mut item = members(random, depth + 2);
    for key in ["name", "type", "containerPort", "protocol", "uid"] {
        if random.bool() {
            item.insert(key.to_owned(), ["a", "b", "c", "d"][random.usize(..4)].into());
        }
    }
    Value::Object(item)
}

fn scalar(random: &mut Rng) -> Value {
    match random.u8(0..12) {
        0 => Value::Null,
        1 => random.bool().into(),
        2 => random.i8(-2..3).into(),
        3 => Number::from_f64(f64::from(random.i8(-4..5)) / 2.0).into(),
        4 => [u64::MAX, 9_007_199_254_740_993][random.usize(..2)].into(),
        5 => "".into(),
        6 => "line\none\u{2028}".into(),
        7 => ["1", "1000m", "1Gi", "2026-11-22T13:35:49Z"][random.usize(..4)].into(),
        _ => ["a", "b", "c", "d", "Secret"][random.usize(..5)].into(),
    }
}

/// Returns an object with some changes at random places.
pub(crate) fn mutate(object: &Value, random: &mut Rng) -> Value {
    let mut object = object.clone();
    for _ in 0..random.usize(1..5) {
        change(&mut object, random, 0);
    }
    object
}

fn change(value: &mut Value, random: &mut Rng, depth: usize) {
    let descends = depth == 0 || random.u8(0..4) > 0;
    match value {
        Value::Object(members) if descends && !members.is_empty() => {
            let index = random.usize(..members.len());
            let name = members.keys().nth(index).cloned().unwrap_or_default();
            match random.u8(0..6) {
                0 => drop(members.remove(&name)),
                1 => {
                    let name = NAMES[random.usize(..NAMES.len())];
                    members.insert(name.to_owned(), self::value(random, depth + 1));
                }
                _ => change(&mut members[&name], random, depth + 1),
            }
        }
        Value::Array(items) if descends && !items.is_empty() => {
            let index = random.usize(..items.len());
            match random.u8(0..8) {
                0 => drop(items.remove(index)),
                1 => items.insert(index, items[index].clone()),
                2 => random.shuffle(items),
                3 => items.swap(0, index),
                4 => items.insert(index, item(random, depth)),
                _ => change(&mut items[index], random, depth + 1),
            }
        }
        value if depth > 0 => *value = self::value(random, depth),
        _ => {}
    }
}

/// Writes markers where Secrets have values. The object becomes a Secret, or contains one.
pub(super) fn with_markers(object: &Value, random: &mut Rng) -> Value {
    let text = || format!("{MARKER}-");
    let mut number = || Value::from(format!("{}{}", text(), random.u8(0..3)));
    let mut object = object.clone();
    let members = object.as_object_mut().expect("an object");
    let data = json!({"password": number(), "token": number()});
    let copy = format!(r#"{{"kind":"Secret","data":{data}}}"#);
    let annotations = json!({"kubectl.kubernetes.io/last-applied-configuration": copy});
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "data": data, "stringData": {"x": number()},
        "metadata": {"name": "s", "annotations": annotations},
    });
    match secret {
        Value::Object(secret) if members.get("kind") == Some(&"Secret".into()) => {
            members.extend(secret);
        }
        secret => {
            members.insert("embedded".to_owned(), json!([{"name": "x", "of": [secret]}]));
            members.insert("metadata".to_owned(), json!({"annotations": annotations}));
        }
    }
    object
}
