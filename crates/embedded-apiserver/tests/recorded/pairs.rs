//! Objects and lists in both forms: Kubernetes' own test objects of three releases, and those of a real server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use embedded_apiserver::protobuf;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

use crate::{difference, in_repository, without_nulls};

#[derive(Deserialize)]
struct Pair {
    json: Value,
    /// In base64.
    protobuf: String,
}

/// The kinds, also in lists, that are not encoded as the same bytes, how many there are, and why.
const OTHER_BYTES: [(&str, &str, usize, &str); 3] = [
    ("recorded-1.20", "ControllerRevision", 2, "raw JSON has its white space, order and numbers"),
    ("recorded-1.20", "Lease", 4, "JSON has microseconds of a time that had nanoseconds"),
    ("recorded-1.20", "Service", 2, "managed fields of ports are in the order of their numbers"),
];

/// Checks the pairs of a file, whose server was of a release.
fn check(file: &str, minor: u32, least: usize) {
    let kinds = kinds(minor);
    let path = in_repository(&format!("tests/data/both_wires/{file}.jsonl.gz"));
    let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
    let (mut same, mut other) = (0, BTreeMap::<String, usize>::new());
    for line in lines {
        let pair: Pair = serde_json::from_str(&line.unwrap()).unwrap();
        let text = |name: &str| pair.json[name].as_str().unwrap_or_default();
        let kind = format!("{}/{}", text("apiVersion"), text("kind"));
        // Some test objects are of kinds that the release no longer has.
        if !kinds.contains(&kind) {
            continue;
        }
        let recorded = BASE64_STANDARD.decode(&pair.protobuf).unwrap();
        let encoded = protobuf::encode(&pair.json, minor).unwrap();
        let mut decoded = protobuf::decode(&recorded).unwrap();
        if encoded == recorded {
            same += 1;
        } else {
            let again = protobuf::decode(&encoded).unwrap();
            assert_eq!(difference(&decoded, &again), None, "{kind} of {file}");
            *other.entry(text("kind").trim_end_matches("List").to_owned()).or_default() += 1;
        }
        let mut json = pair.json.clone();
        remove_types_of_templates(&mut json);
        // It is neither in all lists of JSON nor ever in protobuf.
        decoded["apiVersion"] = json["apiVersion"].clone();
        let difference = difference(&without_nulls(&json), &without_nulls(&decoded));
        assert_eq!(difference, None, "{kind} of {file}");
    }
    let expected = OTHER_BYTES.iter().filter(|(of, ..)| *of == file);
    let expected: BTreeMap<_, _> =
        expected.map(|(_, kind, count, _)| ((*kind).to_owned(), *count)).collect();
    assert_eq!(other, expected, "{file} has other bytes");
    assert!(same >= least, "{file}: only {same} are the same bytes");
}

/// Returns the kinds of a release, as `apiVersion/Kind`.
fn kinds(minor: u32) -> BTreeSet<String> {
    let spec = fs::read_to_string(in_repository(&format!("spec/rel_1_{minor}.json"))).unwrap();
    let spec: Value = serde_json::from_str(&spec).unwrap();
    let definitions = spec["definitions"].as_object().unwrap().values();
    let kinds = definitions.filter_map(|of| of["x-kubernetes-group-version-kind"].as_array());
    let kinds = kinds.flatten().map(|kind| {
        let [group, version, kind] =
            ["group", "version", "kind"].map(|name| kind[name].as_str().unwrap());
        format!("{group}/{version}/{kind}").trim_start_matches('/').to_owned()
    });
    kinds.collect()
}

/// Removes what no message has a place for: the types of the volume claims in a `StatefulSet`.
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

#[test]
fn test_objects_of_1_20() {
    check("golden-1.20", 20, 91);
}

#[test]
fn test_objects_of_1_32() {
    check("golden-1.32", 32, 85);
}

#[test]
fn test_objects_of_1_36() {
    check("golden-1.36", 36, 100);
}

#[test]
fn objects_of_a_real_server() {
    check("recorded-1.20", 20, 307);
}
