//! Compares what the decoder accepts and rejects, and the values, with `serde_json`.

mod errors;
mod random;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{from_slice, from_str};

/// Checks that both accept a text as the same value or both reject it, decoded as well as skipped.
#[track_caller]
fn assert_same(text: &str) {
    assert_same_value(text);
    let (ours, theirs) = (from_str::<&RawValue>(text), serde_json::from_str::<&RawValue>(text));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours.get(), theirs.get(), "{text}"),
        (Err(_), Err(_)) => {}
        _ => panic!("{text:?} as raw: {ours:?}, but serde_json: {theirs:?}"),
    }
}

#[track_caller]
fn assert_same_value(text: &str) {
    let (ours, theirs) = (from_str::<Value>(text), serde_json::from_str::<Value>(text));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert!(equal(ours, theirs), "{text}: {ours} is not {theirs}"),
        (Err(_), Err(_)) => {}
        _ => panic!("{text:?}: {ours:?}, but serde_json: {theirs:?}"),
    }
}

/// Compares values; floats up to the last digit, which `serde_json` rounds differently.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            a.total_cmp(&b).is_eq() || ((a - b) / b).abs() < 1e-15
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

#[test]
fn documents_decode_as_with_serde_json() {
    for text in [
        "",
        " ",
        "null",
        "true",
        "false",
        "nul",
        "truely",
        "tru",
        "[]",
        "{}",
        "[",
        "]",
        "{",
        "}",
        "[,]",
        "[1,]",
        "[1 2]",
        "[1,,2]",
        "{,}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        "{a:1}",
        r#"{"a":1 "b":2}"#,
        r#"{"a":1]"#,
        "[1}",
        "{1:2}",
        "[[],[[]],{}]",
        r#" { "a" : [ 1 , { "b" : null } ] , "c" : { } } "#,
        "[1]x",
        "null null",
        "\u{feff}1",
        r#""\u0041\n\t\"\\\/\b\f\r""#,
        r#""\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ud83dx""#,
        r#""\ude00""#,
        r#""\ud83d\u0041""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\x""#,
        r#"""#,
        "\"a\u{1}b\"",
        "\"a\nb\"",
        "\"\u{7f}\u{80}ü€😀\"",
        r#""\"#,
        "\"abcdefg\\\"hijklmnop\"",
        r#"{"\u0061":1,"b\n":2}"#,
        r#"{"a":1,"a":2}"#,
    ] {
        assert_same(text);
    }
}

#[test]
fn numbers_decode_as_with_serde_json() {
    for text in [
        "0",
        "-0",
        "00",
        "01",
        "-01",
        "-",
        "+1",
        "1.",
        ".1",
        "1.e1",
        "1e",
        "1e+",
        "1e5",
        "1E-5",
        "-1.5e+3",
        "0.0",
        "-0.0",
        "0e0",
        "123456789",
        "1234567890",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "-1e400",
        "1e-400",
        "0x1",
        "1_0",
        "NaN",
        "Infinity",
        "3.141592653589793",
        "5e-324",
        "1.7976931348623157e308",
    ] {
        assert_same(text);
        assert_same(&format!("[{text}]"));
    }
}

#[test]
fn nesting_deeper_than_127_is_an_error_decoded_or_skipped() {
    for depth in [1, 126, 127, 128, 129, 5000] {
        for text in [
            format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth)),
        ] {
            assert_same_value(&text);
            assert_eq!(from_str::<&RawValue>(&text).is_ok(), depth <= 127, "{depth}");
        }
    }
}

/// Consecutive empty objects, as in managed fields, with a defect at each position.
#[test]
fn consecutive_empty_objects_decode_as_with_serde_json() {
    let text = r#"{"a":{},"b\"":{},"c":{ },"d":{},"e":[{},"f",{}],"g":{},"h":{"i":{},"j":1}}"#;
    assert_same(text);
    for at in 0..text.len() {
        assert_same(&text[..at]);
        assert_same(&format!("{}{}", &text[..at], &text[at + 1..]));
        for other in ["{", "}", ",", ":", "\"", "x"] {
            assert_same(&format!("{}{other}{}", &text[..at], &text[at + 1..]));
        }
    }
    for depth in [125, 126, 127] {
        let row = r#"{"a":{},"b":{},"c":1}"#;
        let text = format!("{}{row}{}", "[".repeat(depth), "]".repeat(depth));
        assert_same_value(&text);
        assert_eq!(from_str::<&RawValue>(&text).is_ok(), depth + 2 <= 127, "{depth}");
    }
}

#[test]
fn invalid_utf8_is_an_error() {
    let error = from_slice::<Value>(b"[\"\xff\"]").unwrap_err();
    assert_eq!(error.to_string(), "not UTF-8 at byte 2");
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum Shape {
    Unit,
    New(u8),
    Pair(u8, u8),
    Named { x: u8 },
}

#[derive(Debug, PartialEq, Deserialize)]
struct EveryShape<'a> {
    borrowed: &'a str,
    unit: (),
    character: char,
    floats: [f32; 2],
    numbered: BTreeMap<i16, bool>,
    named: BTreeMap<Shape, u64>,
    flags: BTreeMap<bool, Option<i8>>,
    shapes: Vec<Shape>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[test]
fn every_shape_of_serde_decodes() {
    let text = r#"{"borrowed":"here","unit":null,"character":"ü","floats":[1,-2.5],
        "numbered":{"-7":true},"named":{"Unit":1},"flags":{"true":null,"false":-3},
        "shapes":["Unit",{"New":1},{"Pair":[2,3]},{"Named":{"x":4}},{"Unit":null}],"more":[{"a":1}]}"#;
    let value: EveryShape<'_> = from_str(text).unwrap();
    assert_eq!(value.borrowed, "here");
    assert_eq!(
        value.shapes,
        [Shape::Unit, Shape::New(1), Shape::Pair(2, 3), Shape::Named { x: 4 }, Shape::Unit]
    );
    assert_eq!(value, serde_json::from_str(text).unwrap());
}

#[test]
fn surplus_entries_of_a_tuple_or_a_variant_are_an_error() {
    assert!(from_str::<(u8, u8)>("[1,2,3]").is_err());
    assert!(from_str::<(u8, u8)>("[1]").is_err());
    assert!(from_str::<Shape>(r#"{"New":1,"Unit":2}"#).is_err());
    assert!(from_str::<Shape>("{}").is_err());
    assert!(from_str::<Shape>(r#""New""#).is_err());
    assert!(from_str::<Shape>(r#"{"Unit":1}"#).is_err());
}
