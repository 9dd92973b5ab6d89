//! Tests of the completion, and of the table, on small facts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::pins::Pins;

const POD: &str = "io.k8s.api.core.v1.Pod";

fn facts(release: &str, properties: &Value, required: &[&str]) -> Facts {
    let definitions = json!({POD: {"properties": properties, "required": required}});
    let facts =
        json!({"release": release, "paths": 0, "definitions": definitions, "resources": []});
    serde_json::from_value(facts).unwrap()
}

/// Returns facts with two optional integers and a list, of which nothing is known.
fn unknown() -> Facts {
    facts(
        "1.36",
        &json!({
            "a": {"type": "integer", "protobuf": "1 int32 unknown"},
            "b": {"type": "integer", "protobuf": "2 int32 unknown"},
            "list": {"type": "array", "protobuf": "3 repeated int32"},
        }),
        &[],
    )
}

fn said(facts: &Facts) -> Vec<String> {
    let properties = facts.definitions[POD].properties.values();
    properties.map(|property| property.protobuf.as_ref().unwrap().to_string()).collect()
}

#[test]
fn unknown_zeros_are_filled_from_another_release_and_known_ones_stay() {
    let joined = facts(
        "1.36",
        &json!({
            "a": {"type": "integer", "protobuf": "1 int32 pointer"},
            "b": {"type": "integer", "protobuf": "2 int32 unknown"},
        }),
        &[],
    );
    let mut facts = unknown();
    assert!(any_unknown(&facts.definitions));
    assert_eq!(fill(&mut facts.definitions, &joined.definitions, &joined), 1);
    assert_eq!(said(&facts), ["1 int32 pointer", "2 int32 unknown", "3 repeated int32"]);
    // What is farther away does not replace what was nearer.
    let far = self::facts(
        "1.36",
        &json!({
            "a": {"type": "integer", "protobuf": "1 int32"},
            "b": {"type": "integer", "protobuf": "2 int32"},
        }),
        &[],
    );
    assert_eq!(fill(&mut facts.definitions, &far.definitions, &far), 1);
    assert_eq!(said(&facts), ["1 int32 pointer", "2 int32", "3 repeated int32"]);
    assert!(!any_unknown(&facts.definitions));
}

#[test]
fn release_that_requires_a_property_says_nothing_about_an_optional_one() {
    let known = json!({
        "a": {"type": "integer", "protobuf": "1 int32 always"},
        "b": {"type": "integer", "protobuf": "2 int32 always"},
    });
    let other = facts("1.37", &known, &["a"]);
    let mut facts = unknown();
    assert_eq!(fill(&mut facts.definitions, &other.definitions, &other), 1);
    assert_eq!(said(&facts)[..2], ["1 int32 unknown", "2 int32 always"]);
}

fn table(fields: &'static [&'static str]) -> [Explanation; 1] {
    [Explanation { first: 35, last: 36, why: "because", fields }]
}

#[test]
fn table_says_what_no_release_does_and_overrides_other_releases() {
    let own = unknown();
    let mut facts = unknown();
    let other =
        self::facts("1.36", &json!({"b": {"type": "integer", "protobuf": "2 int32 always"}}), &[]);
    fill(&mut facts.definitions, &other.definitions, &other);
    let table = table(&["core.v1.Pod a pointer", "core.v1.Pod b", "core.v1.Other c always"]);
    assert_eq!(explain_with(&table, &mut facts, &own.definitions).unwrap(), 2);
    assert_eq!(said(&facts)[..2], ["1 int32 pointer", "2 int32"]);
    check_with(&table, &facts).unwrap();
    // In other releases, it says nothing.
    let mut later = unknown();
    later.release = "1.37".parse().unwrap();
    assert_eq!(explain_with(&table, &mut later, &own.definitions).unwrap(), 0);
    check_with(&table, &later).unwrap();
}

#[test]
fn entry_that_is_not_needed_is_an_error() {
    let table = table(&["core.v1.Pod a,b pointer"]);
    let own = unknown();
    explain_with(&table, &mut unknown(), &own.definitions).unwrap();
    // Another release says the same.
    let mut facts = unknown();
    set(facts.definitions.get_mut(POD).unwrap().properties.get_mut("b").unwrap(), Zero::Pointer);
    let error = explain_with(&table, &mut facts, &own.definitions).unwrap_err().to_string();
    for part in ["v1.Pod, property b means", "because", "explained_zeros.rs"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    // The release's own files say something.
    let mut own = unknown().definitions;
    set(own.get_mut(POD).unwrap().properties.get_mut("b").unwrap(), Zero::Absent);
    let error = explain_with(&table, &mut unknown(), &own).unwrap_err().to_string();
    assert!(error.contains("property b means"), "{error}");
}

#[test]
fn facts_that_differ_from_the_table_are_an_error() {
    let facts = |a: &str, required: &[&str]| {
        facts("1.36", &json!({"a": {"type": "integer", "protobuf": a}}), required)
    };
    let table = table(&["core.v1.Pod a pointer"]);
    check_with(&table, &facts("1 int32 pointer", &[])).unwrap();
    for (a, required, part) in [
        ("1 int32", &[][..], "cargo xtask fetch 1.36"),
        (
            "1 int32 always",
            &[],
            "says otherwise what the zero of definition io.k8s.api.core.v1.Pod",
        ),
        ("1 repeated int32", &[], "no table needs to say"),
        ("1 int32 pointer", &["a"], "no table needs to say"),
    ] {
        let error = check_with(&table, &facts(a, required)).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("property a"), "{part} is not in {error}");
    }
    let other = [Explanation { fields: &["core.v1.Pod z"], ..self::table(&[])[0] }];
    assert!(check_with(&other, &facts("1 int32", &[])).is_err());
}

#[test]
fn every_entry_of_the_table_names_properties_of_its_releases() {
    let mut known = BTreeSet::new();
    for Explanation { first, last, fields, .. } in TABLE {
        assert!(first <= last);
        for release in *first..=*last {
            for field in *fields {
                let (names, _) = Zero::split(field);
                let (definition, properties) = names.split_once(' ').unwrap();
                for property in properties.split(',') {
                    assert!(known.insert((release, definition, property)), "{release}: {field}");
                }
            }
        }
    }
    let root = root();
    for (release, definition, property) in known {
        let facts = Facts::read(&root, format!("1.{release}").parse().unwrap()).unwrap();
        let schema = &facts.definitions[&format!("io.k8s.api.{definition}")];
        assert!(schema.properties.contains_key(property), "1.{release}: {definition}, {property}");
    }
}

#[test]
fn pointers_stay_pointers_in_every_release() {
    let root = root();
    let mut known = BTreeMap::new();
    for pin in Pins::read(&root).unwrap().releases {
        let facts = Facts::read(&root, pin.release).unwrap();
        for (definition, schema) in &facts.definitions {
            for (name, property) in &schema.properties {
                // Of what is required, nothing is said.
                let Some(zero) = zero(property).filter(|_| !is_required(schema, name)) else {
                    continue;
                };
                let now = zero == Zero::Pointer;
                let before = *known.entry((definition.clone(), name.clone())).or_insert(now);
                assert_eq!(before, now, "{}: {definition}, property {name}", pin.release);
            }
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}
