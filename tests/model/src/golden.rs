//! Kubernetes' own test objects: what comes out is what went in.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::compare::first_loss;
use crate::facts::Facts;
use crate::in_repository;
use crate::recorded::{entries, kind};
use crate::round_trip::round_trip;
use crate::typed::Type;

const FOLDER: &str = "tests/data/golden";

/// The first minor release that has every property of the objects, except for `ABSENT`.
const COMPLETE: u32 = 36;

/// Properties that no release since then has, because they were removed or are not published yet.
const ABSENT: [&str; 6] = [
    "clusterName",
    "fields",
    "selectionStrategy",
    "skipNodeOperations",
    "topologyKeys",
    "userAgent",
];

/// Returns the objects that a release's types do not round-trip. Kinds that the release lacks are skipped.
pub(crate) fn failures(release: &str, facts: &Facts, types: &BTreeMap<&str, &Type>) -> Vec<String> {
    let minor: u32 = release.split_once('.').expect("a release").1.parse().expect("a number");
    let mut failures = Vec::new();
    let mut read = 0;
    for file in entries(FOLDER) {
        let text = fs::read_to_string(in_repository(&format!("{FOLDER}/{file}"))).expect("a text");
        let object: Value = serde_json::from_str(&text).expect("JSON");
        let [group, version, kind] = kind(&object);
        let Some(definition) = facts.kind(&group, &version, &kind) else { continue };
        read += 1;
        let (type_, shape) = (types[definition], &facts.definitions[definition]);
        let result = round_trip(facts, type_, shape, &text, &object)
            .and_then(|()| if minor < COMPLETE { Ok(()) } else { loses_nothing(type_, object) });
        if let Err(failure) = result {
            failures.push(format!("{release} decodes golden/{file}: {failure}"));
        }
    }
    assert!(
        read > if minor < COMPLETE { 12 } else { 25 },
        "{release} decodes only {read} golden objects"
    );
    failures
}

fn loses_nothing(type_: &Type, mut object: Value) -> Result<(), String> {
    let output = type_.round_trip(&object.to_string())?;
    let output = serde_json::from_str(&output).map_err(|error| error.to_string())?;
    remove_absent(&mut object);
    first_loss(&object, &output).map_or(Ok(()), |difference| Err(format!("lost: {difference}")))
}

fn remove_absent(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !ABSENT.contains(&name.as_str()));
            members.values_mut().for_each(remove_absent);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_absent),
        _ => {}
    }
}
