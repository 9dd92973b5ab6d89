//! Objects that do not fit their types: the error names the place, what belongs there, what stands there.

use serde::de::DeserializeOwned;
use watchables::{json, rel_1_17, rel_1_36};

#[track_caller]
fn says<T: DeserializeOwned>(text: &str, expected: &str) {
    match json::from_str::<T>(text) {
        Ok(_) => panic!("this decodes: {text}"),
        Err(error) => assert_eq!(error.to_string(), expected, "{text}"),
    }
}

#[test]
fn a_wrong_value_is_told_with_its_path() {
    use rel_1_36::{ConfigMap, Deployment, Node, Pod, Secret};
    says::<Pod>(
        r#"{"spec":{"containers":[{},{"name":"b"},{"ports":[{"containerPort":"80"}]}]}}"#,
        r#"spec.containers[2].ports[0].containerPort: expected i32, found "80""#,
    );
    says::<Pod>(r#"{"metadata":[]}"#, "metadata: expected an object, found a list");
    says::<Pod>(
        r#"{"metadata":{"labels":{"app.kubernetes.io/name":7}}}"#,
        r#"metadata.labels["app.kubernetes.io/name"]: expected a string, found 7"#,
    );
    says::<Pod>(
        r#"{"metadata":{"creationTimestamp":1700000000}}"#,
        "metadata.creationTimestamp: expected an RFC 3339 timestamp, found 1700000000",
    );
    says::<Pod>(r#"{"status":{"hostIP":true}}"#, "status.hostIP: expected a string, found true");
    says::<Deployment>(
        r#"{"spec":{"replicas":3000000000}}"#,
        "spec.replicas: expected i32, found 3000000000",
    );
    says::<Deployment>(
        r#"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1.5}}}}"#,
        "spec.strategy.rollingUpdate.maxSurge: expected a 32-bit integer or a string, found 1.5",
    );
    says::<Node>(
        r#"{"status":{"capacity":{"cpu":null,"memory":[1]}}}"#,
        "status.capacity.memory: expected a quantity as a string or a number, found a list",
    );
    says::<ConfigMap>(r#"{"data":{"a":{"b":"c"}}}"#, "data.a: expected a string, found an object");
    says::<Secret>(
        r#"{"data":{"key":"not base64"}}"#,
        "data.key: invalid base64: Invalid symbol 32, offset 3.",
    );
}

#[test]
fn recursive_and_raw_parts_are_told_too() {
    use rel_1_17::v1::CustomResourceDefinition;
    says::<CustomResourceDefinition>(
        r#"{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"properties":{"a":{"not":{"maxLength":"x"}}}}}}]}}"#,
        r#"spec.versions[0].schema.openAPIV3Schema.properties.a.not.maxLength: expected i64, found "x""#,
    );
    says::<CustomResourceDefinition>(
        r#"{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"default":{"a":}}}}]}}"#,
        "spec.versions[0].schema.openAPIV3Schema.default: expected a value at byte 66, found '}'",
    );
    says::<rel_1_17::Pod>(
        r#"{"metadata":{"managedFields":[{"fieldsV1":{"f:spec" {}}}]}}"#,
        "metadata.managedFields[0].fieldsV1: expected `:` at byte 52, found '{'",
    );
}

#[test]
fn a_list_says_which_item() {
    says::<rel_1_36::PodList>(
        r#"{"items":[{},{"spec":{"hostNetwork":"no"}}]}"#,
        r#"items[1].spec.hostNetwork: expected a boolean, found "no""#,
    );
    says::<rel_1_36::PodList>(
        r#"{"items":[{},{"spec":{}}"#,
        "items: the text ends where `,` or `]` was expected",
    );
}
