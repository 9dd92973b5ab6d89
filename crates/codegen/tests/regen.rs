//! Tests of what `regen` generates from a small spec.

mod support;

use support::{Repository, SMALL};

const CRATE: &str = "crates/models/rel_1_99";

#[track_caller]
fn assert_contains(repository: &Repository, file: &str, parts: &[&str]) {
    let text = repository.read(&format!("{CRATE}/{file}"));
    // Ignore line breaks.
    let flat = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace(", )", " )")
            .replace("( ", "(")
            .replace(" )", ")")
    };
    for part in parts {
        assert!(flat(&text).contains(&flat(part)), "{part}\nis not in {file}:\n{text}");
    }
}

#[test]
fn field_types_follow_from_optionality() {
    let repository = Repository::generated(SMALL);
    assert_contains(
        &repository,
        "src/core/v1.rs",
        &[
            "/// `podIPs` in JSON. pub pod_ips: Vec<watchable_core::Text>,",
            "/// `hostPID` in JSON. pub host_pid: Option<bool>,",
            "pub type_: Option<watchable_core::Text>,",
            "pub limits: watchable_core::Map<crate::resource::Quantity>,",
            "/// Required. Keyed by `name`.",
            // A required time may still be null.
            "/// Required. pub deadline: Option<crate::meta::v1::Time>,",
            "/// Required. pub payload: crate::runtime::RawExtension,",
            "/// Required. pub seconds: i64,",
            "pub token: Option<watchable_core::ByteString>,",
            "pub metadata: crate::meta::v1::ObjectMeta,",
            "pub api_version: Option<watchable_core::Text>,",
            r#"watchable_core::model!(Pod { 0 api_version: "apiVersion", 1 kind: "kind", 2 metadata: "metadata" = [3], 3 spec: "spec" = [4],"#,
            r#"3 limits: "limits" = [4],"#,
        ],
    );
    assert_contains(
        &repository,
        "src/meta/v1.rs",
        &["pub use watchable_core::Time;", "pub continue_: Option<watchable_core::Text>,"],
    );
}

#[test]
fn cycles_are_boxed() {
    let repository = Repository::generated(SMALL);
    assert_contains(
        &repository,
        "src/apiextensions/v1.rs",
        &[
            "pub not: Option<Box<JSONSchemaProps>>,",
            "pub additional_properties: Option<JSONSchemaPropsOrBool>,",
            "pub type JSONSchemaPropsOrBool = watchable_core::SchemaOrBool<JSONSchemaProps>;",
            "pub type JSON = watchable_core::RawJson;",
            "pub enum_: Vec<JSON>,",
            "pub ref_path: Option<watchable_core::Text>,",
        ],
    );
    assert_contains(
        &repository,
        "src/node/v1.rs",
        &["pub right: Option<Right>,", "pub left: Option<Box<Left>>,", "pub lefts: Vec<Left>,"],
    );
}

#[test]
fn what_is_watched_is_wired_and_the_rest_says_why_not() {
    let repository = Repository::generated(SMALL);
    assert_contains(
        &repository,
        "src/core/v1.rs",
        &[
            r#"#[watchable(group = "", version = "v1", kind = "Pod", plural = "pods", namespaced, protobuf, list = PodList)]"#,
            r#"#[watchable(group = "", version = "v1", kind = "Node", plural = "nodes", protobuf, list = NodeList)]"#,
            "impl watchable_core::Listed for ComponentStatus { type Kind = Self; }",
            "impl watchable_core::WatchTarget for ComponentStatusList { type Item = ComponentStatus; }",
            r#"const RESOURCE: watchable_core::ResourceInfo = watchable_core::ResourceInfo::new("", "v1", "Binding", "bindings", watchable_core::Scope::Namespaced);"#,
        ],
    );
    assert_contains(
        &repository,
        "src/authorization/v1.rs",
        &["impl watchable_core::WatchTarget for SelfSubjectRulesReview { type Item = Self; }"],
    );
    let authorization = repository.read(&format!("{CRATE}/src/authorization/v1.rs"));
    assert!(!authorization.contains("Listed") && !authorization.contains("watchable("));
    assert_contains(
        &repository,
        "src/catalog.rs",
        &[
            r#"list_kind: Some("PodList"), singular: "pod", short_names: &["po"],
           verbs: &["create", "delete", "get", "list", "update", "watch"],"#,
            r#"list_kind: Some("ComponentStatusList"), singular: "componentstatus", short_names: &["cs"],
           verbs: &["create", "delete", "get", "list", "update"],"#,
        ],
    );
}

#[test]
fn type_docs_are_derived_from_facts() {
    let repository = Repository::generated(SMALL);
    let reference = "https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.99/#";
    assert_contains(
        &repository,
        "src/core/v1.rs",
        &[
            &format!(
                "/// Kind `Pod` of `v1`.\n///\n\
                 /// Served as `pods`, listed as [`PodList`]; namespaced; can be watched cluster-wide or in one namespace.\n///\n\
                 /// Definition `io.k8s.api.core.v1.Pod`. In Kubernetes 1.99 and later.\n///\n\
                 /// Reference: <{reference}pod-v1-core>"
            ),
            &format!(
                "/// Kind `PodList` of `v1`.\n///\n\
                 /// The list of [`Pod`] objects; watching it watches those objects.\n///\n\
                 /// Definition `io.k8s.api.core.v1.PodList`. In Kubernetes 1.99 and later.\n///\n\
                 /// Reference: <{reference}podlist-v1-core>"
            ),
            "/// The list of [`ComponentStatus`] objects.",
            &format!(
                "/// `PodSpec`, a type without a kind.\n///\n\
                 /// Definition `io.k8s.api.core.v1.PodSpec`. In Kubernetes 1.99 and later.\n///\n\
                 /// Reference: <{reference}podspec-v1-core>"
            ),
        ],
    );
    for (file, anchor) in [
        ("src/events/v1.rs", "event-v1-events-k8s-io"),
        ("src/authorization/v1.rs", "selfsubjectrulesreview-v1-authorization-k8s-io"),
        ("src/meta/v1.rs", "objectmeta-v1-meta"),
    ] {
        assert_contains(&repository, file, &[&format!("/// Reference: <{reference}{anchor}>")]);
    }
    // The reference does not cover types without a version.
    let version = repository.read(&format!("{CRATE}/src/version.rs"));
    assert!(version.contains("Definition") && !version.contains("Reference"), "{version}");
}

#[test]
fn shared_name_belongs_to_core_and_others_are_in_group_modules() {
    let repository = Repository::generated(SMALL);
    assert_contains(
        &repository,
        "src/v1.rs",
        &[
            "//! - [`events::v1::Event`](crate::events::v1::Event): `Event` is `core::v1`'s",
            "| [`Event`](crate::events::v1::Event) | [`EventList`](crate::events::v1::EventList) | `events.k8s.io/v1` | `events` | yes |",
            r#"#[cfg(feature = "events")] pub mod events { #[cfg(feature = "events")] pub use crate::events::v1::{Event, EventList}; }"#,
            "pub use crate::resource::Quantity;",
            "pub use crate::version::Info;",
            r#"pub mod namespaced { #[cfg(feature = "core")] pub use crate::core::v1::{Event, EventList, Pod, PodList};"#,
        ],
    );
    assert_contains(
        &repository,
        "src/lib.rs",
        &["pub use v1::*;", r#"#[cfg(feature = "core")] #[rustfmt::skip] pub mod core;"#],
    );
}

#[test]
fn release_is_added_to_the_facade() {
    let repository = Repository::generated(SMALL);
    let manifest = repository.read("crates/watchables/Cargo.toml");
    assert!(manifest.contains("default = []\n# @generated features: begin (cargo xtask regen)\nrel_1_99 = [\"dep:rel_1_99\"]\n# @generated features: end\n"));
    let version = env!("CARGO_PKG_VERSION");
    let dependency = format!(
        "rel_1_99 = {{ package = \"watchables-rel-1-99\", path = \"../models/rel_1_99\", version = \"{version}\", optional = true }}\n"
    );
    assert!(manifest.contains(&dependency), "{manifest}");
    let releases = repository.read("crates/watchables/src/releases.rs");
    assert!(releases.contains("#[cfg(feature = \"rel_1_99\")]\npub use rel_1_99;\n"));
    repository.write(
        "crates/watchables/Cargo.toml",
        &manifest.replace("# @generated dependencies: end", ""),
    );
    repository
        .run(&["regen"])
        .failed_with(&["crates/watchables/Cargo.toml", "`# @generated dependencies: end`"]);
}

#[test]
fn test_of_every_type_is_generated() {
    let repository = Repository::generated(SMALL);
    let test = repository.read("tests/model/tests/rel_1_99.rs");
    for part in [
        "    Type::of::<rel_1_99::core::v1::Pod>(\"io.k8s.api.core.v1.Pod\"),\n",
        "    Type::of::<rel_1_99::version::Info>(\"io.k8s.apimachinery.pkg.version.Info\"),\n",
        "    model_tests::round_trip_random_objects(\"1.99\", TYPES);\n",
        "    model_tests::matches_served_resources(\"1.99\", rel_1_99::CATALOG);\n",
    ] {
        assert!(test.contains(part), "{part}\nis not in\n{test}");
    }
    let manifest = repository.read("tests/model/Cargo.toml");
    assert!(manifest.contains("rel_1_99 = { package = \"watchables-rel-1-99\", path = \"../../crates/models/rel_1_99\" }\n"));
    assert!(!manifest.contains("[[test]]"), "the newest release is always tested: {manifest}");

    repository.mirror_as("1.100", SMALL);
    repository.run(&["fetch", "1.100", "--base-url", &repository.mirror()]).succeeded();
    repository.run(&["regen"]).succeeded();
    let manifest = repository.read("tests/model/Cargo.toml");
    for part in [
        "every-release = [\"dep:rel_1_99\"]\n",
        "rel_1_99 = { package = \"watchables-rel-1-99\", path = \"../../crates/models/rel_1_99\", optional = true }\n",
        "rel_1_100 = { package = \"watchables-rel-1-100\", path = \"../../crates/models/rel_1_100\" }\n",
        "[[test]]\nname = \"rel_1_99\"\nrequired-features = [\"every-release\"]\n",
    ] {
        assert!(manifest.contains(part), "{part}\nis not in\n{manifest}");
    }

    // Handwritten tests stay; the test of a removed release does not.
    repository.write("tests/model/tests/edge_cases.rs", "");
    repository.write("tests/model/tests/rel_1_98.rs", "");
    repository.run(&["regen"]).succeeded();
    assert!(repository.path("tests/model/tests/edge_cases.rs").exists());
    assert!(!repository.path("tests/model/tests/rel_1_98.rs").exists());
}
