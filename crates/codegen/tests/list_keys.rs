//! Tests of the table of list keys that `regen` generates for comparing objects.

mod support;

use support::{Repository, SMALL};

const TABLE: &str = "crates/watch-store/src/diff/list_keys.txt";

#[test]
fn stale_table_of_list_keys_fails_the_check() {
    let repository = Repository::generated(SMALL);
    let table = repository.read(TABLE);
    assert!(table.contains("\ncore.v1.Pod v1/Pod\n metadata meta.v1.ObjectMeta\n"), "{table}");
    repository.write(TABLE, &table.replace(" metadata meta.v1", " data meta.v1"));
    let outcome = repository.run(&["regen", "--check"]);
    assert_eq!(outcome.code, 1);
    let expected = format!("{TABLE} differs from what is generated; run `cargo xtask regen`\n");
    assert_eq!(outcome.stderr, expected);
    repository.run(&["regen"]).succeeded();
    assert_eq!(repository.read(TABLE), table);
}

#[test]
fn newest_release_decides_the_keys() {
    let repository = Repository::new();
    let newer = support::small_with(|spec| {
        let containers =
            &mut spec["definitions"]["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"];
        assert!(containers.is_object());
        containers["x-kubernetes-list-type"] = "map".into();
        containers["x-kubernetes-list-map-keys"] = serde_json::json!(["name", "image"]);
    });
    repository.fetch_as("1.98", SMALL).succeeded();
    repository.fetch_as("1.99", &newer).succeeded();
    repository.run(&["regen"]).succeeded();
    let table = repository.read(TABLE);
    assert!(table.contains("\n containers [name,image]"), "{table}");
}
