//! Tests of `regen --descriptions`: upstream's descriptions and their escaping.

mod support;

use serde_json::Value;
use support::{Repository, SMALL, small_with};

const CORE: &str = "crates/models/rel_1_99/src/core/v1.rs";

fn described(repository: &Repository) -> support::Outcome {
    repository.run(&["regen", "1.99", "--descriptions", "--base-url", &repository.mirror()])
}

#[test]
fn descriptions_are_generated_only_on_request() {
    let repository = Repository::generated(SMALL);
    let before = repository.snapshot("");
    assert!(!repository.read(CORE).contains("Prose"));
    let outcome = described(&repository);
    outcome.succeeded();
    assert!(outcome.stderr.contains("must not be committed"), "{}", outcome.stderr);
    let core = repository.read(CORE);
    for part in [
        "/// Kind `Pod` of `v1`.\n///\n/// Prose about Pod.\n///\n/// Served as `pods`",
        "    /// Prose.\n    ///\n    /// `hostPID` in JSON.\n    pub host_pid: Option<bool>,",
        "    /// Prose.\n    pub type_: Option<watchable_core::Text>,",
    ] {
        assert!(core.contains(part), "{part} is not in {core}");
    }
    // Only the docs of that release have changed, and nothing in spec/.
    let after = repository.snapshot("");
    for (path, text) in &before {
        if path.to_str().unwrap().contains("/src/") {
            let without_docs = |text: &str| -> String {
                text.lines().filter(|line| !line.trim_start().starts_with("///")).collect()
            };
            assert_eq!(without_docs(text), without_docs(&after[path]), "{}", path.display());
        } else {
            assert_eq!(text, &after[path], "{}", path.display());
        }
    }
    let outcome = repository.run(&["regen", "--check"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains(&format!("{CORE} differs from what is generated")));
    repository.run(&["regen"]).succeeded();
    assert_eq!(repository.snapshot(""), before);
}

#[test]
fn descriptions_are_escaped() {
    let spec = small_with(|spec| {
        let pod = &mut spec["definitions"]["io.k8s.api.core.v1.PodSpec"];
        pod["description"] =
            "A <b>bold</b> [Pod], see https://a.b/c.\n\n    let x = 1;\n\n# Not a heading".into();
        pod["properties"]["hostPID"]["description"] = "Use `kubectl <x>`, or '*'.\u{202e}".into();
        pod["properties"]["type"]["description"] = Value::Null;
    });
    let repository = Repository::generated(&spec);
    described(&repository).succeeded();
    let core = repository.read(CORE);
    for part in [
        "/// A \\<b\\>bold\\</b\\> \\[Pod\\], see <https://a.b/c>.\n///\n/// ```text\n/// let x = 1;\n/// ```\n///\n/// \\# Not a heading\n///\n/// Definition",
        "    /// Use `kubectl <x>`, or '\\*'.\n    ///\n    /// `hostPID` in JSON.\n",
        "\n    pub type_: Option<watchable_core::Text>,",
    ] {
        assert!(core.contains(part), "{part} is not in {core}");
    }
}

#[test]
fn descriptions_require_the_pinned_spec() {
    let repository = Repository::generated(SMALL);
    repository.mirror_as("1.99", &SMALL.replace("Prose about Pod.", "Other prose."));
    let before = repository.snapshot("");
    described(&repository).failed_with(&["has the sha256", "cargo xtask fetch 1.99 --repin"]);
    let mirror = repository.mirror();
    repository
        .run(&["regen", "1.99", "--descriptions", "--base-url", &mirror, "--tag", "v1.98.0"])
        .failed_with(&["v1.98.0/api/openapi-spec/swagger.json", "No such file"]);
    let outcome = repository.run(&["regen", "--descriptions", "--check"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("cannot be used with"), "{}", outcome.stderr);
    assert_eq!(repository.snapshot(""), before);
}
