//! Tests of error messages.

use serde::Deserialize;

use crate::json::from_str;
use crate::{ByteString, IntOrString, Map, Quantity, Time, model};

#[derive(Clone, Default, PartialEq)]
struct Port {
    container_port: i32,
    target: Option<IntOrString>,
}

model!(Port { 0 container_port: "containerPort", 1 target: "target" });

#[derive(Clone, Default, PartialEq)]
struct Container {
    ports: Vec<Port>,
    data: Map<ByteString>,
    limits: Map<Quantity>,
    started: Option<Time>,
    ready: bool,
}

model!(Container {
    0 ports: "ports",
    1 data: "data",
    2 limits: "limits",
    3 started: "started",
    4 ready: "ready",
});

#[derive(Debug, Deserialize)]
struct Spec {
    #[allow(dead_code)]
    containers: Vec<Container>,
}

#[track_caller]
fn assert_error(text: &str, expected: &str) {
    assert_eq!(from_str::<Spec>(text).unwrap_err().to_string(), expected, "{text}");
}

#[test]
fn error_has_the_path_of_the_value() {
    for (container, expected) in [
        (
            r#"{"ports":[{"containerPort":"80"}]}"#,
            r#"containers[1].ports[0].containerPort: expected i32, found "80""#,
        ),
        (
            r#"{"ports":[{},{"containerPort":3000000000}]}"#,
            "containers[1].ports[1].containerPort: expected i32, found 3000000000",
        ),
        (
            r#"{"ports":[{"containerPort":1.5}]}"#,
            "containers[1].ports[0].containerPort: expected i32, found 1.5",
        ),
        (r#"{"ports":{"a":1}}"#, "containers[1].ports: expected a list, found an object"),
        (r#"{"ports":[3]}"#, "containers[1].ports[0]: expected an object, found 3"),
        (
            r#"{"ports":[{"target":true}]}"#,
            "containers[1].ports[0].target: expected a 32-bit integer or a string, found true",
        ),
        (r#"{"ready":"yes"}"#, r#"containers[1].ready: expected a boolean, found "yes""#),
        (r#"{"ready":[]}"#, "containers[1].ready: expected a boolean, found a list"),
        (
            r#"{"limits":{"nvidia.com/gpu":{}}}"#,
            r#"containers[1].limits["nvidia.com/gpu"]: expected a quantity as a string or a number, found an object"#,
        ),
        (
            r#"{"data":{"a":"x!"}}"#,
            "containers[1].data.a: invalid base64: Invalid symbol 33, offset 1.",
        ),
        (
            r#"{"started":"noon"}"#,
            r#"containers[1].started: invalid timestamp "noon": failed to parse four digit integer as year: invalid digit, expected 0-9 but got n"#,
        ),
        (r#""x""#, r#"containers[1]: expected an object, found "x""#),
        ("null", "containers[1]: expected an object, found null"),
    ] {
        assert_error(&format!(r#"{{"containers":[{{}},{container}]}}"#), expected);
    }
}

#[test]
fn syntax_error_has_the_position() {
    assert_error("", "the text ends where a value was expected");
    assert_error(
        r#"{"containers":[{"ports":[1"#,
        "containers[0].ports[0]: expected an object, found 1",
    );
    assert_error(
        r#"{"containers":[{"ports":["#,
        "containers[0].ports[0]: the text ends where a value was expected",
    );
    assert_error(r#"{"containers":[{}"#, "containers: the text ends where `,` or `]` was expected");
    assert_error(r#"{"containers":[{}}"#, "containers: expected `,` or `]` at byte 17, found '}'");
    assert_error(
        r#"{"containers":[{"x":[tru]}]}"#,
        "containers[0].x: expected a value at byte 21, found 't'",
    );
    assert_error(r#"{"containers":[]} 1"#, "more text after the end of the document at byte 18");
    assert_error("{}", "missing field `containers`");
}

#[test]
fn long_string_in_an_error_is_truncated() {
    let error = from_str::<i32>(&format!("{:?}", "ü".repeat(100))).unwrap_err().to_string();
    assert_eq!(error, format!("expected i32, found \"{}\"…", "ü".repeat(60)));
}
