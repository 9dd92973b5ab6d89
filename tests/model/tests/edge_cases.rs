//! Edge cases: values at the limits, and irregular input that clients send.

use std::fmt::Debug;

use model_tests::Type;
use rel_1_37::admissionregistration::v1::MutatingWebhookConfiguration;
use rel_1_37::apiextensions::v1::JSONSchemaProps;
use rel_1_37::apps::v1::ControllerRevision;
use rel_1_37::coordination::v1::Lease;
use rel_1_37::core::v1::{
    Binding, ConfigMap, Container, Event, LimitRange, Node, Pod, PodList, ReplicationController,
    ResourceQuota, Secret, Service,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json as object};
use watchable_core::{ByteString, IntOrString, json};

/// Decodes a text, and checks that our deserializer agrees with `serde_json`.
#[track_caller]
fn decode<T: DeserializeOwned + PartialEq + Debug>(text: &str) -> T {
    let ours: T = json::from_str(text).unwrap();
    assert_eq!(ours, serde_json::from_str(text).unwrap());
    ours
}

#[track_caller]
fn assert_rejected<T: DeserializeOwned + Debug>(text: &str) {
    json::from_str::<T>(text).unwrap_err();
    serde_json::from_str::<T>(text).unwrap_err();
}

/// Checks that a text round-trips verbatim. Its properties must be in alphabetical order.
#[track_caller]
fn assert_round_trip<T: DeserializeOwned + Serialize + PartialEq + Debug>(text: &str) -> T {
    let value: T = decode(text);
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    value
}

/// Checks what a value is encoded as after decoding.
#[track_caller]
fn assert_encodes_as<T: DeserializeOwned + Serialize + PartialEq + Debug>(
    value: &Value,
    expected: &Value,
) -> T {
    let decoded: T = decode(&value.to_string());
    assert_eq!(serde_json::to_value(&decoded).unwrap(), *expected);
    decoded
}

#[test]
fn integers_keep_all_digits() {
    for number in [i64::MAX, i64::MIN, (1 << 53) + 1, 0, -1] {
        let text =
            format!(r#"{{"data":{{}},"metadata":{{"generation":{number}}},"revision":{number}}}"#);
        let revision: ControllerRevision = assert_round_trip(&text);
        assert_eq!((revision.revision, revision.metadata.generation), (Some(number), Some(number)));
    }
    for number in [i32::MAX, i32::MIN] {
        assert_round_trip::<ReplicationController>(&format!(
            r#"{{"metadata":{{}},"spec":{{"replicas":{number}}}}}"#
        ));
    }
}

/// An integer beyond its type is an error, never another number.
#[test]
fn integer_out_of_range_is_an_error() {
    let number = i128::from(i64::MAX) + 1;
    assert_rejected::<ControllerRevision>(&format!(r#"{{"revision":{number}}}"#));
    assert_rejected::<ReplicationController>(r#"{"spec":{"replicas":2147483648}}"#);
}

#[test]
fn floats_keep_their_last_digit() {
    for text in ["0.1", "4.769068414272093e-217", "1.7976931348623157e+308", "-2.5", "5e-324"] {
        let schema: JSONSchemaProps = assert_round_trip(&format!(r#"{{"maximum":{text}}}"#));
        assert_eq!(schema.maximum, Some(text.parse().unwrap()));
    }
    // As Go writes them: an integral value without a point, and -2^63 by its first digits.
    assert_round_trip::<JSONSchemaProps>(r#"{"maximum":10,"minimum":-3}"#);
    let schema: JSONSchemaProps = decode(r#"{"maximum":10.0,"minimum":-9223372036854776000}"#);
    let expected = JSONSchemaProps {
        maximum: Some(10.0),
        minimum: Some(-9_223_372_036_854_775_808.0),
        ..JSONSchemaProps::default()
    };
    assert_eq!(schema, expected);
}

#[test]
fn quantities_round_trip_as_written() {
    let written = ["0", "1", "100m", "0.5Gi", "1.50", "12e6", "1E3", "-250m", "+3", ".5", "1n", ""];
    for text in written {
        let hard = format!(r#"{{"metadata":{{}},"spec":{{"hard":{{"cpu":"{text}"}}}}}}"#);
        let quota: ResourceQuota = assert_round_trip(&hard);
        assert_eq!(quota.spec.unwrap().hard["cpu"].0, text);
    }
    let bare: ResourceQuota = decode(r#"{"spec":{"hard":{"cpu":2}}}"#);
    assert_eq!(bare.spec.unwrap().hard["cpu"].0, "2");
}

#[test]
fn times_keep_their_fractions() {
    for text in ["2026-11-22T13:35:49Z", "2026-11-22T13:35:49.123456789Z", "0001-01-01T00:00:00Z"] {
        assert_round_trip::<Node>(&format!(r#"{{"metadata":{{"creationTimestamp":"{text}"}}}}"#));
    }
    for text in ["2026-11-22T13:35:49.000000Z", "2026-11-22T13:35:49.123456Z"] {
        assert_round_trip::<Lease>(&format!(
            r#"{{"metadata":{{}},"spec":{{"renewTime":"{text}"}}}}"#
        ));
    }
    assert_encodes_as::<Node>(
        &object!({"metadata": {"creationTimestamp": "2026-11-22T15:35:49+02:00"}}),
        &object!({"metadata": {"creationTimestamp": "2026-11-22T13:35:49Z"}}),
    );
    // Go encodes unset times as `null`, even required ones.
    let event: Event =
        decode(r#"{"eventTime":null,"firstTimestamp":null,"metadata":{"creationTimestamp":null}}"#);
    assert_eq!((event.event_time, event.first_timestamp), (None, None));
    let micro = rel_1_37::events::v1::Event::default();
    assert_eq!(decode::<rel_1_37::events::v1::Event>(r#"{"eventTime":null}"#), micro);
}

#[test]
fn raw_json_round_trips_verbatim() {
    let data = r#"{ "spaced" : [1.0, 1e3, -0.0, 12345678901234567890], "é":"é \/ \u003c", "dup":1,"dup":2 }"#;
    let revision: ControllerRevision =
        assert_round_trip(&format!(r#"{{"data":{data},"metadata":{{}},"revision":1}}"#));
    assert_eq!(revision.data.get(), data);
    let fields = r#"{"f:spec":{"k:{\"name\":\"a\"}":{".":{}}}}"#;
    assert_round_trip::<Pod>(&format!(
        r#"{{"metadata":{{"managedFields":[{{"fieldsV1":{fields}}}]}}}}"#
    ));
    // Inside a schema, whose alternatives are decoded by the type of the value.
    for text in [
        r#"{"default":{"a": [1 ]}}"#,
        r#"{"items":{"default":{"a": 1}}}"#,
        r#"{"items":[{"example":1.0}]}"#,
    ] {
        assert_round_trip::<JSONSchemaProps>(text);
    }
    // `null` items of raw lists are kept.
    assert_round_trip::<JSONSchemaProps>(r#"{"enum":[null,1,"a"]}"#);
}

#[test]
fn int_or_string_round_trips() {
    let port = |text: &str| {
        format!(r#"{{"metadata":{{}},"spec":{{"ports":[{{"port":80,"targetPort":{text}}}]}}}}"#)
    };
    for (text, value) in [
        ("8080", IntOrString::Int(8080)),
        ("-1", IntOrString::Int(-1)),
        (r#""http""#, IntOrString::String("http".into())),
        (r#""8080""#, IntOrString::String("8080".into())),
        (r#""25%""#, IntOrString::String("25%".into())),
    ] {
        let service: Service = assert_round_trip(&port(text));
        assert_eq!(service.spec.unwrap().ports[0].target_port, Some(value));
    }
    let absent: Service = decode(&port("null"));
    assert_eq!(absent.spec.unwrap().ports[0].target_port, None);
}

#[test]
fn bytes_round_trip_as_base64() {
    let secret: Secret =
        assert_round_trip(r#"{"data":{"all":"AAECAwT+/w==","empty":""},"metadata":{}}"#);
    assert_eq!(secret.data["all"], ByteString(vec![0, 1, 2, 3, 4, 0xfe, 0xff]));
    // Only an API server that stores JSON returns it. Others return `""`, which means the same.
    let secret: Secret = decode(r#"{"data":{"gone":null},"metadata":{}}"#);
    assert_eq!(secret.data["gone"], ByteString::default());
    assert_eq!(json::from_slice::<Secret>(&serde_json::to_vec(&secret).unwrap()).unwrap(), secret);
    let hook: MutatingWebhookConfiguration =
        decode(r#"{"webhooks":[{"name":"a","clientConfig":{"caBundle":null}}]}"#);
    assert_eq!(hook.webhooks[0].client_config.ca_bundle, None);
}

#[test]
fn config_map_of_one_mebibyte_round_trips() {
    let line = "größe = \"1\"\n\u{1d11e}\\\t";
    let long = line.repeat((1 << 20) / line.len());
    let value = object!({
        "data": {"a.properties": long},
        "binaryData": {"b": "QUJD".repeat(1 << 18)},
        "metadata": {"name": "large"},
    });
    let map: ConfigMap = assert_encodes_as(&value, &value);
    assert_eq!(map.data["a.properties"], long);
    assert_eq!(map.binary_data["b"].0.len(), 3 << 18);
}

#[test]
fn null_counts_as_absent() {
    let list: PodList = assert_encodes_as(
        &object!({"items": null, "metadata": null, "kind": null}),
        &object!({"items": [], "metadata": {}}),
    );
    assert!(list.items.is_empty());
    let list: PodList = assert_encodes_as(
        &object!({"items": [null, {"metadata": {"name": "a", "labels": null, "finalizers": null}, "spec": {"containers": null}}]}),
        &object!({"items": [{"metadata": {}}, {"metadata": {"name": "a"}, "spec": {"containers": []}}], "metadata": {}}),
    );
    assert_eq!(list.items[0], Pod::default());
    assert_eq!(list.items[1].api_version, None);
    assert_encodes_as::<LimitRange>(
        &object!({"spec": {"limits": null}}),
        &object!({"metadata": {}, "spec": {"limits": []}}),
    );
}

#[test]
fn null_in_a_string_map_is_an_empty_string() {
    let map: ConfigMap = assert_encodes_as(
        &object!({"data": {"a": null, "b": "c"}}),
        &object!({"data": {"a": "", "b": "c"}, "metadata": {}}),
    );
    assert_eq!(map.data["a"], "");
}

#[test]
fn missing_required_fields_have_their_default() {
    let container: Container = decode("{}");
    assert_eq!(container, Container::default());
    assert_eq!(container.name, "");
    assert_encodes_as::<Binding>(&object!({}), &object!({"metadata": {}, "target": {}}));
    let port = assert_encodes_as::<rel_1_37::core::v1::ContainerPort>(
        &object!({}),
        &object!({"containerPort": 0}),
    );
    assert_eq!(port.container_port, 0);
}

/// An empty object is significant: as a selector, it selects everything.
#[test]
fn empty_objects_are_kept() {
    let policy = r#"{"metadata":{},"spec":{"podSelector":{}}}"#;
    assert_round_trip::<rel_1_37::networking::v1::NetworkPolicy>(policy);
    let pod = r#"{"metadata":{},"spec":{"containers":[{"name":"a"}],"volumes":[{"emptyDir":{},"name":"v"}]}}"#;
    assert_round_trip::<Pod>(pod);
}

/// Deeper than any real object, and within the limit of `serde_json`.
#[test]
fn deeply_nested_schema_round_trips() {
    let deep =
        |depth: usize| format!("{}{}{}", r#"{"not":"#.repeat(depth), "{}", "}".repeat(depth));
    let type_ = Type::of::<JSONSchemaProps>("JSONSchemaProps");
    assert_eq!(type_.round_trip(&deep(100)).unwrap(), deep(100));
    assert!(type_.round_trip(&deep(100_000)).is_err());
}

/// In 1.17, the required `service` is `null` for APIs that the API server serves itself.
#[cfg(feature = "every-release")]
#[test]
fn api_service_without_a_service_round_trips() {
    assert_round_trip::<rel_1_17::apiregistration::v1::APIService>(
        r#"{"metadata":{},"spec":{"groupPriorityMinimum":1,"versionPriority":2}}"#,
    );
    let null = r#"{"metadata":{},"spec":{"service":null,"groupPriorityMinimum":1}}"#;
    let service: rel_1_17::apiregistration::v1::APIService = decode(null);
    assert_eq!(service.spec.unwrap().service, None);
}
