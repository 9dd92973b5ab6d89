//! Tests of the join on small definitions and files.

use serde_json::{Value, json};

use super::*;
use crate::protobuf::read;

/// Joins definitions of `io.k8s.core` with the messages of a file, and returns them in JSON.
fn joined(definitions: &Value, file: &str) -> Result<Value> {
    let named = definitions.as_object().unwrap().iter();
    let mut definitions: BTreeMap<String, Schema> = named
        .map(|(name, schema)| {
            (format!("io.k8s.core.{name}"), serde_json::from_value(schema.clone()).unwrap())
        })
        .collect();
    let text = format!("syntax = 'proto2'; package k8s.io.core; {file}");
    let files = BTreeMap::from([("k8s.io/core/generated.proto".to_owned(), text)]);
    join(&mut definitions, &read(&files)?)?;
    Ok(serde_json::to_value(definitions).unwrap())
}

/// Returns what is stored for the properties of `A`, and the other fields of its message.
fn numbers(properties: &Value, file: &str) -> (BTreeMap<String, String>, Value) {
    let joined = joined(&json!({"A": {"properties": properties}, "B": {}}), file).unwrap();
    let a = &joined["io.k8s.core.A"];
    let numbers = a["properties"].as_object().unwrap().iter().filter_map(|(name, schema)| {
        Some((name.clone(), schema.get("protobuf")?.as_str()?.to_owned()))
    });
    (numbers.collect(), a.get("message").cloned().unwrap_or_default())
}

fn map<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
    entries.map(|(name, wire)| (name.to_owned(), wire.to_owned())).into()
}

#[test]
fn properties_have_the_numbers_and_types_of_their_fields() {
    let reference = json!({"$ref": "io.k8s.core.B"});
    let list = json!({"type": "array", "items": reference});
    let (numbers, rest) = numbers(
        &json!({
            "name": {"type": "string"}, "b": reference, "bs": list,
            "byName": {"type": "object", "additionalProperties": reference},
            "verbs": {"type": "array", "items": {"type": "string"}},
        }),
        "message A { optional string name = 3; optional B b = 1; repeated B bs = 2;
           map<string, B> byName = 4; optional Verbs verbs = 9; }
         message B {} message Verbs { repeated string items = 7; }",
    );
    let expected = [
        ("name", "3 string"),
        ("b", "1 message"),
        ("bs", "2 repeated message"),
        ("byName", "4 map<string, message>"),
        ("verbs", "9 {7 repeated string}"),
    ];
    assert_eq!(numbers, map(expected));
    assert!(rest.is_null());
}

#[test]
fn case_and_punctuation_of_names_may_differ() {
    let string = || json!({"type": "string"});
    let (numbers, rest) = numbers(
        &json!({"uid": string(), "$ref": string(), "x-list-type": string(), "Raw": string(), "raw": string()}),
        "message A { optional string uID = 1; optional string ref = 2; optional string xListType = 3;
           optional string Raw = 4; optional string raw = 5; optional string RAW = 6; }",
    );
    let expected = [
        ("uid", "1 string"),
        ("$ref", "2 string"),
        ("x-list-type", "3 string"),
        ("Raw", "4 string"),
        ("raw", "5 string"),
    ];
    assert_eq!(numbers, map(expected));
    assert_eq!(rest, json!({"RAW": "6 string"}), "it may be either of two properties");
}

#[test]
fn messages_that_json_inlines_follow_from_the_names() {
    let string = || json!({"type": "string"});
    let (numbers, rest) = numbers(
        &json!({"name": string(), "path": string(), "depth": string()}),
        "message A { optional string name = 1; optional Source source = 2; optional Other other = 3; }
         message Source { optional string path = 4; optional Deep deep = 5; optional string new = 6; }
         message Deep { optional string depth = 7; optional A again = 8; }
         message Other { optional string name = 1; optional string more = 2; }",
    );
    assert_eq!(
        numbers,
        map([("name", "1 string"), ("path", "2.4 string"), ("depth", "2.5.7 string")])
    );
    let expected = json!({
        "source.new": "2.6 string",
        "source.deep.again": "2.5.8 message io.k8s.core.A",
        // It has a name too, but that is not the name of A.
        "other": "3 message k8s.io.core.Other",
    });
    assert_eq!(rest, expected);
}

#[test]
fn message_of_a_definition_without_properties_is_kept_whole() {
    let file = "message A { optional int64 seconds = 1; repeated B bs = 2; } message B {}";
    let joined = joined(&json!({"A": {"type": "string"}, "B": {}, "C": {}}), file).unwrap();
    let expected = json!({
        "io.k8s.core.A": {
            "type": "string",
            "message": {"seconds": "1 int64", "bs": "2 repeated message io.k8s.core.B"},
        },
        "io.k8s.core.B": {"message": {}},
        "io.k8s.core.C": {},
    });
    assert_eq!(joined, expected);
}

#[test]
fn two_fields_of_one_property_are_an_error() {
    let definitions = json!({"A": {"properties": {"path": {"type": "string"}}}});
    let file = "message A { optional S one = 1; optional S two = 2; } message S { optional string path = 3; }";
    let error = joined(&definitions, file).unwrap_err().to_string();
    for part in ["definition io.k8s.core.A", "property path", "`1.3 string`", "`2.3 string`"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}
