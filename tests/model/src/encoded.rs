//! Random objects in JSON and as the embedded API server encodes them in protobuf: both decode to the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use embedded_apiserver::protobuf;
use fastrand::Rng;
use serde_json::{Map, Value, json};
use watchable_core::protobuf::Envelope;

use crate::both_wires::compare;
use crate::compare::{first_difference, truncated};
use crate::facts::Facts;
use crate::random::{Mode, value};
use crate::round_trip::seed;
use crate::shrink::shrink;
use crate::typed::Type;

/// How the objects of each kind are generated. Distinct values come first: none of them is a zero.
const MODES: [Mode; 4] = [Mode::Full, Mode::Some, Mode::Some, Mode::Empty];
/// How often the encoding of each object is damaged.
const DAMAGES: usize = 6;
const MAX_REPORTED: usize = 8;

/// Checks for each kind that the types decode random objects the same from JSON and from protobuf, that these decode to
/// the JSON that they were encoded from, and that damaged ones do no harm.
///
/// # Panics
///
/// Panics if a kind does not. The message has the release, the kind, the path, the object and the seed.
pub fn decode_random_objects_from_both_wires(release: &str, types: &[Type]) {
    let facts = Facts::read(release);
    let spec = Facts::text_of(release);
    let minor: u32 = release.split_once('.').expect("a release").1.parse().expect("a number");
    let types: BTreeMap<&str, &Type> = types.iter().map(|of| (of.definition, of)).collect();
    let (mut failures, mut failed, mut kinds) = (String::new(), 0, 0);
    for ([group, version, kind], definition) in facts.kinds() {
        let slash = if group.is_empty() { "" } else { "/" };
        let api_version = format!("{group}{slash}{version}");
        let schema = &spec["definitions"][definition];
        let properties = schema["properties"].as_object().into_iter().flatten();
        let has_message = properties.filter(|(_, of)| of["protobuf"].is_string()).count() > 0;
        // A WatchEvent has no type, and is in no envelope. Of few kinds no .proto file was at hand.
        if schema["properties"]["kind"].is_null() || !has_message {
            assert!(
                kind == "WatchEvent"
                    || protobuf::encode(&json!({"apiVersion": api_version, "kind": kind}), minor)
                        .is_none()
            );
            continue;
        }
        kinds += 1;
        for (number, mode) in MODES.into_iter().enumerate() {
            let seed = seed(release, &format!("{api_version}/{kind}"), number);
            let random = value(&facts, &facts.definitions[definition], mode, seed);
            let check = |random: &Value| {
                let mut object = in_protobuf(&spec, definition, random);
                object["apiVersion"] = api_version.as_str().into();
                object["kind"] = kind.as_str().into();
                check(types[definition], &object, minor)
            };
            match check(&random) {
                Ok(bytes) => damage(types[definition], &bytes, seed),
                Err(failure) if failed < MAX_REPORTED => {
                    failed += 1;
                    let small = shrink(random, &|random| check(random).is_err());
                    let still = check(&small).err().unwrap_or(failure);
                    let _ = writeln!(
                        failures,
                        "{release} {kind} of {api_version}, {mode:?}, seed {seed:#x}\n  {still}\n  of {}",
                        truncated(&small)
                    );
                }
                Err(_) => failed += 1,
            }
        }
    }
    assert!(kinds > 100, "{release} has only {kinds} kinds");
    assert!(failed == 0, "{failed} objects differ:\n{failures}");
}

/// Returns the encoding of an object, if it decodes to the same as its JSON.
fn check(type_: &Type, object: &Value, minor: u32) -> Result<Vec<u8>, String> {
    let bytes = protobuf::encode(object, minor).ok_or("it has no message")?;
    compare(type_, object, &bytes).map_err(|failure| format!("decoded by its type: {failure}"))?;
    let decoded = protobuf::decode(&bytes).map_err(|error| error.to_string())?;
    match first_difference(&without_zeros(object), &without_zeros(&decoded)) {
        None => Ok(bytes),
        Some(difference) => Err(format!("decoded to JSON: {difference}")),
    }
}

/// Decodes truncated and damaged encodings: what is truncated within a field is an error, and nothing panics.
fn damage(type_: &Type, bytes: &[u8], seed: u64) {
    let mut random = Rng::with_seed(seed);
    let message = Envelope::open(bytes).expect("an envelope").message;
    for _ in 0..DAMAGES {
        let truncated = &message[..random.usize(0..=message.len())];
        let is_whole = ends_between_fields(truncated);
        assert_eq!(type_.encode_protobuf_as_json(truncated).is_ok(), is_whole, "seed {seed:#x}");
        assert!(protobuf::decode(&bytes[..random.usize(0..4)]).is_err());
        let _ = protobuf::decode(&bytes[..random.usize(0..=bytes.len())]);
        let mut damaged = bytes.to_vec();
        for _ in 0..random.usize(1..4) {
            let place = random.usize(0..damaged.len());
            damaged[place] = random.u8(..);
        }
        if let Err(error) = protobuf::decode(&damaged) {
            assert!(!error.to_string().is_empty());
        }
        if let Ok(envelope) = Envelope::open(&damaged)
            && let Err(error) = type_.encode_protobuf_as_json(envelope.message)
        {
            assert!(!error.is_empty());
        }
    }
}

/// Returns whether a part of a message consists of whole fields.
fn ends_between_fields(mut message: &[u8]) -> bool {
    fn varint(message: &mut &[u8]) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = message.split_first()?;
            *message = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(number)
    }
    while !message.is_empty() {
        let skipped = varint(&mut message).and_then(|key| match key & 7 {
            0 => varint(&mut message).map(|_| 0),
            1 => Some(8),
            _ => varint(&mut message).and_then(|length| usize::try_from(length).ok()),
        });
        match skipped.and_then(|length| message.get(length..)) {
            Some(rest) => message = rest,
            None => return false,
        }
    }
    true
}

/// Returns the part of a value of a definition that protobuf has a place for, as Go writes it, by `spec` alone: no
/// `apiVersion` and `kind` but in its envelope, no optional zero that JSON omits but those that it never does, and whole
/// seconds and microseconds.
fn in_protobuf(spec: &Value, definition: &str, value: &Value) -> Value {
    let schema = &spec["definitions"][definition];
    let message = &schema["message"];
    match (definition.rsplit('.').next().unwrap_or_default(), value) {
        ("Time" | "MicroTime", Value::String(text)) => time(text, definition.ends_with(".Time")),
        (name, value) if name.starts_with("JSONSchemaPropsOr") => {
            let (package, _) = definition.rsplit_once('.').expect("a package");
            let schema = format!("{package}.JSONSchemaProps");
            match value {
                Value::Object(_) => in_protobuf(spec, &schema, value),
                Value::Array(items) => items
                    .iter()
                    .map(|item| match item {
                        Value::Object(_) => in_protobuf(spec, &schema, item),
                        item => item.clone(),
                    })
                    .collect(),
                value => value.clone(),
            }
        }
        _ if message.as_object().is_some_and(Map::is_empty) => Value::Object(Map::new()),
        (_, Value::Object(members)) if schema["properties"].is_object() => {
            let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
            let members = members.iter().filter_map(|(name, value)| {
                let property = &schema["properties"][name];
                let is_required = required.iter().any(|required| required == name);
                let value = property_in_protobuf(spec, property, value, is_required)?;
                Some((name.clone(), value))
            });
            let mut members: Map<String, Value> = members.collect();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if property["protobuf"].as_str().is_some_and(|wire| wire.ends_with(" always")) {
                    let is_text = property["type"] == "string";
                    let zero = || if is_text { "".into() } else { 0.into() };
                    members.entry(name).or_insert_with(zero);
                }
            }
            Value::Object(members)
        }
        _ => value.clone(),
    }
}

fn property_in_protobuf(
    spec: &Value,
    property: &Value,
    value: &Value,
    is_required: bool,
) -> Option<Value> {
    let wire = property["protobuf"].as_str()?;
    let keeps_zero = is_required || wire.ends_with(" pointer") || wire.ends_with(" always");
    let is_zero = match value {
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    let is_scalar = property["$ref"].is_null();
    if is_zero && is_scalar && !keeps_zero {
        return None;
    }
    let value = values_in_protobuf(spec, property, value);
    // The zero time.
    if value.is_null() { None } else { Some(value) }
}

fn values_in_protobuf(spec: &Value, schema: &Value, value: &Value) -> Value {
    match value {
        Value::Array(items) if schema["items"].is_object() => {
            items.iter().map(|item| values_in_protobuf(spec, &schema["items"], item)).collect()
        }
        Value::Object(members) if schema["additionalProperties"].is_object() => {
            let values = &schema["additionalProperties"];
            let members = members.iter();
            members
                .map(|(key, value)| (key.clone(), values_in_protobuf(spec, values, value)))
                .collect()
        }
        value => match schema["$ref"].as_str() {
            Some(definition) => in_protobuf(spec, definition, value),
            None => value.clone(),
        },
    }
}

/// Returns a time without what is finer than a second or a microsecond, or null for Go's zero time.
fn time(text: &str, is_whole: bool) -> Value {
    let (seconds, fraction) = text
        .trim_end_matches('Z')
        .split_once('.')
        .unwrap_or_else(|| (text.trim_end_matches('Z'), ""));
    if seconds == "0001-01-01T00:00:00" {
        return Value::Null;
    }
    if is_whole {
        return format!("{seconds}Z").into();
    }
    format!("{seconds}.{:0<6}Z", &fraction[..fraction.len().min(6)]).into()
}

/// Removes zeros, which Go writes of required fields that were absent; and empty lists and maps, which protobuf does not
/// have; and so what is only made of them.
fn without_zeros(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), without_zeros(value)));
            members.filter(|(_, value)| !is_zero(value)).collect()
        }
        Value::Array(items) => items.iter().map(without_zeros).collect(),
        value => value.clone(),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(value) => !value,
        Value::Null => true,
    }
}
