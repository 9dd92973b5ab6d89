//! Tests of `regen` for a release that is not pinned: up to the compiled crate, or no change at all.

mod support;

use std::net::TcpListener;

#[cfg(feature = "every-release")]
use support::real_root;
use support::{Repository, SMALL, small_with};

/// Returns a repository with release 1.99, and a 1.100 in the mirror that has one type less.
fn with_a_newer_one_upstream() -> Repository {
    let repository = Repository::generated(SMALL);
    repository.mirror_as("1.100", &newer());
    repository
}

fn newer() -> String {
    small_with(|spec| {
        let definitions = spec["definitions"].as_object_mut().unwrap();
        definitions.remove("io.k8s.apimachinery.pkg.version.Info").unwrap();
    })
}

/// Turns it into a workspace with the real watchable-core.
#[cfg(feature = "every-release")]
fn make_workspace(repository: &Repository) {
    let root = real_root();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/models/rel_*\"]\n\
         [workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\n\
         license = \"MIT\"\nrepository = \"x\"\npublish = false\n\
         [workspace.dependencies]\nwatchable-core.path = '{}'\n",
        root.join("crates/watchable-core").display()
    );
    repository.write("Cargo.toml", &manifest);
    // Avoids network access.
    repository.write("Cargo.lock", &std::fs::read_to_string(root.join("Cargo.lock")).unwrap());
}

// It compiles a crate and all that this needs: CI does so, not the README's test command.
#[cfg(feature = "every-release")]
#[test]
fn new_release_is_fetched_pinned_generated_compiled_and_compared() {
    let repository = with_a_newer_one_upstream();
    make_workspace(&repository);
    let outcome = repository.run(&["regen", "1.100", "--base-url", &repository.mirror()]);
    outcome.succeeded();
    for part in [
        "v1.100.0/api/openapi-spec",
        "created ",
        "compiling watchables-rel-1-100",
        "Checking watchables-rel-1-100",
    ] {
        assert!(outcome.stderr.contains(part), "{part} is not in {}", outcome.stderr);
    }
    assert_eq!(
        outcome.stdout,
        "What changed from Kubernetes 1.99 to 1.100:\n  types: 1 removed\n\nversion\n  - types: Info\n"
    );
    let pins = repository.read("spec/releases.toml");
    assert!(pins.contains("release = \"1.100\"\ntag = \"v1.100.0\"\n"), "{pins}");
    assert!(repository.read("Cargo.lock").contains("name = \"watchables-rel-1-100\""));
    assert!(repository.read("crates/watchables/src/releases.rs").contains("pub use rel_1_100;"));
    // The docs of the other release say that the type was removed.
    let info = repository.read("crates/models/rel_1_99/src/version.rs");
    assert!(
        info.contains("`io.k8s.apimachinery.pkg.version.Info`. In Kubernetes 1.99.\n"),
        "{info}"
    );
    repository.run(&["regen", "--check"]).succeeded();
    // A pinned release is neither fetched nor compiled.
    let outcome = repository.run(&["regen", "1.100"]);
    outcome.succeeded();
    assert_eq!(outcome.stderr, "every generated file is up to date\n");
}

#[test]
fn first_release_has_no_comparison() {
    let repository = Repository::new();
    repository.mirror_as("1.99", SMALL);
    let outcome = repository.run(&["regen", "1.99", "--base-url", &repository.mirror()]);
    assert_eq!(outcome.stdout, "No release before 1.99 is pinned: there is nothing to compare.\n");
}

#[test]
fn failed_fetch_changes_nothing() {
    let repository = with_a_newer_one_upstream();
    repository.mirror_as("1.101", "{}");
    let before = repository.snapshot("");
    let mirror = repository.mirror();
    // The port has just been released.
    let closed =
        format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    for (args, parts) in [
        (&["1.100", "--base-url", &closed][..], ["cannot reach", "--base-url"]),
        (&["1.102", "--base-url", &mirror], ["No such file", "v1.102.0/api"]),
        (&["1.100", "--tag", "v1.100.9", "--base-url", &mirror], ["No such file", "v1.100.9/api"]),
        // The first exists, the second does not.
        (&["1.100", "1.101", "--base-url", &mirror], ["not an OpenAPI v2 spec", "v1.101.0/api"]),
        (&["1.100", "1.101", "--tag", "x"], ["--tag applies to one release", "separately"]),
        (&["1.99", "--base-url", &mirror], ["pinned already", "cargo xtask fetch"]),
        (&["--tag", "x"], ["pinned already", "cargo xtask fetch"]),
        (&["1.100", "--check"], ["does not pin release 1.100", "cargo xtask regen 1.100"]),
    ] {
        repository.run(&[&["regen"], args].concat()).failed_with(&parts);
        assert_eq!(repository.snapshot(""), before, "{args:?}");
    }
    let outcome = repository.run(&["regen", "1.100", "--check", "--base-url", &mirror]);
    assert_eq!(outcome.code, 2);
}

#[test]
fn later_failure_reports_what_is_left_in_place_and_a_hint() {
    let left = "left in place: spec/rel_1_100.json and the entry in spec/releases.toml";
    // Without a workspace, cargo cannot compile it.
    let repository = with_a_newer_one_upstream();
    let outcome = repository.run(&["regen", "1.100", "--base-url", &repository.mirror()]);
    outcome.failed_with(&[
        "watchables-rel-1-100 does not compile: `cargo check -p watchables-rel-1-100` failed with exit status: 101",
        &format!("{left}, and all generated files"),
        "crates/codegen",
        "delete spec/rel_1_100.json and its entry",
    ]);
    // Cargo's output is shown too, and so are the changes.
    assert!(outcome.stderr.contains("Cargo.toml"), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("- types: Info"), "{}", outcome.stdout);
    repository.run(&["regen", "--check"]).succeeded();

    let repository = with_a_newer_one_upstream();
    repository.write("crates/watchables/Cargo.toml", "");
    let outcome = repository.run(&["regen", "1.100", "--base-url", &repository.mirror()]);
    outcome.failed_with(&["# @generated features: begin", left]);
    assert!(repository.path("spec/rel_1_100.json").exists());
    assert!(!repository.path("crates/models/rel_1_100").exists());
}
