//! Objects in JSON and in protobuf: what decodes from one equals what decodes from the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;
use watchable_core::protobuf::Envelope;

use crate::compare::first_difference;
use crate::facts::Facts;
use crate::in_repository;
use crate::recorded::{entries, kind};
use crate::typed::Type;

const FOLDER: &str = "tests/data/both_wires";

/// A line of a file.
#[derive(Deserialize)]
struct Pair {
    json: Value,
    /// In base64.
    protobuf: String,
}

/// Returns the objects that a release's types decode differently. Kinds that the release lacks are skipped.
pub(crate) fn failures(release: &str, facts: &Facts, types: &BTreeMap<&str, &Type>) -> Vec<String> {
    let mut failures = Vec::new();
    let mut kinds = BTreeSet::new();
    for file in entries(FOLDER) {
        let bytes = File::open(in_repository(&format!("{FOLDER}/{file}"))).expect("a file");
        for (number, line) in BufReader::new(GzDecoder::new(bytes)).lines().enumerate() {
            let pair: Pair = serde_json::from_str(&line.expect("a text")).expect("a pair");
            let [group, version, kind] = kind(&pair.json);
            let Some(definition) = facts.kind(&group, &version, &kind) else { continue };
            let protobuf = STANDARD.decode(&pair.protobuf).expect("base64");
            if let Err(failure) = compare(types[definition], &pair.json, &protobuf) {
                let place = format!("both_wires/{file}:{}", number + 1);
                failures.push(format!("{release} decodes {kind} of {place}: {failure}"));
            }
            kinds.insert(definition);
        }
    }
    assert!(kinds.len() > 100, "{release} decodes only {} kinds from both wires", kinds.len());
    failures
}

/// Checks that a type decodes the same from both.
pub(crate) fn compare(type_: &Type, json: &Value, protobuf: &[u8]) -> Result<(), String> {
    let envelope = Envelope::open(protobuf).map_err(|error| error.to_string())?;
    let mut from_json = value(&type_.round_trip(&json.to_string())?);
    // They are in the envelope.
    for (name, found) in [("apiVersion", envelope.api_version), ("kind", envelope.kind)] {
        let name = from_json.as_object_mut().and_then(|object| object.remove(name));
        if name.as_ref().and_then(Value::as_str) != Some(found) {
            return Err(format!("the envelope has {found:?} for {name:?}"));
        }
    }
    remove_types_of_templates(&mut from_json);
    let from_protobuf = value(&type_.encode_protobuf_as_json(envelope.message)?);
    first_difference(&from_json, &from_protobuf)
        .map_or(Ok(()), |difference| Err(difference.to_string()))
}

/// Removes what protobuf does not have: servers since 1.18 add `apiVersion` and `kind` to the volume claims in a
/// `StatefulSet`, where no message has a place for them. Go's clients miss them in protobuf, too.
fn remove_types_of_templates(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let templates = members.get_mut("volumeClaimTemplates").and_then(Value::as_array_mut);
            for template in templates.into_iter().flatten().filter_map(Value::as_object_mut) {
                template.retain(|name, _| name != "apiVersion" && name != "kind");
            }
            members.values_mut().for_each(remove_types_of_templates);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_types_of_templates),
        _ => {}
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("types encode JSON")
}
