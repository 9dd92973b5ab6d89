//! Tests of `fetch` with Go files: what they say, where it is taken from if they say nothing, and how they can be wrong.

mod support;

use support::{Outcome, Repository, SMALL, go_files};

const GO: &str = "mirror/v1.99.0/staging/src/k8s.io/api/core/v1/types.go";
const POINTER: &str = "\"hostPID\": {\"protobuf\": \"3 bool pointer\", \"type\": \"boolean\"}";
const UNKNOWN: &str = "definition io.k8s.api.core.v1.PodSpec, property hostPID: no Go file says whether the zero of \
     `3 bool unknown` is a value";

/// Returns a repository whose mirror has 1.99, without what is between the texts in a line of the Go file of Pods.
fn mirrored(from: &str, to: &str) -> Repository {
    let repository = Repository::new();
    repository.mirror_as("1.99", SMALL);
    change(&repository, from, to);
    repository
}

#[track_caller]
fn change(repository: &Repository, from: &str, to: &str) {
    let text = repository.read(GO);
    assert!(text.contains(from), "{from} is not in {text}");
    repository.write(GO, &text.replace(from, to));
}

fn remove_go_files(repository: &Repository, release: &str) {
    for path in go_files(SMALL).keys() {
        let path = format!("mirror/v{release}.0/staging/src/{path}");
        std::fs::remove_file(repository.path(&path)).unwrap();
    }
}

fn fetch(repository: &Repository, more: &[&str]) -> Outcome {
    let mirror = repository.mirror();
    repository.run(&[&["fetch", "1.99", "--base-url", &mirror], more].concat())
}

fn facts(repository: &Repository, release: &str) -> String {
    repository.read(&format!("spec/rel_{}.json", release.replace('.', "_")))
}

#[test]
fn facts_and_models_say_which_zeros_are_values() {
    for (tag, fact, in_model) in [
        ("*bool `json:\"hostPID,omitempty\"", "3 bool pointer", "\"hostPID\" = pointer [3]"),
        ("bool `json:\"hostPID,omitempty\"", "3 bool", "\"hostPID\" = [3]"),
        ("bool `json:\"hostPID\"", "3 bool always", "\"hostPID\" = pointer [3]"),
    ] {
        let repository = mirrored("*bool `json:\"hostPID,omitempty\"", tag);
        fetch(&repository, &[]).succeeded();
        let facts = facts(&repository, "1.99");
        assert!(facts.contains(&format!("\"hostPID\": {{\"protobuf\": \"{fact}\",")), "{facts}");
        assert!(!facts.contains("Prose"), "{facts}");
        repository.run(&["regen"]).succeeded();
        let model = repository.read("crates/models/rel_1_99/src/core/v1.rs");
        assert!(model.contains(in_model), "{in_model} is not in {model}");
        repository.run(&["regen", "--check"]).succeeded();
    }
}

#[test]
fn what_no_file_says_is_an_error_that_names_the_field_and_the_table() {
    for (from, to) in [
        ("`json:\"hostPID,omitempty\" protobuf:\"bytes,3,opt,name=hostPID\"`", ""),
        ("json:\"hostPID,", "json:\"hostPIDs,"),
        ("bytes,3,opt,name=hostPID", "bytes,33,opt,name=hostPID"),
        ("type PodSpec struct", "type Other struct"),
    ] {
        let repository = mirrored(from, to);
        fetch(&repository, &[]).failed_with(&[UNKNOWN, "explained_zeros.rs"]);
        assert!(repository.snapshot("spec").is_empty(), "{to}");
        // As a part of `regen`, too.
        let mirror = repository.mirror();
        repository.run(&["regen", "1.99", "--base-url", &mirror]).failed_with(&[UNKNOWN]);
        assert!(repository.snapshot("spec").is_empty(), "{to}");
    }
}

#[test]
fn facts_that_say_it_is_unknown_are_rejected() {
    let repository = Repository::generated(SMALL);
    let facts = facts(&repository, "1.99").replace("3 bool pointer", "3 bool unknown");
    repository.write("spec/rel_1_99.json", &facts);
    repository
        .run(&["regen"])
        .failed_with(&["spec/rel_1_99.json has 1 protobuf_zeros, but", "says 2"]);
    let pins = repository.read("spec/releases.toml");
    repository
        .write("spec/releases.toml", &pins.replace("protobuf_zeros = 2", "protobuf_zeros = 1"));
    repository.run(&["regen", "--check"]).failed_with(&[UNKNOWN, "explained_zeros.rs"]);
}

#[test]
fn release_without_go_files_takes_it_from_the_nearest_that_has_them() {
    let repository = Repository::new();
    repository.fetch_text(SMALL).succeeded();
    repository.mirror_as("1.100", SMALL);
    remove_go_files(&repository, "1.100");
    let mirror = repository.mirror();
    let outcome = repository.run(&["fetch", "1.100", "--base-url", &mirror]);
    outcome.succeeded();
    assert!(
        outcome.stderr.contains("fields mean is known from the Go files of 1.99"),
        "{}",
        outcome.stderr
    );
    assert!(facts(&repository, "1.100").contains(POINTER));
    let pins = repository.read("spec/releases.toml");
    assert!(pins.contains("go_files = 0\n"), "{pins}");
    // It is no source itself.
    repository.mirror_as("1.101", SMALL);
    remove_go_files(&repository, "1.101");
    remove_go_files(&repository, "1.99");
    repository.run(&["fetch", "1.101", "--base-url", &mirror]).failed_with(&[UNKNOWN]);
}

#[test]
fn changed_tags_are_rejected_until_repinned_and_prose_may_change() {
    let repository = Repository::new();
    repository.fetch_text(SMALL).succeeded();
    let before = repository.snapshot("spec");
    change(&repository, "// Prose", "// Other\n\t// prose");
    fetch(&repository, &[]).succeeded();
    assert_eq!(repository.snapshot("spec"), before);
    change(&repository, "*bool `json:\"hostPID", "bool `json:\"hostPID");
    let parts = ["what is declared in Go below ", "has the sha256 ", "pins ", "--repin"];
    fetch(&repository, &[]).failed_with(&parts);
    assert_eq!(repository.snapshot("spec"), before);
    fetch(&repository, &["--repin"]).succeeded();
    assert!(!facts(&repository, "1.99").contains(POINTER));
    remove_go_files(&repository, "1.99");
    fetch(&repository, &[]).failed_with(&["has the sha256 of no file, but", "--repin"]);
}

#[test]
fn malformed_files_are_rejected_with_their_place() {
    for (from, to, part) in [
        ("}\n\n// Prose about PodSpec", "\n// Prose about PodSpec", "has no end"),
        ("bytes,3,opt,name=hostPID", "bytes,1,opt,name=hostPID", "v1.PodSpec has two fields 1"),
    ] {
        let repository = mirrored(from, to);
        fetch(&repository, &[])
            .failed_with(&["k8s.io/api/core/v1/types.go: a Go file is malformed", part]);
        assert!(repository.snapshot("spec").is_empty(), "{to}");
    }
}
