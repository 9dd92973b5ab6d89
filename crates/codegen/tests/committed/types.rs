//! Tests that every definition has a type and every property a field, and that there is nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::field_names::golden;
use crate::release::{Release, place, releases};
use crate::rust_types::{is_required_collection, of_definition, of_property};
use crate::source::{Declared, Wired};

/// The maximum number of reported differences per release.
const REPORTED: usize = 20;

#[track_caller]
fn none(release: &Release, differences: &[String]) {
    let reported = differences.iter().take(REPORTED).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        differences.is_empty(),
        "{}: {} differences:\n{reported}",
        release.name,
        differences.len()
    );
}

#[test]
fn definitions_and_types_correspond() {
    for release in releases() {
        let mut differences = Vec::new();
        let mut defined: BTreeMap<(String, String), &str> = BTreeMap::new();
        for (definition, _) in release.definitions() {
            let (module, name) = place(definition);
            if !release.modules.get(&module).is_some_and(|m| m.types.contains_key(&name)) {
                differences.push(format!("{definition} has no type {module}::{name}"));
            }
            assert!(defined.insert((module, name), definition).is_none(), "{definition}");
        }
        for (path, module) in &release.modules {
            for name in module.types.keys() {
                if !defined.contains_key(&(path.clone(), name.clone())) {
                    differences.push(format!("{path}::{name} has no definition"));
                }
            }
            let allowed = path == "catalog";
            if !allowed && !module.others.is_empty() {
                differences.push(format!("{path} has unknown items: {:?}", module.others));
            }
            for name in module.models.keys().filter(|name| !module.types.contains_key(*name)) {
                differences
                    .push(format!("{path} has a model! of {name}, which is not one of its types"));
            }
        }
        none(release, &differences);
    }
}

#[test]
fn properties_and_fields_correspond() {
    let names = golden();
    for release in releases() {
        let mut differences = Vec::new();
        for (definition, schema) in release.definitions() {
            let (module, name) = place(definition);
            let module = &release.modules[&module];
            let mut report = |what: String| differences.push(format!("{definition}: {what}"));
            let properties = schema["properties"].as_object();
            let (attributes, fields) = match (&module.types[&name], properties) {
                (Declared::Alias(found), None) => {
                    let expected = of_definition(definition, schema);
                    if *found != expected {
                        report(format!("is {found}, not {expected}"));
                    }
                    continue;
                }
                (Declared::Struct(attributes, fields), Some(_)) => (attributes, fields),
                _ => {
                    report("is a struct without properties, or none in spite of them".to_owned());
                    continue;
                }
            };
            let derives = "#[derive(Clone,Default,PartialEq";
            if !attributes.iter().any(|attribute| attribute.starts_with(derives)) {
                report(format!("has not the derives: {attributes:?}"));
            }
            let Some(model) = module.models.get(&name) else {
                report("has no model!: nothing is read or written".to_owned());
                continue;
            };
            let declared: Vec<&String> = fields.iter().map(|(name, _)| name).collect();
            let read: Vec<&String> = model.iter().map(|wired| &wired.name).collect();
            if declared != read {
                report(format!("has the fields {declared:?}, and reads {read:?}"));
                continue;
            }
            let wires: Vec<&String> = model.iter().map(|wired| &wired.wire).collect();
            let properties: Vec<&String> = properties.into_iter().flat_map(|p| p.keys()).collect();
            if wires != properties {
                report(format!("has the properties {properties:?}, and reads {wires:?}"));
                continue;
            }
            for (place, (wired, (_, type_))) in model.iter().zip(fields).enumerate() {
                let Wired { number, name, wire, path, pointer, required } = wired;
                let expected = path_in_protobuf(&schema["properties"][wire]);
                if *path != expected {
                    report(format!("{wire} has the path `{path}` in protobuf, not `{expected}`"));
                }
                let property = &schema["properties"][wire];
                if *pointer != (keeps_zero(property) || release.is_empty_message(property)) {
                    report(format!("{wire} has a zero that is a value: {pointer}"));
                }
                if *required != is_required_collection(release, definition, wire) {
                    report(format!("{wire} is written where it is empty: {required}"));
                }
                if *number != place.to_string() {
                    report(format!("{wire} has the number {number}, not {place}"));
                }
                if names.get(wire).is_some_and(|golden| golden.ours != *name) {
                    report(format!("{wire} is called {name}, not as elsewhere"));
                }
                let right = of_property(release, definition, wire);
                if !right.contains(type_) {
                    report(format!("{wire} is {type_}, not {right:?}"));
                }
            }
        }
        none(release, &differences);
    }
}

/// Returns whether protobuf has zeros of a property that are values: `1 int32 pointer`.
fn keeps_zero(property: &Value) -> bool {
    let text = property["protobuf"].as_str().unwrap_or_default();
    [" pointer", " always"].iter().any(|end| text.ends_with(end))
}

/// Returns the path to a property's value: of `4 {1 repeated string}`, the only field of the message is part of it.
fn path_in_protobuf(property: &Value) -> String {
    let Some(text) = property["protobuf"].as_str() else { return String::new() };
    let (path, type_) = text.split_once(' ').unwrap();
    match type_.strip_prefix('{') {
        Some(inner) => format!("{path}.{}", inner.split(' ').next().unwrap()),
        None => path.to_owned(),
    }
}
