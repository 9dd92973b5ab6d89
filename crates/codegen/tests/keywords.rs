//! Tests of keywords that a new release may bring: passed over and reported, or an error with its place.

mod support;

use serde_json::{Value, json};
use support::{Repository, SMALL, small_with};

const CONTAINER: &str = "io.k8s.api.core.v1.Container";

/// Returns the small spec with members added to the schema of a property of Container.
fn with_property(property: &str, more: &Value) -> String {
    small_with(|spec| {
        let schema = &mut spec["definitions"][CONTAINER]["properties"][property];
        for (keyword, value) in more.as_object().unwrap() {
            schema[keyword] = value.clone();
        }
    })
}

#[test]
fn keyword_without_effect_is_reported_and_passed_over() {
    let plain = Repository::generated(SMALL);
    for (keyword, value) in [
        ("default", json!({})),
        ("deprecated", json!(true)),
        ("enum", json!(["Always", "Never"])),
        ("example", json!("x")),
        ("exclusiveMaximum", json!(true)),
        ("exclusiveMinimum", json!(true)),
        ("externalDocs", json!({"url": "https://example.com"})),
        ("maxItems", json!(3)),
        ("maxLength", json!(63)),
        ("maxProperties", json!(3)),
        ("maximum", json!(10)),
        ("minItems", json!(1)),
        ("minLength", json!(1)),
        ("minProperties", json!(1)),
        ("minimum", json!(0)),
        ("multipleOf", json!(2)),
        ("pattern", json!("^[a-z]*$")),
        ("readOnly", json!(true)),
        ("title", json!("A name")),
        ("uniqueItems", json!(true)),
        ("x-kubernetes-validations", json!([{"rule": "self != ''"}])),
        ("x-of-the-future", json!("any")),
    ] {
        let repository = Repository::new();
        let outcome = repository.fetch_text(&with_property("name", &json!({keyword: value})));
        outcome.succeeded();
        let report = format!(
            "passed over `{keyword}`, which does not change how a value is read: in definition \
             {CONTAINER}, property name\n"
        );
        assert!(outcome.stderr.contains(&report), "{keyword}: {}", outcome.stderr);
        assert_eq!(repository.read("spec/rel_1_99.json"), plain.read("spec/rel_1_99.json"));
    }
}

#[test]
fn new_release_with_such_keywords_needs_no_change_by_hand() {
    let repository = Repository::generated(SMALL);
    let core = repository.read("crates/models/rel_1_99/src/core/v1.rs");
    let spec = small_with(|spec| {
        let definitions = &mut spec["definitions"];
        definitions[CONTAINER]["x-of-the-future"] = json!([1]);
        let properties = &mut definitions["io.k8s.api.core.v1.PodSpec"]["properties"];
        properties["containers"]["maxItems"] = json!(5);
        properties["containers"]["items"]["default"] = json!({});
        // Properties of these names are no keywords.
        let names = json!({"enum": {"type": "string"}, "oneOf": {"type": "string"}});
        definitions["io.k8s.apimachinery.pkg.version.Info"]["properties"] = names;
        definitions["io.k8s.apimachinery.pkg.version.Info"]["required"] = json!([]);
    });
    let outcome = repository.fetch_text(&spec);
    // The checksum differs.
    outcome.failed_with(&["--repin"]);
    let mirror = repository.mirror();
    let outcome = repository.run(&["fetch", "1.99", "--base-url", &mirror, "--repin"]);
    outcome.succeeded();
    for part in [
        format!(
            "`x-of-the-future`, which does not change how a value is read: in definition {CONTAINER}\n"
        ),
        "`maxItems`, which does not change how a value is read: in definition \
         io.k8s.api.core.v1.PodSpec, property containers\n"
            .to_owned(),
        "in definition io.k8s.api.core.v1.PodSpec, property containers, its items\n".to_owned(),
    ] {
        assert!(outcome.stderr.contains(&part), "{part:?} is not in {}", outcome.stderr);
    }
    assert_eq!(outcome.stderr.matches("passed over").count(), 3, "{}", outcome.stderr);
    repository.run(&["regen"]).succeeded();
    assert_eq!(repository.read("crates/models/rel_1_99/src/core/v1.rs"), core);
    let version = repository.read("crates/models/rel_1_99/src/version.rs");
    assert!(version.contains("pub enum_: Option<watchable_core::Text>"), "{version}");
    assert!(version.contains("pub one_of: Option<watchable_core::Text>"), "{version}");
}

#[test]
fn keyword_in_many_schemas_is_reported_once_with_the_first() {
    let spec = small_with(|spec| {
        let properties = &mut spec["definitions"][CONTAINER]["properties"];
        properties["token"]["minLength"] = json!(1);
        properties["name"]["minLength"] = json!(1);
    });
    let outcome = Repository::new().fetch_text(&spec);
    outcome.succeeded();
    let line = format!("in 2 schemas, first in definition {CONTAINER}, property name\n");
    assert!(outcome.stderr.contains(&line), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("`minLength`").count(), 1, "{}", outcome.stderr);
}

#[test]
fn keyword_that_may_change_how_a_value_is_read_is_an_error() {
    let string = json!({"type": "string"});
    for (more, part) in [
        (json!({"oneOf": [string]}), "the keyword `oneOf`"),
        (json!({"anyOf": [string]}), "the keyword `anyOf`"),
        (json!({"not": string}), "the keyword `not`"),
        (json!({"nullable": true}), "the keyword `nullable`"),
        (json!({"discriminator": "kind"}), "the keyword `discriminator`"),
        (json!({"patternProperties": {"x": string}}), "the keyword `patternProperties`"),
        (json!({"allOf": [string]}), "the keyword `allOf`"),
        (json!({"allOf": []}), "the keyword `allOf`"),
        (json!({"type": ["string", "null"]}), "the type `[\"string\",\"null\"]`"),
        (json!({"format": "uuid"}), "format `uuid`"),
        (json!({"format": 7}), "the format `7`"),
        (json!({"type": "object", "additionalProperties": true}), "its values: `true`"),
        (json!({"type": "array", "items": [string]}), "its items: `[{"),
        (json!({"type": "array", "items": {"oneOf": []}}), "its items: the keyword `oneOf`"),
    ] {
        let repository = Repository::new();
        let outcome = repository.fetch_text(&with_property("name", &more));
        outcome.failed_with(&[part, &format!("definition {CONTAINER}"), "property name"]);
        assert!(repository.snapshot("spec").is_empty(), "{more}");
    }
}

#[test]
fn all_of_one_reference_is_that_reference() {
    let definition = "io.k8s.api.core.v1.PodSpec";
    let plain = Repository::generated(SMALL);
    let wrapped = |beside: &Value| {
        small_with(|spec| {
            let schema = &mut spec["definitions"][definition]["properties"]["deadline"];
            let reference = schema.as_object_mut().unwrap().remove("$ref").unwrap();
            schema["allOf"] = json!([{"$ref": reference, "description": "Prose."}]);
            for (keyword, value) in beside.as_object().unwrap() {
                schema[keyword] = value.clone();
            }
        })
    };
    let repository = Repository::new();
    repository.fetch_text(&wrapped(&json!({"default": {}}))).succeeded();
    assert_eq!(repository.read("spec/rel_1_99.json"), plain.read("spec/rel_1_99.json"));
    let outcome = Repository::new().fetch_text(&wrapped(&json!({"type": "object"})));
    outcome.failed_with(&["the keyword `allOf`", definition, "property deadline"]);
}
