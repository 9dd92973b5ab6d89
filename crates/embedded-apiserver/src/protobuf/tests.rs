//! Tests of what Go's code does in special cases, and of malformed bodies.

use super::*;

/// The field `not` of a schema.
const NOT: u32 = 28;

/// Returns the message in an envelope of a kind.
fn body(api_version: &str, kind: &str, message: &[u8]) -> Vec<u8> {
    let mut body = envelope::head(api_version, kind, message.len());
    body.extend_from_slice(message);
    body.extend_from_slice(envelope::TAIL);
    body
}

fn round_trip(object: &Value, minor: u32) -> Value {
    decode(&encode(object, minor).unwrap()).unwrap()
}

#[test]
fn zeros_are_in_the_message_and_not_in_json() {
    let deployment = |replicas: Value| {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
            "spec": {"replicas": replicas, "paused": false, "template": {"spec": {"containers": []}}},
        })
    };
    let found = round_trip(&deployment(0.into()), 36);
    assert_eq!(found["spec"]["replicas"], 0);
    assert_eq!((found["spec"].get("paused"), found["metadata"].get("uid")), (None, None));
    assert_eq!(round_trip(&deployment(Value::Null), 36)["spec"].get("replicas"), None);
    let map = encode(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}}), 36);
    // The six texts and the generation of the metadata.
    let metadata = b"\x0a\x00\x12\x00\x1a\x00\x22\x00\x2a\x00\x32\x00\x38\x00";
    let mut message = vec![0x0a, 14];
    message.extend_from_slice(metadata);
    assert_eq!(map.unwrap(), body("v1", "ConfigMap", &message));
}

#[test]
fn a_release_writes_the_fields_that_it_has() {
    let entry = json!({"manager": "a", "subresource": "status"});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"managedFields": [entry], "clusterName": "c"},
        "spec": {"containers": [{"name": "a", "lifecycle": {"preStop": {"exec": {"command": ["x"]}}}}]},
    });
    let (old, new) = (round_trip(&pod, 21), round_trip(&pod, 36));
    let subresource = |pod: &Value| pod["metadata"]["managedFields"][0].get("subresource").cloned();
    assert_eq!((subresource(&old), subresource(&new)), (None, Some("status".into())));
    assert_eq!(
        (&old["metadata"]["clusterName"], new["metadata"].get("clusterName")),
        (&json!("c"), None)
    );
    // Its type has another name since 1.23.
    for pod in [old, new] {
        let command = &pod["spec"]["containers"][0]["lifecycle"]["preStop"]["exec"]["command"];
        assert_eq!(*command, json!(["x"]));
    }
}

#[test]
fn what_has_no_place_or_another_type_is_left_out() {
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": 1, "labels": ["a"], "x": {}},
        "data": {"a": 1, "b": "c"}, "binaryData": {"a": "!"}, "immutable": "yes",
    });
    let found = round_trip(&map, 36);
    let expected = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {},
        "data": {"a": "", "b": "c"}, "binaryData": {"a": ""},
    });
    assert_eq!(found, expected);
    assert_eq!(encode(&json!({"apiVersion": "example.com/v1", "kind": "Widget"}), 36), None);
    assert_eq!(encode(&json!("text"), 36), None);
}

#[test]
fn special_values_survive() {
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"creationTimestamp": null},
        "spec": {"ports": [{"port": 80, "targetPort": "web"}, {"port": 1, "targetPort": 8080}]},
    });
    let found = round_trip(&service, 36);
    assert_eq!(found["spec"]["ports"], service["spec"]["ports"]);
    assert_eq!(found["metadata"], json!({"creationTimestamp": null}));
    let schema = json!({
        "additionalProperties": false, "default": null, "enum": [null, 1],
        "properties": {"a": {"additionalProperties": {"type": "string"}, "items": {"type": "integer"}}},
    });
    let version = json!({"name": "v1", "served": false, "storage": true, "schema": {"openAPIV3Schema": schema}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {},
        "spec": {"group": "", "versions": [version], "scope": "", "names": {"plural": "", "kind": ""}},
    });
    let found = round_trip(&definition, 36);
    let versions = &found["spec"]["versions"];
    assert_eq!(versions[0]["served"], false);
    let found = &versions[0]["schema"]["openAPIV3Schema"];
    assert_eq!((&found["additionalProperties"], &found["enum"]), (&json!(false), &schema["enum"]));
    assert_eq!(found["properties"], schema["properties"]);
}

#[test]
fn unknown_fields_are_skipped() {
    let found =
        decode(&body("v1", "Namespace", b"\x0a\x07\x0a\x01a\xfa\x7f\x01x\x48\x02\x49abcdefgh"));
    let expected = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}});
    assert_eq!(found.unwrap(), expected);
}

#[test]
fn discovery_has_no_version() {
    let found = decode(&body("", "APIVersions", b"\x0a\x02v1")).unwrap();
    assert_eq!(found, json!({"kind": "APIVersions", "versions": ["v1"]}));
}

#[test]
fn integers_may_be_packed() {
    let security = b"\x22\x03\x01\xac\x02";
    let spec = [&[0x72, 5][..], security].concat();
    let pod = decode(&body("v1", "Pod", &[&[0x12, 7][..], &spec].concat())).unwrap();
    assert_eq!(pod["spec"]["securityContext"]["supplementalGroups"], json!([1, 300]));
}

#[test]
fn errors_name_the_place() {
    for (message, expected) in [
        (&b"\x0a\x02\x08\x01"[..], "metadata.name: unexpected integer 1"),
        (b"\x0a\x09\x08\x01", "malformed or truncated protobuf"),
        (b"\x0a\x01\x0a", "metadata: malformed or truncated protobuf"),
        (b"\x0a\x03\x0a\x01\xff", "metadata.name: invalid utf-8 sequence of 1 bytes from index 0"),
        (b"\x0a\x04\x42\x02\x0a\x00", "metadata.creationTimestamp: unexpected 0 bytes"),
        (b"\x0a\x02\x5a\x01", "metadata: malformed or truncated protobuf"),
        (b"\x0a\x08\x5a\x06\x0a\x01k\x12\x01\xff", "metadata.labels[\"k\"]: invalid utf-8"),
        (b"\x12\x03\x12\x01\x0a", "spec.containers[0]: malformed or truncated protobuf"),
        (b"\x12\x06\x12\x00\x12\x02\x10\x01", "spec.containers[1].image: unexpected integer 1"),
    ] {
        let error = decode(&body("v1", "Pod", message)).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{expected}: {error}");
    }
    assert!(decode(b"{}").unwrap_err().to_string().contains("k8s"));
    assert!(decode(&body("example.com/v1", "Widget", b"")).unwrap_err().is_unknown_kind());
}

#[test]
fn nesting_is_limited() {
    let mut schema = Vec::new();
    for _ in 0..300 {
        let mut outer = Vec::new();
        writer::bytes(&mut outer, NOT, &schema);
        schema = outer;
    }
    let is_it = |message: &&messages::Message| message.name == "apiextensions.v1.JSONSchemaProps";
    let message = MESSAGES.all.iter().find(is_it).unwrap();
    assert_eq!(message.fields.iter().find(|field| field.name == "not").unwrap().path, [NOT]);
    let error = decode::message(message, &schema).unwrap_err().to_string();
    assert!(error.starts_with("not.not.") && error.ends_with("it is nested too deeply"), "{error}");
}
