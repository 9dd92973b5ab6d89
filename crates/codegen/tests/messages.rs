//! Tests of the table of messages that `regen` generates for the embedded API server.

mod support;

use support::{Repository, SMALL};

const TABLE: &str = "crates/embedded-apiserver/src/protobuf/messages.txt";

#[test]
fn stale_table_fails_the_check() {
    let repository = Repository::generated(SMALL);
    let table = repository.read(TABLE);
    assert!(table.contains("\ncore.v1.Pod v1/Pod\n 3 metadata meta.v1.ObjectMeta\n"), "{table}");
    assert!(table.contains("\nmeta.v1.PartialObjectMetadata "), "{table}");
    repository.write(TABLE, &table.replace(" 3 metadata", " 4 metadata"));
    let outcome = repository.run(&["regen", "--check"]);
    assert_eq!(outcome.code, 1);
    let expected = format!("{TABLE} differs from what is generated; run `cargo xtask regen`\n");
    assert_eq!(outcome.stderr, expected);
    repository.run(&["regen"]).succeeded();
    assert_eq!(repository.read(TABLE), table);
}

#[test]
fn field_of_one_release_says_which() {
    let repository = Repository::new();
    let older = support::small_with(|spec| {
        let pod = spec["definitions"]["io.k8s.api.core.v1.Pod"]["properties"].as_object_mut();
        pod.unwrap().remove("spec");
    });
    repository.fetch_as("1.98", &older).succeeded();
    repository.fetch_as("1.99", SMALL).succeeded();
    repository.run(&["regen"]).succeeded();
    let table = repository.read(TABLE);
    assert!(table.contains("\n 4 spec .PodSpec +99\n"), "{table}");
}

#[test]
fn releases_that_contradict_each_other_fail() {
    let repository = Repository::new();
    for release in ["1.98", "1.99"] {
        repository.fetch_as(release, SMALL).succeeded();
    }
    let facts = repository.read("spec/rel_1_99.json");
    let metadata = r#""protobuf": "3 message""#;
    assert!(facts.contains(metadata));
    repository.write("spec/rel_1_99.json", &facts.replace(metadata, r#""protobuf": "33 message""#));
    repository.run(&["regen"]).failed_with(&[
        "spec/rel_1_99.json: io.k8s.api.",
        "is `33 message` in 1.99, but before, it was field [3], `message`",
        "Kubernetes never gives a field another number",
    ]);
    assert!(!repository.path(TABLE).exists(), "nothing is written");
}
