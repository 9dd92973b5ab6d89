//! Tests of `diff`: it reports exactly the changes.

mod support;

use serde_json::{Value, json};
use support::{Repository, SMALL, real_root, run_in, small_with};

const POD_SPEC: &str = "io.k8s.api.core.v1.PodSpec";

/// Renames a definition, adds one, and changes the type of a property and whether it is required.
fn change(definitions: &mut Value, (from, to): (&str, &str), (owner, field): (&str, &str)) {
    let text = definitions.to_string();
    let renamed = text.replace(&format!("{from}\""), &format!("{to}\""));
    assert_ne!(text, renamed, "{from}");
    *definitions = serde_json::from_str(&renamed).unwrap();
    definitions["io.k8s.api.core.v1.Brand"] =
        json!({"properties": {"new": {"type": "string"}}, "required": ["new"]});
    let owner = &mut definitions[owner];
    owner["properties"][field] = json!({"type": "integer", "format": "int32"});
    let mut required: Vec<Value> = owner["required"].as_array().cloned().unwrap_or_default();
    required.push(field.into());
    owner["required"] = required.into();
}

/// Asserts that a difference has the expected members and that all others are empty.
#[track_caller]
fn assert_exactly(diff: &Value, expected: &Value) {
    for (key, found) in diff.as_object().unwrap() {
        let empty = json!([]);
        let expected = expected.get(key).unwrap_or(&empty);
        if !matches!(key.as_str(), "from" | "to") {
            assert_eq!(found, expected, "{key}");
        }
    }
}

/// Returns generated text with `Option<T>` for `Option<Box<T>>`.
fn without_boxes(text: &str) -> String {
    let line = |line: &str| match line.split_once("Option<Box<") {
        Some((before, after)) => format!("{before}Option<{}\n", after.replacen(">>", ">", 1)),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn added_renamed_and_changed_in_a_small_spec() {
    let repository = Repository::generated(SMALL);
    let spec = small_with(|spec| {
        let rename = ("io.k8s.api.core.v1.Container", "io.k8s.api.core.v1.Kontainer");
        change(&mut spec["definitions"], rename, (POD_SPEC, "hostPID"));
    });
    // 1.100 comes after 1.99.
    repository.fetch_as("1.100", &spec).succeeded();
    repository.run(&["regen"]).failed_with(&["hostPID is `3 int32` in 1.100, but before"]);
    // Kubernetes gives what has another type another number.
    let facts = repository.read("spec/rel_1_100.json");
    assert_eq!(facts.matches(r#""protobuf": "3 int32""#).count(), 1);
    repository.write("spec/rel_1_100.json", &facts.replace("3 int32", "33 int32"));
    repository.run(&["regen"]).succeeded();
    let diff = repository.diff("1.99", "1.100");
    assert_eq!((&diff["from"], &diff["to"]), (&json!("1.99"), &json!("1.100")));
    assert_exactly(
        &diff,
        &json!({
            "types_added": ["io.k8s.api.core.v1.Brand"],
            "types_renamed": [{
                "from": "io.k8s.api.core.v1.Container",
                "to": "io.k8s.api.core.v1.Kontainer",
                "fields": [{"definition": POD_SPEC, "field": "containers"}],
            }],
            "fields_changed": [{"definition": POD_SPEC, "field": "hostPID", "changes": [
                {"what": "type", "from": "boolean", "to": "integer (int32)"},
                {"what": "required", "from": false, "to": true},
            ]}],
        }),
    );
    let text = repository.run(&["diff", "1.99", "1.100"]);
    text.succeeded();
    assert_eq!(
        text.stdout,
        "\
What changed from Kubernetes 1.99 to 1.100:
  types: 1 added, 1 likely renamed
  fields: 1 changed

core/v1
  + types: Brand
  ~ Container → Kontainer: likely renamed, also in PodSpec.containers
  ~ PodSpec.hostPID: type boolean → integer (int32); now required
"
    );
    // The new release has been generated.
    let core = repository.read("crates/models/rel_1_100/src/core/v1.rs");
    for part in [
        "pub struct Brand {",
        "pub containers: Vec<Kontainer>,",
        "    /// `hostPID` in JSON. Required.\n    pub host_pid: i32,",
    ] {
        assert!(core.contains(part), "{part} is not in {core}");
    }
    assert!(!core.contains("pub struct Container {"));
}

/// Counts the properties that have a field number, and those whose zero is a value.
fn with_numbers_and_zeros(definitions: &Value) -> (usize, usize) {
    let properties =
        definitions.as_object().unwrap().values().filter_map(|d| d["properties"].as_object());
    let numbers = properties
        .flat_map(|properties| properties.values())
        .filter_map(|property| property["protobuf"].as_str());
    let numbers: Vec<_> = numbers.collect();
    let zeros = numbers.iter().filter(|text| text.ends_with("pointer") || text.ends_with("always"));
    (numbers.len(), zeros.count())
}

#[test]
fn added_renamed_and_changed_in_a_real_spec() {
    let repository = Repository::new();
    let facts = std::fs::read_to_string(real_root().join("spec/rel_1_36.json")).unwrap();
    let mut facts: Value = serde_json::from_str(&facts).unwrap();
    let mut pins = Vec::new();
    for (minor, changes) in [(36, false), (38, true)] {
        if changes {
            facts["release"] = "1.38".into();
            let rename = ("io.k8s.api.core.v1.Lifecycle", "io.k8s.api.core.v1.LifecycleHooks");
            change(&mut facts["definitions"], rename, (POD_SPEC, "hostNetwork"));
            let changed = [
                (POD_SPEC, "hostNetwork", "111 int32"),
                ("io.k8s.api.core.v1.Brand", "new", "1 string"),
            ];
            for (owner, field, number) in changed {
                facts["definitions"][owner]["properties"][field]["protobuf"] = number.into();
            }
        }
        repository.write(&format!("spec/rel_1_{minor}.json"), &facts.to_string());
        let definitions = facts["definitions"].as_object().unwrap().len();
        let (fields, zeros) = with_numbers_and_zeros(&facts["definitions"]);
        pins.push(format!(
            "[[release]]\nrelease = '1.{minor}'\ntag = 'x'\nurl = 'x'\nsha256 = 'x'\n\
             definitions = {definitions}\npaths = {}\nwatch_cluster = 87\nwatch_namespaced = 41\n\
             protobuf_sha256 = 'x'\nprotobuf_files = 0\nprotobuf_fields = {fields}\n\
             protobuf_zeros = {zeros}\ngo_files = 0\n",
            facts["paths"]
        ));
    }
    repository.write("spec/releases.toml", &pins.concat());
    assert_exactly(
        &repository.diff("1.36", "1.38"),
        &json!({
            "types_added": ["io.k8s.api.core.v1.Brand"],
            "types_renamed": [{
                "from": "io.k8s.api.core.v1.Lifecycle",
                "to": "io.k8s.api.core.v1.LifecycleHooks",
                "fields": [
                    {"definition": "io.k8s.api.core.v1.Container", "field": "lifecycle"},
                    {"definition": "io.k8s.api.core.v1.EphemeralContainer", "field": "lifecycle"},
                ],
            }],
            "fields_changed": [{"definition": POD_SPEC, "field": "hostNetwork", "changes": [
                {"what": "type", "from": "boolean", "to": "integer (int32)"},
                {"what": "required", "from": false, "to": true},
            ]}],
        }),
    );
    repository.run(&["regen"]).succeeded();
    let core = repository.read("crates/models/rel_1_38/src/core/v1.rs");
    assert!(without_boxes(&core).contains("pub lifecycle: Option<LifecycleHooks>,"));
    // The generated 1.36 equals the committed one, except for what was removed, and for boxes: they depend on all
    // pinned releases and on what was recorded.
    let core = "crates/models/rel_1_36/src/core/v1.rs";
    let committed = std::fs::read_to_string(real_root().join(core)).unwrap();
    let generated = repository.read(core);
    let without_docs = |text: &str| -> Vec<String> {
        let text = without_boxes(text);
        text.lines().filter(|line| !line.starts_with("//")).map(str::to_owned).collect()
    };
    assert_eq!(without_docs(&generated), without_docs(&committed));
    assert!(
        generated.contains("/// Definition `io.k8s.api.core.v1.Lifecycle`. In Kubernetes 1.36.\n")
    );
}

#[test]
fn every_kind_of_change_is_reported() {
    let repository = Repository::generated(SMALL);
    let spec = small_with(|spec| {
        let definitions = &mut spec["definitions"];
        let properties = &mut definitions[POD_SPEC]["properties"];
        properties["containers"]["x-kubernetes-list-map-keys"] = json!(["name", "token"]);
        properties["limits"]["additionalProperties"] = json!({"type": "string"});
        properties["podIPs"]["items"]["x-kubernetes-map-type"] = json!("atomic");
        properties["more"] =
            json!({"type": "array", "items": {"$ref": "#/definitions/io.k8s.api.node.v1.Left"}});
        properties.as_object_mut().unwrap().remove("seconds");
        definitions[POD_SPEC]["required"] = json!(["containers", "deadline", "payload", "more"]);
        definitions["io.k8s.api.core.v1.Container"]["x-kubernetes-map-type"] = json!("atomic");
        definitions["io.k8s.api.core.v1.Binding"]["x-kubernetes-group-version-kind"] = json!([{"group": "", "version": "v1", "kind": "Binding"}, {"group": "a.b", "version": "v2", "kind": "Binding"}]);
        let paths = spec["paths"].as_object_mut().unwrap();
        paths.remove("/api/v1/watch/nodes").unwrap();
    });
    repository.fetch_as("1.100", &spec).succeeded();
    let field = |name: &str, changes: Value| json!({"definition": POD_SPEC, "field": name, "changes": changes});
    let change =
        |what: &str, from: Value, to: Value| json!([{"what": what, "from": from, "to": to}]);
    let quantity = "map of io.k8s.apimachinery.pkg.api.resource.Quantity";
    let node = json!({
        "group": "", "version": "v1", "kind": "Node", "plural": "nodes",
        "scopes": ["cluster-wide"], "definition": "io.k8s.api.core.v1.Node",
    });
    assert_exactly(
        &repository.diff("1.99", "1.100"),
        &json!({
            "types_changed": [
                {"definition": "io.k8s.api.core.v1.Binding",
                 "changes": change("kind", Value::Null, json!("a.b/v2 Binding"))},
                {"definition": "io.k8s.api.core.v1.Container",
                 "changes": change("x-kubernetes-map-type", Value::Null, json!("atomic"))},
            ],
            "fields_added": [{"definition": POD_SPEC, "field": "more", "type": "array of io.k8s.api.node.v1.Left", "required": true}],
            "fields_removed": [{"definition": POD_SPEC, "field": "seconds", "type": "integer (int64)", "required": true}],
            "fields_changed": [
                field("containers", change("x-kubernetes-list-map-keys", json!(["name"]), json!(["name", "token"]))),
                field("limits", change("type", json!(quantity), json!("map of string"))),
                field("podIPs", change("items.x-kubernetes-map-type", Value::Null, json!("atomic"))),
            ],
            "watchables_removed": [node],
        }),
    );
    // The reverse comparison reports the reverse.
    let back = repository.diff("1.100", "1.99");
    assert_eq!(back["watchables_added"], json!([node]));
    assert_eq!(back["fields_removed"][0]["field"], "more");
    assert_eq!(
        back["types_changed"][0]["changes"],
        change("kind", json!("a.b/v2 Binding"), Value::Null)
    );
    let text = repository.run(&["diff", "1.99", "1.100"]).stdout;
    for line in [
        "  - watchable: Node (cluster-wide)\n",
        "  ~ Binding: now also in a.b/v2\n",
        "  + PodSpec.more: array of node/v1.Left, required\n",
        "  ~ PodSpec.containers: list map keys [\"name\"] → [\"name\",\"token\"]\n",
        "  ~ PodSpec.limits: type map of resource.Quantity → map of string\n",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

#[test]
fn equal_releases_have_no_changes_and_unknown_ones_are_rejected() {
    let repository = Repository::generated(SMALL);
    let outcome = repository.run(&["diff", "1.99", "1.99"]);
    outcome.succeeded();
    assert_eq!(outcome.stdout, "What changed from Kubernetes 1.99 to 1.99:\n  nothing\n");
    assert_exactly(&repository.diff("1.99", "1.99"), &json!({}));
    for args in [["diff", "1.98", "1.99"], ["diff", "1.99", "1.98"]] {
        repository.run(&args).failed_with(&["does not pin release 1.98", "cargo xtask fetch 1.98"]);
    }
    repository.run(&["diff", "1.99", "v1"]).failed_with(&["`v1` is not a Kubernetes release"]);
    std::fs::remove_file(repository.path("spec/rel_1_99.json")).unwrap();
    repository.run(&["diff", "1.99", "1.99"]).failed_with(&["there is no spec/rel_1_99.json"]);
}

/// The pins contain counts of the downloaded specs.
#[test]
fn reported_changes_add_up_to_the_pinned_counts() {
    let pins: toml::Table =
        std::fs::read_to_string(real_root().join("spec/releases.toml")).unwrap().parse().unwrap();
    let pins = pins["release"].as_array().unwrap();
    for pair in pins.windows(2) {
        let release = |pin: usize| pair[pin]["release"].as_str().unwrap();
        let outcome = run_in(&real_root(), &["diff", release(0), release(1), "--json"]);
        outcome.succeeded();
        let diff: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let count = |key: &str| i64::try_from(diff[key].as_array().unwrap().len()).unwrap();
        let scope = |key: &str, scope: &str| {
            let kinds = diff[key].as_array().unwrap().iter();
            let watched =
                kinds.filter(|kind| kind["scopes"].as_array().unwrap().contains(&json!(scope)));
            i64::try_from(watched.count()).unwrap()
        };
        let watched =
            |name: &str| scope("watchables_added", name) - scope("watchables_removed", name);
        for (key, reported) in [
            ("definitions", count("types_added") - count("types_removed")),
            ("watch_cluster", watched("cluster-wide")),
            ("watch_namespaced", watched("namespaced")),
        ] {
            let pinned = |pin: usize| pair[pin][key].as_integer().unwrap();
            assert_eq!(
                pinned(0) + reported,
                pinned(1),
                "{key} of {} to {}",
                release(0),
                release(1)
            );
        }
    }
}
