//! Tests of `fetch` with `.proto` files: their facts, their checksum, and every way in which they can be wrong.

mod support;

use support::{Outcome, Repository, SMALL};

const CORE: &str = "mirror/v1.99.0/staging/src/k8s.io/api/core/v1/generated.proto";
const META: &str =
    "mirror/v1.99.0/staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto";

/// Returns a repository in which 1.99 was fetched.
fn fetched() -> Repository {
    let repository = Repository::new();
    repository.fetch_text(SMALL).succeeded();
    repository
}

/// Replaces a part of a file in the mirror.
#[track_caller]
fn change(repository: &Repository, file: &str, from: &str, to: &str) {
    let text = repository.read(file);
    assert!(text.contains(from), "{from} is not in {text}");
    repository.write(file, &text.replace(from, to));
}

fn fetch(repository: &Repository, more: &[&str]) -> Outcome {
    let mirror = repository.mirror();
    repository.run(&[&["fetch", "1.99", "--base-url", &mirror], more].concat())
}

#[test]
fn facts_have_numbers_and_types_beside_the_properties() {
    let repository = fetched();
    let facts = repository.read("spec/rel_1_99.json");
    for line in [
        "\"hostPID\": {\"protobuf\": \"3 bool\", \"type\": \"boolean\"}",
        "\"items\": {\"items\": {\"$ref\": \"io.k8s.api.core.v1.Pod\"}, \"protobuf\": \"2 repeated message\", \"type\": \"array\"}",
        "\"limits\": {\"additionalProperties\": {\"$ref\": \"io.k8s.apimachinery.pkg.api.resource.Quantity\"}, \
         \"protobuf\": \"4 map<string, message>\", \"type\": \"object\"}",
        "\"message\": {\"nanos\": \"2 int32\", \"seconds\": \"1 int64\"}",
        "\"kind\": {\"type\": \"string\"}",
    ] {
        assert!(facts.contains(line), "{line}\nis not in\n{facts}");
    }
    assert!(!facts.contains("Prose"), "{facts}");
    repository.run(&["regen"]).succeeded();
    repository.run(&["regen", "--check"]).succeeded();
}

#[test]
fn comments_and_white_space_may_differ_from_the_pinned_files() {
    let repository = fetched();
    let before = repository.snapshot("spec");
    change(&repository, CORE, "// Prose", "// Other\n\n  // prose");
    fetch(&repository, &[]).succeeded();
    assert_eq!(repository.snapshot("spec"), before);
}

#[test]
fn changed_file_is_rejected_until_repinned() {
    let repository = fetched();
    let before = repository.snapshot("spec");
    change(&repository, CORE, "bool hostPID = 3", "bool hostPID = 33");
    let base = format!("{}/v1.99.0/staging/src", repository.mirror());
    fetch(&repository, &[]).failed_with(&[&base, "has the sha256 ", "pins ", "--repin"]);
    assert_eq!(repository.snapshot("spec"), before);
    fetch(&repository, &["--repin"]).succeeded();
    assert!(repository.read("spec/rel_1_99.json").contains("\"protobuf\": \"33 bool\""));
}

#[test]
fn messages_that_json_inlines_have_the_path_as_their_number() {
    let repository = Repository::new();
    repository.mirror_as("1.99", SMALL);
    change(
        &repository,
        CORE,
        "  optional bool hostPID = 3;",
        "  optional Namespaces namespaces = 9;",
    );
    let message = "message Namespaces { optional bool hostPID = 4; }\nmessage PodSpec {";
    change(&repository, CORE, "message PodSpec {", message);
    fetch(&repository, &[]).succeeded();
    assert!(repository.read("spec/rel_1_99.json").contains("\"protobuf\": \"9.4 bool\""));
}

#[test]
fn what_does_not_fit_the_spec_is_rejected_with_its_place() {
    const POD_SPEC: &str = "definition io.k8s.api.core.v1.PodSpec";
    let wrong_type =
        format!("{POD_SPEC}, property hostPID: JSON has Bool, but protobuf `3 string`");
    for (file, from, to, parts) in [
        (CORE, "bool hostPID", "string hostPID", &[wrong_type.as_str()][..]),
        (
            CORE,
            "bool hostPID",
            "bool hostPIDs",
            &[
                "definition io.k8s.api.core.v1.PodSpec, property hostPID: its message has no such field",
                "no property stands for the field hostPIDs",
                "explained.rs",
            ],
        ),
        (META, "int64 seconds = 1", "int64 seconds = 4", &["`nanos 2 int32, seconds 4 int64`"]),
        (CORE, "message Binding {", "message Other {", &["v1.Binding: it has no message"]),
        (
            CORE,
            "bool hostPID",
            "float hostPID",
            &["message k8s.io.api.core.v1.PodSpec, field hostPID", "Float", "read.rs"],
        ),
        (CORE, "bool hostPID = 3", "bool hostPID = 2", &["malformed", "core/v1/generated.proto:"]),
        (CORE, "message PodSpec {", "message PodSpec", &["malformed", "core/v1/generated.proto:"]),
        (
            CORE,
            "import \"k8s.io/apimachinery",
            "import \"k8s.io/nowhere",
            &["staging/src/k8s.io/nowhere/", "does not exist, but is imported"],
        ),
        (
            CORE,
            "import \"k8s.io/",
            "import \"%2e%2e/",
            &["the import `%2e%2e/", "below the base URL"],
        ),
        (CORE, "import \"k8s.io/", "import \"../", &["malformed", "core/v1/generated.proto:5:8"]),
    ] {
        let repository = Repository::new();
        repository.mirror_as("1.99", SMALL);
        change(&repository, file, from, to);
        fetch(&repository, &[]).failed_with(parts);
        assert!(repository.snapshot("spec").is_empty(), "{to}");
    }
}

#[test]
fn missing_file_is_reported_and_its_definitions_are_an_error() {
    let repository = Repository::new();
    repository.mirror_as("1.99", SMALL);
    let file = "mirror/v1.99.0/staging/src/k8s.io/api/node/v1/generated.proto";
    std::fs::remove_file(repository.path(file)).unwrap();
    fetch(&repository, &[]).failed_with(&[
        &format!("there is no {}/v1.99.0/staging/src/k8s.io/api/node/v1/", repository.mirror()),
        "definition io.k8s.api.node.v1.Left: it has no message",
        "definition io.k8s.api.node.v1.Right: it has no message",
    ]);
    assert!(repository.snapshot("spec").is_empty());
}

#[test]
fn facts_without_numbers_are_rejected() {
    let repository = fetched();
    let facts = repository.read("spec/rel_1_99.json");
    let without = facts.replace("\"protobuf\": \"3 bool\", ", "");
    assert_ne!(facts, without);
    repository.write("spec/rel_1_99.json", &without);
    repository.run(&["regen"]).failed_with(&[
        "spec/rel_1_99.json has ",
        " protobuf_fields, but spec/releases.toml says ",
    ]);
    // As long as the pin fits, the place is named.
    let pins = repository.read("spec/releases.toml");
    let (before, rest) = pins.split_once("protobuf_fields = ").unwrap();
    let (count, rest) = rest.split_once('\n').unwrap();
    let count = count.parse::<u32>().unwrap() - 1;
    let pins = format!("{before}protobuf_fields = {count}\n{rest}");
    repository.write("spec/releases.toml", &pins);
    repository.run(&["regen", "--check"]).failed_with(&[
        "spec/rel_1_99.json: JSON and protobuf disagree",
        "definition io.k8s.api.core.v1.PodSpec, property hostPID: its message has no such field",
    ]);
}
