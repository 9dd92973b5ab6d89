//! Objects that do not match their types: the error has the path, the expected type and the value.

use serde::de::DeserializeOwned;
use watchables::{json, rel_1_17, rel_1_37};

#[track_caller]
fn assert_error<T: DeserializeOwned>(text: &str, expected: &str) {
    match json::from_str::<T>(text) {
        Ok(_) => panic!("decoded: {text}"),
        Err(error) => assert_eq!(error.to_string(), expected, "{text}"),
    }
}

#[test]
fn wrong_value_is_an_error_with_its_path() {
    use rel_1_37::{ConfigMap, Deployment, Node, Pod, Secret};
    assert_error::<Pod>(
        r#"{"spec":{"containers":[{},{"name":"b"},{"ports":[{"containerPort":"80"}]}]}}"#,
        r#"spec.containers[2].ports[0].containerPort: expected i32, found "80""#,
    );
    assert_error::<Pod>(r#"{"metadata":[]}"#, "metadata: expected an object, found a list");
    assert_error::<Pod>(
        r#"{"metadata":{"labels":{"app.kubernetes.io/name":7}}}"#,
        r#"metadata.labels["app.kubernetes.io/name"]: expected a string, found 7"#,
    );
    assert_error::<Pod>(
        r#"{"metadata":{"creationTimestamp":1700000000}}"#,
        "metadata.creationTimestamp: expected an RFC 3339 timestamp, found 1700000000",
    );
    assert_error::<Pod>(
        r#"{"status":{"hostIP":true}}"#,
        "status.hostIP: expected a string, found true",
    );
    assert_error::<Deployment>(
        r#"{"spec":{"replicas":3000000000}}"#,
        "spec.replicas: expected i32, found 3000000000",
    );
    assert_error::<Deployment>(
        r#"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1.5}}}}"#,
        "spec.strategy.rollingUpdate.maxSurge: expected a 32-bit integer or a string, found 1.5",
    );
    assert_error::<Node>(
        r#"{"status":{"capacity":{"cpu":null,"memory":[1]}}}"#,
        "status.capacity.memory: expected a quantity as a string or a number, found a list",
    );
    assert_error::<ConfigMap>(
        r#"{"data":{"a":{"b":"c"}}}"#,
        "data.a: expected a string, found an object",
    );
    assert_error::<Secret>(
        r#"{"data":{"key":"not base64"}}"#,
        "data.key: invalid base64: Invalid symbol 32, offset 3.",
    );
}

#[test]
fn errors_in_recursive_and_raw_values_have_the_path() {
    use rel_1_17::v1::CustomResourceDefinition;
    assert_error::<CustomResourceDefinition>(
        r#"{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"properties":{"a":{"not":{"maxLength":"x"}}}}}}]}}"#,
        r#"spec.versions[0].schema.openAPIV3Schema.properties.a.not.maxLength: expected i64, found "x""#,
    );
    assert_error::<CustomResourceDefinition>(
        r#"{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"default":{"a":}}}}]}}"#,
        "spec.versions[0].schema.openAPIV3Schema.default: expected a value at byte 66, found '}'",
    );
    assert_error::<rel_1_17::Pod>(
        r#"{"metadata":{"managedFields":[{"fieldsV1":{"f:spec" {}}}]}}"#,
        "metadata.managedFields[0].fieldsV1: expected `:` at byte 52, found '{'",
    );
}

#[test]
fn error_in_a_list_has_the_item_index() {
    assert_error::<rel_1_37::PodList>(
        r#"{"items":[{},{"spec":{"hostNetwork":"no"}}]}"#,
        r#"items[1].spec.hostNetwork: expected a boolean, found "no""#,
    );
    assert_error::<rel_1_37::PodList>(
        r#"{"items":[{},{"spec":{}}"#,
        "items: the text ends where `,` or `]` was expected",
    );
}
