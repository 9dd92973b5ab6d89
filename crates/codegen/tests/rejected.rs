//! Tests of inputs that `regen` and `fetch` reject.

mod support;

use support::{Repository, SMALL};

#[test]
fn release_that_was_not_fetched_is_rejected() {
    let repository = Repository::generated(SMALL);
    repository
        .run(&["regen", "1.98", "--check"])
        .failed_with(&["spec/releases.toml does not pin release 1.98", "cargo xtask regen 1.98"]);
    std::fs::remove_file(repository.path("spec/rel_1_99.json")).unwrap();
    repository
        .run(&["regen"])
        .failed_with(&["there is no spec/rel_1_99.json", "cargo xtask fetch 1.99"]);
}

#[test]
fn facts_that_do_not_match_their_pin_are_rejected() {
    let repository = Repository::generated(SMALL);
    let pins =
        repository.read("spec/releases.toml").replace("watch_cluster = 4", "watch_cluster = 5");
    repository.write("spec/releases.toml", &pins);
    repository
        .run(&["regen"])
        .failed_with(&["spec/rel_1_99.json has 4 watch_cluster", "spec/releases.toml says 5"]);
}

#[test]
fn unsupported_spec_is_rejected() {
    let string = r#""type": "string",
   "format": "date-time""#;
    assert!(SMALL.contains(string));
    for (from, to, parts) in [
        // A type, a format, a reference, and a name that two definitions would share.
        (
            r#""type": "boolean""#,
            r#""type": "tristate""#,
            &["type `tristate`", "property hostPID"][..],
        ),
        (r#""format": "byte""#, r#""format": "nibble""#, &["format `nibble`", "property token"]),
        (
            "#/definitions/io.k8s.api.node.v1.Right",
            "#/definitions/io.k8s.api.node.v1.Wrong",
            &["refers to io.k8s.api.node.v1.Wrong"],
        ),
        (
            "io.k8s.api.node.v1.Left",
            "io.k8s.apimachinery.pkg.apis.node.v1.Right",
            &["would both be node::v1::Right"],
        ),
        // A watch that the traits cannot express, and an unknown action.
        (
            r#""x-kubernetes-action": "watchlist""#,
            r#""x-kubernetes-action": "watchall""#,
            &["unknown action `watchall`", "/watch/"],
        ),
        (
            "\"/api/v1/watch/pods\"",
            "\"/api/v1/watch/namespaces/{namespace}/pods\"",
            &["it is Namespaced", "its watch scopes are [Namespaced]"],
        ),
        // A scalar that has changed.
        (string, r#""type": "string""#, &["meta.v1.Time is no longer the string"]),
    ] {
        let spec = SMALL.replace(from, to);
        assert_ne!(spec, SMALL, "{from}");
        let repository = Repository::new();
        let outcome = repository.fetch_text(&spec);
        assert_eq!(outcome.code, 1, "{to}: {}", outcome.stderr);
        for part in parts {
            assert!(outcome.stderr.contains(part), "{part:?} is not in: {}", outcome.stderr);
        }
        assert!(repository.snapshot("spec").is_empty());
    }
}

#[test]
fn unneeded_workaround_is_reported() {
    let definition = "apiextensions.v1.JSONSchemaPropsOrBool\": {";
    let spec = SMALL.replace(definition, &format!("{definition} \"type\": \"object\","));
    Repository::new().fetch_text(&spec).failed_with(&[
        "the workaround `json_schema_props_or` is no longer needed",
        "apiextensions.v1.JSONSchemaPropsOrBool",
        "workarounds.rs",
    ]);
}
