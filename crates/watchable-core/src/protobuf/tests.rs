//! Tests of the protobuf reader, on messages that are written by hand.

use super::*;
use crate::{
    ByteString, IntOrString, Map, MicroTime, Quantity, RawJson, SchemaOrBool, Time, model,
};

#[derive(Clone, Default, PartialEq)]
struct Thing {
    metadata: Option<Metadata>,
    replicas: Option<i32>,
    paused: Option<bool>,
    port: Option<IntOrString>,
    items: Vec<Item>,
    numbers: Vec<i32>,
    amounts: Map<Quantity>,
    lists: Map<Vec<String>>,
    config_map: Option<Item>,
    groups: Vec<String>,
    time: Option<Time>,
    since: Option<MicroTime>,
    data: Option<ByteString>,
    raw: RawJson,
    schema: Option<SchemaOrBool<Item>>,
    weight: Option<f64>,
    far: Option<String>,
    child: Option<Box<Thing>>,
    empty: Option<RawJson>,
}

#[derive(Clone, Default, PartialEq)]
struct Metadata {
    name: Option<String>,
    managed_fields: Vec<Item>,
}

#[derive(Clone, Default, PartialEq)]
struct Item {
    name: String,
    optional: Option<bool>,
}

model!(Thing {
    0 metadata: "metadata" = [1],
    1 replicas: "replicas" = pointer [2],
    2 paused: "paused" = [3],
    3 port: "port" = [4],
    4 items: "items" = [5],
    5 numbers: "numbers" = [6],
    6 amounts: "amounts" = [7],
    7 lists: "lists" = [8],
    8 config_map: "configMap" = [9 1 19],
    9 groups: "groups" = [10 1],
    10 time: "time" = [11],
    11 since: "since" = [12],
    12 data: "data" = [13],
    13 raw: "raw" = [14],
    14 schema: "schema" = [15],
    15 weight: "weight" = pointer [16],
    16 far: "far" = [1000],
    17 child: "child" = [17],
    18 empty: "empty" = pointer [18],
});
model!(Metadata { 0 name: "name" = [1], 1 managed_fields: "managedFields" = [17] });
model!(Item { 0 name: "name" = [1], 1 optional: "optional" = pointer [2] });

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

fn integer(number: u32, value: i64) -> Vec<u8> {
    [varint(u64::from(number) << 3), varint(value.cast_unsigned())].concat()
}

fn bytes(number: u32, value: &[u8]) -> Vec<u8> {
    [varint(u64::from(number) << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

fn message(number: u32, fields: &[Vec<u8>]) -> Vec<u8> {
    bytes(number, &fields.concat())
}

fn decoded(fields: &[Vec<u8>]) -> String {
    let thing: Thing = from_message(&fields.concat()).unwrap();
    serde_json::to_string(&thing).unwrap()
}

#[test]
fn fields_of_every_type_equal_those_of_json() {
    let item = |name: &[u8]| [bytes(1, name), integer(2, 0)];
    for (fields, json) in [
        (vec![integer(2, -1)], r#"{"replicas":-1}"#),
        (vec![message(4, &[integer(1, 0), integer(2, 80), bytes(3, b"")])], r#"{"port":80}"#),
        (vec![message(4, &[integer(1, 1), integer(2, 0), bytes(3, b"a")])], r#"{"port":"a"}"#),
        (
            vec![message(5, &item(b"a")), message(5, &item(b"b"))],
            r#"{"items":[{"name":"a","optional":false},{"name":"b","optional":false}]}"#,
        ),
        (vec![integer(6, 1), integer(6, -2)], r#"{"numbers":[1,-2]}"#),
        (vec![message(6, &[varint(1), varint(300)])], r#"{"numbers":[1,300]}"#),
        (
            vec![message(7, &[bytes(1, b"cpu"), message(2, &[bytes(1, b"1")])])],
            r#"{"amounts":{"cpu":"1"}}"#,
        ),
        (vec![message(7, &[bytes(1, b"cpu"), message(2, &[])])], r#"{"amounts":{"cpu":"0"}}"#),
        (
            vec![message(8, &[bytes(1, b"k"), message(2, &[bytes(1, b"a"), bytes(1, b"b")])])],
            r#"{"lists":{"k":["a","b"]}}"#,
        ),
        (vec![message(8, &[bytes(1, b"k"), message(2, &[])])], r#"{"lists":{"k":[]}}"#),
        (
            vec![message(9, &[message(1, &[message(19, &[bytes(1, b"a")])])])],
            r#"{"configMap":{"name":"a"}}"#,
        ),
        (vec![message(10, &[bytes(1, b"a"), bytes(1, b"b")])], r#"{"groups":["a","b"]}"#),
        (
            vec![message(11, &[integer(1, 1_700_000_000), integer(2, 5)])],
            r#"{"time":"2023-11-14T22:13:20Z"}"#,
        ),
        (vec![message(11, &[integer(1, 253_402_300_799)])], r#"{"time":"9999-12-31T23:59:59Z"}"#),
        (
            vec![message(12, &[integer(1, 1_700_000_000), integer(2, 1_234)])],
            r#"{"since":"2023-11-14T22:13:20.000001Z"}"#,
        ),
        (vec![bytes(13, b"hi")], r#"{"data":"aGk="}"#),
        (vec![message(14, &[bytes(1, br#"{"a":[1]}"#)])], r#"{"raw":{"a":[1]}}"#),
        (vec![message(15, &[integer(1, 1)])], r#"{"schema":true}"#),
        (
            vec![message(15, &[integer(1, 1), message(2, &[bytes(1, b"a")])])],
            r#"{"schema":{"name":"a"}}"#,
        ),
        (vec![varint(16 << 3 | 1), 1.5_f64.to_le_bytes().to_vec()], r#"{"weight":1.5}"#),
        (vec![bytes(1000, "ü".as_bytes())], r#"{"far":"ü"}"#),
        (vec![bytes(1000, b"a\xff")], "{\"far\":\"a\u{fffd}\"}"),
    ] {
        assert_eq!(decoded(&fields), json);
    }
}

#[test]
fn zeros_count_only_for_pointers() {
    let zeros = [integer(2, 0), integer(3, 0), bytes(1000, b""), bytes(13, b"")];
    assert_eq!(decoded(&zeros), r#"{"replicas":0}"#);
    assert_eq!(decoded(&[integer(3, 1), integer(3, 0)]), "{}", "the last one counts");
}

#[test]
fn messages_without_contents_are_what_json_has() {
    let empty = [message(11, &[]), message(12, &[]), message(14, &[]), message(1, &[])];
    assert_eq!(decoded(&empty), r#"{"metadata":{}}"#);
    assert_eq!(decoded(&[message(18, &[])]), r#"{"empty":{}}"#);
}

#[test]
fn messages_of_one_number_are_merged() {
    let parts = [
        message(9, &[message(1, &[message(19, &[bytes(1, b"a")])])]),
        message(9, &[message(1, &[message(19, &[integer(2, 1)])])]),
    ];
    assert_eq!(decoded(&parts), r#"{"configMap":{"name":"a","optional":true}}"#);
}

#[test]
fn unknown_fields_are_skipped() {
    let unknown = [integer(50, 7), bytes(51, b"x"), integer(2000, 1), message(9, &[integer(7, 1)])];
    let fixed = [varint(52 << 3 | 1), vec![0; 8], varint(53 << 3 | 5), vec![0; 4], integer(2, 3)];
    assert_eq!(decoded(&[unknown.concat(), fixed.concat()]), r#"{"replicas":3}"#);
}

#[test]
fn managed_fields_of_the_object_alone_are_skipped() {
    let metadata =
        |name: &[u8]| message(1, &[message(17, &[bytes(1, b"kubelet")]), bytes(1, name)]);
    let object = [metadata(b"a"), message(17, &[metadata(b"b")])].concat();
    let thing: Thing = without_managed_fields(&object).unwrap();
    assert_eq!(
        serde_json::to_string(&thing).unwrap(),
        r#"{"metadata":{"name":"a"},"child":{"metadata":{"name":"b","managedFields":[{"name":"kubelet"}]}}}"#
    );
}

#[test]
fn lists_have_no_spare_capacity() {
    let fields: Vec<_> = (0..5).map(|number| integer(6, number)).collect();
    let thing: Thing = from_message(&fields.concat()).unwrap();
    assert_eq!((thing.numbers.len(), thing.numbers.capacity()), (5, 5));
}

#[test]
fn errors_name_the_place() {
    let error =
        |fields: &[Vec<u8>]| from_message::<Thing>(&fields.concat()).unwrap_err().to_string();
    let amount = [bytes(1, b"a/b"), integer(2, 1)];
    for (fields, expected) in [
        (vec![bytes(2, b"80")], "replicas: expected an integer, found 2 bytes"),
        (
            vec![message(5, &[]), message(5, &[integer(1, 7)])],
            "items[1].name: expected a string, bytes or a message, found the integer 7",
        ),
        (
            vec![message(7, &amount)],
            "amounts[\"a/b\"]: expected a string, bytes or a message, found the integer 1",
        ),
        (
            vec![message(14, &[bytes(1, b"{")])],
            "raw: the text ends where a key in quotes was expected",
        ),
        (vec![message(1, &[vec![0x0a, 5, b'a']])], "metadata: the message is truncated"),
        (vec![vec![0x10, 0x80]], "the message is truncated"),
        (vec![vec![0x10], vec![0xff; 10]], "a number has more than 64 bits"),
        (vec![vec![0x13]], "wire type 3 is invalid"),
        (vec![vec![0x00]], "field number 0 is invalid"),
        (
            vec![message(11, &[integer(1, i64::MAX)])],
            "time: invalid timestamp of 9223372036854775807 s",
        ),
    ] {
        let error = error(&fields);
        assert!(error.starts_with(expected), "{error}\nexpected {expected}");
    }
}

#[test]
fn message_that_is_nested_too_deeply_is_an_error() {
    let nested = |levels: usize| (0..levels).fold(Vec::new(), |inner, _| bytes(17, &inner));
    assert!(from_message::<Thing>(&nested(126)).is_ok());
    let error = from_message::<Thing>(&nested(1_000)).unwrap_err().to_string();
    assert!(error.ends_with("it is nested more than 127 levels deep"), "{error}");
}

#[test]
fn truncated_and_damaged_messages_never_panic() {
    let whole = [
        message(1, &[bytes(1, b"name"), message(17, &[bytes(1, b"x")])]),
        message(5, &[bytes(1, b"a"), integer(2, 1)]),
        message(7, &[bytes(1, b"cpu"), message(2, &[bytes(1, b"1")])]),
        message(9, &[message(1, &[message(19, &[bytes(1, b"a")])])]),
        message(12, &[integer(1, 1_700_000_000), integer(2, 1_234)]),
        message(15, &[integer(1, 1), message(2, &[bytes(1, b"a")])]),
    ]
    .concat();
    for end in 0..whole.len() {
        let _ = from_message::<Thing>(&whole[..end]);
        let _ = without_managed_fields::<Thing>(&whole[..end]);
        for other in [0x00, 0x01, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[end] = other;
            let _ = from_message::<Thing>(&damaged);
        }
    }
}

#[test]
fn envelope_is_opened() {
    let type_meta = message(1, &[bytes(1, b"v1"), bytes(2, b"Pod")]);
    let unknown = |fields: &[Vec<u8>]| [b"k8s\0".to_vec(), fields.concat()].concat();
    let bytes_ = unknown(&[type_meta.clone(), bytes(2, b"abc"), bytes(3, b""), bytes(4, b"")]);
    let envelope = Envelope::open(&bytes_).unwrap();
    assert_eq!((envelope.api_version, envelope.kind), ("v1", "Pod"));
    assert_eq!(envelope.message, b"abc");
    for (fields, expected) in [
        (unknown(&[bytes(3, b"gzip")]), "its contents are encoded"),
        (unknown(&[bytes(4, b"application/json")]), "its content type is \"application/json\""),
        (b"{}".to_vec(), "it does not begin with \"k8s\\0\""),
        (unknown(&[vec![0x12, 9]]), "the message is truncated"),
    ] {
        assert_eq!(Envelope::open(&fields).unwrap_err().to_string(), expected);
    }
}
