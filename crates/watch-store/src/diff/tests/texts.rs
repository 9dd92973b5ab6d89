//! Objects whose texts are alike, of which the second one is read only where it differs.

use serde_json::Value;

use super::super::DiffOptions;

/// What comes after a member may be the same although more has come before it.
const ALIKE: [(&str, &str); 8] = [
    (r#"{"a":0,"b":2}"#, r#"{"a":1,"b":2}"#),
    (r#"{"a":0,"b":2}"#, r#"{"a":1,"c":3,"b":2}"#),
    (r#"{"a":{"x":2}}"#, r#"{"a":{"x":1},"b":{"x":2}}"#),
    (r#"{"a":1}"#, r#"{"a":12}"#),
    (r#"{"a":"1"}"#, r#"{"a":"1\",\"b\":\"1"}"#),
    (r#"{"a":{"b":[1,{"c":"}"}]},"d":[]}"#, r#"{"a":{"b":[1,{"c":"}}"}]},"d":[]}"#),
    (
        r#"{"metadata":{"managedFields":[{"a":1}],"name":"n"}}"#,
        r#"{"metadata":{"managedFields":[{"a":2}],"labels":{"a":"b"},"name":"n"}}"#,
    ),
    (
        r#"{"spec":{"a":1,"b":[1]},"status":{"a":1}}"#,
        r#"{"spec":{"a":2,"b":[2]},"status":{"a":3}}"#,
    ),
];

#[test]
fn texts_that_are_alike_have_the_changes_of_their_objects() {
    let options = DiffOptions::new();
    for (before, after) in ALIKE.into_iter().chain(ALIKE.map(|(before, after)| (after, before))) {
        let objects: [Value; 2] = [before, after].map(|text| serde_json::from_str(text).unwrap());
        let diff = options.between(&objects[0], &objects[1]).unwrap();
        let changes = options.changes_of_json(before, after).unwrap();
        assert_eq!(changes, diff.changes(), "{before} {after}");
    }
}

#[test]
fn text_that_is_no_json_is_an_error() {
    let before = r#"{"a":1,"metadata":{"managedFields":[1],"name":"n"},"b":2}"#;
    for after in [
        r#"{"a":1,,"metadata":{"managedFields":[1],"name":"n"},"b":2}"#,
        r#"{"a":1,"metadata":{"managedFields":[1]],"name":"n"},"b":2}"#,
        r#"{"a":1,"metadata":{"managedFields":[1],"name":"n"},"b":2"#,
        r#"{"a":}1,"metadata":{"managedFields":[1],"name":"n"},"b":2}"#,
    ] {
        assert!(DiffOptions::new().changes_of_json(before, after).is_err(), "{after}");
    }
}
