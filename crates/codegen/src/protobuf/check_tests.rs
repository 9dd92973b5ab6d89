//! Tests of the check on small facts, and on those of every pinned release.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::facts::Wire;
use crate::pins::Pins;
use crate::protobuf::explained::{Explained, Explanation, TABLE, explain};

fn facts(release: &str, definitions: &Value) -> Facts {
    let facts =
        json!({"release": release, "paths": 0, "definitions": definitions, "resources": []});
    serde_json::from_value(facts).unwrap()
}

/// Returns definitions in which nothing is wrong.
fn sound() -> Value {
    json!({
        "io.k8s.api.core.v1.Pod": {
            "properties": {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "name": {"type": "string", "protobuf": "1 string"},
                "data": {
                    "type": "object",
                    "additionalProperties": {"type": "string", "format": "byte"},
                    "protobuf": "2 map<string, bytes>",
                },
                "extra": {
                    "type": "array", "items": {"type": "string"},
                    "protobuf": "3 {1 repeated string}",
                },
                "times": {
                    "type": "array", "items": {"$ref": "io.k8s.apimachinery.pkg.apis.meta.v1.Time"},
                    "protobuf": "4.1 repeated message",
                },
                "port": {"type": "integer", "format": "int32", "protobuf": "5 int32"},
            },
            "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
        },
        "io.k8s.apimachinery.pkg.apis.meta.v1.Time": {
            "type": "string", "format": "date-time",
            "message": {"seconds": "1 int64", "nanos": "2 int32"},
        },
        "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": {"type": "object", "message": {}},
        "io.k8s.apimachinery.pkg.version.Info": {"properties": {"major": {"type": "string"}}},
    })
}

fn checked(definitions: &Value) -> Result<Vec<String>> {
    check(&facts("1.36", definitions), || panic!("no explanation needs the previous release"))
}

#[test]
fn what_agrees_or_is_explained_is_no_error() {
    let lines = checked(&sound()).unwrap();
    assert_eq!(
        lines,
        ["JSON and protobuf differ in one place: API servers tell their version in JSON only"]
    );
}

#[test]
fn each_mismatch_is_an_error_that_names_its_place() {
    const POD: &str = "/io.k8s.api.core.v1.Pod";
    const TIME: &str = "/io.k8s.apimachinery.pkg.apis.meta.v1.Time";
    let property = |name: &str| format!("{POD}/properties/{name}");
    let (string, missing) = (json!({"type": "string"}), Value::Null);
    for (place, value, part) in [
        (TIME.to_owned(), string.clone(), "meta.v1.Time: it has no message"),
        (format!("{TIME}/message"), json!({}), "`nanos 2 int32, seconds 1 int64` is expected"),
        (
            format!("{TIME}/message/nanos"),
            json!("3 int32"),
            "`nanos 3 int32, seconds 1 int64`, where",
        ),
        (
            "/io.k8s.apimachinery.pkg.apis.meta.v1.Patch/message".to_owned(),
            json!({"x": "1 bool"}),
            "meta.v1.Patch: the fields of its message are `x 1 bool`",
        ),
        (property("name"), string.clone(), "v1.Pod, property name: its message has no such field"),
        (
            format!("{POD}/x-kubernetes-group-version-kind"),
            missing,
            "v1.Pod, property kind: its message has no such field",
        ),
        (
            format!("{POD}/message"),
            json!({"source.new": "4.2 string"}),
            "v1.Pod: no property stands for the field source.new of its message",
        ),
        (property("name/protobuf"), json!("1 bytes"), "JSON has String, but protobuf `1 bytes`"),
        (property("name/protobuf"), json!("1 message"), "JSON has String, but"),
        (property("name/protobuf"), json!("1 repeated string"), "property name: JSON has String"),
        (property("port/protobuf"), json!("5 int64"), "JSON has Int32, but protobuf `5 int64`"),
        (property("data/protobuf"), json!("2 map<string, string>"), "property data: JSON has Map"),
        (property("data/protobuf"), json!("2 map<int32, bytes>"), "property data: JSON has Map"),
        (property("extra/protobuf"), json!("3 {1 string}"), "property extra: JSON has List"),
        (
            property("times/protobuf"),
            json!("4.1 repeated message io.k8s.api.core.v1.Pod"),
            "property times: JSON has List",
        ),
        (
            property("times/items/$ref"),
            json!("io.k8s.apimachinery.pkg.version.Info"),
            "property times: JSON has List",
        ),
    ] {
        let mut definitions = sound();
        let (parent, key) = place.rsplit_once('/').unwrap();
        let parent = definitions.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(key).unwrap();
        } else {
            parent.insert(key.to_owned(), value);
        }
        let error = checked(&definitions).unwrap_err().to_string();
        assert!(error.contains(part), "{part} is not in {error}");
        assert!(error.contains("definition io.k8s.") && error.contains("explained.rs"), "{error}");
    }
}

#[test]
fn many_mismatches_are_counted() {
    let property = |index| (format!("p{index:02}"), json!({"type": "string"}));
    let mut definitions = sound();
    let properties = &mut definitions["io.k8s.api.core.v1.Pod"]["properties"];
    properties.as_object_mut().unwrap().extend((0..25).map(property));
    let error = checked(&definitions).unwrap_err().to_string();
    assert!(error.contains("property p19:") && error.contains("and 5 more"), "{error}");
    assert!(!error.contains("property p20:"), "{error}");
}

#[test]
fn explanation_that_is_not_needed_is_an_error() {
    let mut definitions = sound();
    let info = "/io.k8s.apimachinery.pkg.version.Info/properties/major";
    definitions.pointer_mut(info).unwrap()["protobuf"] = "1 string".into();
    let error = checked(&definitions).unwrap_err().to_string();
    for part in ["no longer differ in definition", "version.Info", "in JSON only", "explained.rs"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}

#[test]
fn explanations_cover_what_they_name_and_only_in_their_releases() {
    let pod = "io.k8s.api.core.v1.Pod";
    let mut definitions = sound();
    let properties = definitions[pod]["properties"].as_object_mut().unwrap();
    properties.insert("new".to_owned(), json!({"type": "string"}));
    definitions[pod]["message"] = json!({"old": "9 string"});
    definitions["io.k8s.api.new.v1.A"] = json!({"properties": {"x": {"type": "string"}}});
    let table = |first, what| [Explanation { first, last: Some(37), what, why: "because" }];
    let rest = |release: &str, table: &[Explanation], previous: Option<Value>| {
        let facts = facts(release, &definitions);
        let previous = || Ok(previous.map(|definitions| self::facts("1.36", &definitions)));
        let (rest, lines) = explain(table, &facts, mismatches(&facts), previous)?;
        Ok::<_, Failure>((rest.len(), lines))
    };
    let one = vec!["JSON and protobuf differ in one place: because".to_owned()];
    let two = vec!["JSON and protobuf differ in 2 places: because".to_owned()];
    // `new`, `old`, `A` and `Info`.
    assert_eq!(rest("1.37", &[], None).unwrap(), (4, vec![]));
    let new = || table(37, Explained::NewInJson);
    assert_eq!(rest("1.37", &new(), Some(sound())).unwrap(), (2, two));
    assert!(rest("1.37", &new(), Some(definitions.clone())).is_err());
    assert!(rest("1.37", &new(), None).is_err());
    for release in ["1.36", "1.38"] {
        assert_eq!(rest(release, &new(), Some(sound())).unwrap(), (4, vec![]), "{release}");
    }
    let old = |field| table(36, Explained::NoProperty(&["io.k8s.api.core.v1.Pod"], field));
    assert_eq!(rest("1.37", &old("old"), None).unwrap(), (3, one));
    assert!(rest("1.37", &old("name"), None).is_err());
}

fn committed() -> Vec<Facts> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let pins = Pins::read(root).unwrap();
    let facts: Vec<Facts> =
        pins.releases.iter().map(|pin| pins.facts(root, pin.release).unwrap()).collect();
    assert!(!facts.is_empty());
    for (index, of) in facts.iter().enumerate() {
        let previous = || Ok(index.checked_sub(1).map(|previous| facts[previous].clone()));
        check(of, previous).unwrap_or_else(|failure| panic!("{}: {failure}", of.release));
    }
    let newest = facts.last().unwrap();
    for Explanation { last, what, .. } in TABLE {
        if let (None, Explained::NoMessage(definition)) = (last, what) {
            assert!(newest.definitions.contains_key(*definition), "{definition} is gone");
        }
    }
    facts
}

#[test]
fn every_release_agrees_and_no_number_ever_changes() {
    let mut known: BTreeMap<(String, String), Wire> = BTreeMap::new();
    for facts in committed() {
        // Nearly all properties have a number.
        let properties: usize = facts.definitions.values().map(|d| d.properties.len()).sum();
        assert!(facts.numbers() * 5 > properties * 4, "{}", facts.release);
        for (definition, schema) in &facts.definitions {
            for (property, schema) in &schema.properties {
                let Some(wire) = &schema.protobuf else { continue };
                let key = (definition.clone(), property.clone());
                let before = known.entry(key).or_insert_with(|| wire.clone());
                assert_eq!(before, wire, "{}: {definition}, property {property}", facts.release);
            }
        }
    }
}

#[test]
fn messages_that_json_inlines_are_found_in_every_release() {
    for facts in committed() {
        for (definition, property, wire) in [
            ("core.v1.Volume", "name", "1 string"),
            ("core.v1.Volume", "configMap", "2.19 message"),
            ("core.v1.PersistentVolumeSpec", "hostPath", "2.3 message"),
            ("core.v1.PersistentVolumeSpec", "accessModes", "3 repeated string"),
            ("core.v1.Probe", "httpGet", "1.2 message"),
            ("core.v1.EphemeralContainer", "image", "1.2 string"),
            ("core.v1.EphemeralContainer", "targetContainerName", "2 string"),
            ("core.v1.ConfigMapKeySelector", "name", "1.1 string"),
            ("core.v1.Secret", "data", "2 map<string, bytes>"),
            ("core.v1.ResourceRequirements", "limits", "1 map<string, message>"),
            ("core.v1.Event", "firstTimestamp", "6 message"),
            ("admissionregistration.v1.RuleWithOperations", "apiGroups", "2.1 repeated string"),
            (
                "authorization.v1.SubjectAccessReviewSpec",
                "extra",
                "5 map<string, {1 repeated string}>",
            ),
        ] {
            let schema = &facts.definitions[&format!("io.k8s.api.{definition}")];
            let found = schema.properties[property].protobuf.as_ref().map(ToString::to_string);
            let place = format!("{}: {definition}, {property}", facts.release);
            assert_eq!(found.as_deref(), Some(wire), "{place}");
        }
    }
}
