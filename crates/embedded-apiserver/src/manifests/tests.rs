//! Tests of manifests against what kubectl makes of them.
//!
//! The tables are what `kubectl create --dry-run=client --validate=false -o json` of Kubernetes 1.32 printed for
//! each value, key and document. An error is one of kubectl's.
#![allow(clippy::format_push_string, reason = "it is the shortest")]

use serde_json::Value;

use super::{Documents, parse_yaml};

const SCALARS: &str = include_str!("tests/scalars.json");
const DOCUMENTS: &str = include_str!("tests/documents.json");

/// The rows of a table.
fn rows(table: &str) -> Vec<Value> {
    let rows: Vec<Value> = serde_json::from_str(table).unwrap();
    assert!(rows.len() > 30, "{} rows", rows.len());
    rows
}

/// Integers beyond an `i64` are printed in two ways.
fn same(one: &Value, other: &Value) -> bool {
    one == other
        || (!one.is_i64() && !other.is_i64() && one.is_number() && one.as_f64() == other.as_f64())
}

#[test]
fn scalars_are_what_kubectl_makes_of_them() {
    let mut faults = Vec::new();
    for row in rows(SCALARS) {
        let yaml = row["yaml"].as_str().unwrap();
        let value = parse_yaml(&format!("value: {yaml}\n"));
        let is_right = match (&value, row.get("json")) {
            (Ok(value), Some(expected)) => same(&value["value"], expected),
            (result, expected) => result.is_err() && expected.is_none(),
        };
        if !is_right {
            faults.push(format!("{yaml}: {value:?} instead of {:?}", row.get("json")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn keys_are_what_kubectl_makes_of_them() {
    let mut faults = Vec::new();
    for row in rows(SCALARS) {
        let yaml = row["yaml"].as_str().unwrap();
        let expected = match (row.get("key").and_then(Value::as_str), row.get("keyError")) {
            (None, None) => continue,
            (key, _) => key,
        };
        let value = parse_yaml(&format!("value:\n  {yaml}: x\n"));
        let members = value.as_ref().ok().and_then(|value| value["value"].as_object());
        let key = members.and_then(|members| members.keys().next()).map(String::as_str);
        if key != expected {
            faults.push(format!("{yaml}: {value:?} instead of {expected:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn documents_are_what_kubectl_makes_of_them() {
    let mut faults = Vec::new();
    for row in rows(DOCUMENTS) {
        let yaml = row["yaml"].as_str().unwrap();
        let value = parse_yaml(yaml);
        if value.as_ref().ok() != row.get("json") {
            faults.push(format!("{yaml:?}: {value:?} instead of {:?}", row.get("json")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn repeated_key_is_an_error_unless_a_merge_set_it() {
    for text in ["{a: 1, a: 2}", "{1: a, \"1\": b}", "{<<: {a: 1}, a: 2, a: 3}", "a: 1\nb: 2\na: 3"]
    {
        let error = parse_yaml(text).unwrap_err().to_string();
        assert!(error.ends_with("the key is there already"), "{text}: {error}");
    }
    assert_eq!(parse_yaml("{<<: {a: 1}, a: 2}").unwrap()["a"], 2);
}

/// Returns the documents, and the error after them.
fn read(text: &str) -> (Vec<(usize, usize, Value)>, Option<String>) {
    let (mut documents, mut error) = (Vec::new(), None);
    for document in Documents::new(text) {
        match document {
            Ok(document) => documents.push((document.number, document.line, document.value)),
            Err(why) => error = Some(why.to_string()),
        }
    }
    (documents, error)
}

#[test]
fn documents_are_numbered_and_empty_ones_left_out() {
    let (documents, error) = read("# none\n---\na: 1\n---\n# empty\n---\n\nb: yes\n");
    assert_eq!(error, None);
    let places: Vec<_> = documents.iter().map(|(number, line, _)| (*number, *line)).collect();
    assert_eq!((places.len(), places[0].1, places[1].1), (2, 3, 8), "{places:?}");
    assert_eq!(documents[1].2["b"], true);
}

#[test]
fn json_is_read_as_json_and_may_be_followed_by_more() {
    let (documents, error) = read("\u{feff}\n{\"a\": \"0400\",\n\"b\": 1e3}\n\n{\"c\": [null]}");
    assert_eq!(error, None);
    let expected = serde_json::json!([[1, 2, {"a": "0400", "b": 1000}], [2, 5, {"c": [null]}]]);
    assert_eq!(serde_json::to_value(documents).unwrap(), expected);
    let (documents, error) = read("{\"a\": 1}\n---\n{b: yes}\n---\nc: [\n");
    assert_eq!((documents.len(), documents[1].1, &documents[1].2["b"]), (2, 3, &true.into()));
    let error = error.unwrap();
    assert!(error.starts_with("line 6") || error.starts_with("line 5"), "{error}");
    let (documents, _) = read("{a: 0400}");
    assert_eq!(documents[0].2["a"], 256);
}

#[test]
fn numbers_of_json_are_what_go_makes_of_them() {
    let text = "{\"a\": [1.0, 1e3, -0.0, 0.5, 12345678901234567890, 9007199254740993]}";
    let (documents, _) = read(text);
    let expected = "{\"a\":[1,1000,0,0.5,1.2345678901234567e19,9007199254740993]}";
    assert_eq!(documents[0].2, serde_json::from_str::<Value>(expected).unwrap());
    assert!(documents[0].2["a"][1].is_i64());
}

#[test]
fn list_without_items_is_empty() {
    for items in ["", "items:\n", "items: []\n"] {
        let (documents, _) = read(&format!("apiVersion: v1\nkind: List\n{items}"));
        assert_eq!(super::objects_of(documents[0].2.clone()), (Vec::new(), true), "{items}");
    }
    let (documents, _) = read("apiVersion: a/v1\nkind: WishList\n");
    assert_eq!(super::objects_of(documents[0].2.clone()).0.len(), 1);
}

#[test]
fn errors_have_a_place_and_quote_nothing() {
    for (text, place) in [
        ("a: hunter2\nb: [hunter2\n", "line 2, column 4"),
        ("a: 1\n--- \nhunter2: {hunter2: 1, hunter2: 2}", "line 3, column 23"),
        ("{\"hunter2\": hunter2, \"a\" \"hunter2\"}", "line 1"),
        ("{\"hunter2\": \"hunter2\"", "line 1"),
        ("a: *hunter2", "line 1, column 4"),
        ("a: @hunter2", "line 1, column 4"),
        ("a: !!int hunter2", "line 1"),
        ("a: \"\\hunter2\"", "line 1"),
        ("a: hunter2: hunter2", "line 1"),
        ("%hunter2 hunter2\n%YAML hunter2\n---\na: 1", "line 2"),
        ("a: !hunter2!x 1", "line 1"),
    ] {
        let (_, error) = read(text);
        let error = error.unwrap_or_else(|| panic!("{text} has no error"));
        assert!(error.starts_with(place) && !error.contains("hunter"), "{text}: {error}");
    }
}

#[test]
fn deep_nesting_and_aliases_of_aliases_are_errors() {
    for text in ["[".repeat(400), "- ".repeat(400), format!("{}1", "{a: ".repeat(200))] {
        assert!(parse_yaml(&text).is_err());
    }
    let mut bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    let mut chain = "a0: &a0 []\n".to_owned();
    for level in 1..200 {
        let last = level - 1;
        let items = vec![format!("*a{last}"); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        chain.push_str(&format!("a{level}: &a{level} [*a{last}]\n"));
    }
    assert!(parse_yaml(&bomb).unwrap_err().to_string().ends_with("too many values by aliases"));
    assert!(parse_yaml(&chain).unwrap_err().to_string().ends_with("nested too deeply"));
}

/// More than the parser's own default budget of nodes.
#[test]
fn large_documents_are_read() {
    let mut list = "kind: List\nitems:\n".to_owned();
    for n in 0..20_000 {
        list.push_str(&format!(
            "- {{kind: ConfigMap, metadata: {{name: a{n}}}, data: {{a: b, c: d}}}}\n"
        ));
    }
    let (documents, error) = read(&list);
    assert_eq!((error, documents[0].2["items"].as_array().unwrap().len()), (None, 20_000));
}
