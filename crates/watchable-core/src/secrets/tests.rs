//! What is confidential, and hashes.

use serde_json::{Value, json};

use super::find::LAST_APPLIED_ANNOTATIONS;
use super::*;
use crate::ByteString;

const LAST_APPLIED: &str = LAST_APPLIED_ANNOTATIONS[0];

/// Returns the names of the confidential values, with where they stand.
fn confidential(value: &Value, owner: Owner) -> Vec<(Field, String)> {
    let mut found = Vec::new();
    visit(&mut value.clone(), owner, &mut |field, name, _| found.push((field, name.to_owned())));
    found
}

#[test]
fn each_place_of_a_secret_is_visited() {
    let secret = json!({
        "kind": "Secret", "type": "Opaque", "data": {"a": "eA==", "gone": null}, "stringData": {"b": "x"},
        "metadata": {"name": "s", "annotations": {"team": "shop", "copy": " {}", LAST_APPLIED_ANNOTATIONS[2]: "H4sI"}},
    });
    let expected = [
        (Field::Annotation, "copy"),
        (Field::Annotation, LAST_APPLIED_ANNOTATIONS[2]),
        (Field::Data, "a"),
        (Field::StringData, "b"),
    ];
    let expected = expected.map(|(field, name)| (field, name.to_owned()));
    assert_eq!(confidential(&secret, Owner::of(&secret, None)), expected);
    let mut without_kind = secret.clone();
    without_kind.as_object_mut().unwrap().remove("kind");
    assert_eq!(Owner::of(&without_kind, None), Owner::Unknown);
    assert_eq!(Owner::of(&without_kind, Some("Secret")), Owner::Secret);
    let list = json!({"kind": "SecretList", "items": [without_kind]});
    assert_eq!(confidential(&list, Owner::of(&list, None)), expected);
    let within = json!({"kind": "Bundle", "spec": {"x": [secret]}});
    assert_eq!(confidential(&within, Owner::of(&within, None)), expected);
    for object in [&list, &within] {
        assert!(contains(object) && may_contain(object.to_string().as_bytes()));
    }
}

#[test]
fn what_is_found_in_the_value_may_be_in_the_text() {
    let annotated = |name: &str, text: &str| json!({"kind": "ConfigMap", "metadata": {"annotations": {name: text}}});
    for (object, expected) in [
        (annotated(LAST_APPLIED, r#"{"kind":"Secret"}"#), true),
        (annotated("x", &annotated("y", r#"{"kind":"SecretList"}"#).to_string()), true),
        (annotated(LAST_APPLIED, r#" {"kind":"DbSecret"}"#), false),
        (annotated(LAST_APPLIED_ANNOTATIONS[1], "H4sI"), true),
        (annotated(LAST_APPLIED_ANNOTATIONS[1], "[]"), false),
        (annotated("x", "Secret"), false),
        (json!({"kind": "Secretary", "data": {"a": "b"}}), false),
        (json!({"data": {"a": LAST_APPLIED_ANNOTATIONS[3]}}), false),
    ] {
        assert_eq!(contains(&object), expected, "{object}");
        for text in [object.to_string(), serde_json::to_string_pretty(&object).unwrap()] {
            assert!(may_contain(text.as_bytes()) || !expected, "{text}");
        }
    }
    assert!(!may_contain(json!({"kind": "Pod", "data": "Secrets"}).to_string().as_bytes()));
    assert!(!may_contain(annotated(LAST_APPLIED, r#"{"kind":"Pod"}"#).to_string().as_bytes()));
    assert!(may_contain(br#"{"kind":"\u0053ecret"}"#));
}

#[test]
fn escaped_slashes_in_the_name_of_a_copy_hide_nothing() {
    let text = r#"{"kind":"App","metadata":{"annotations":{"kapp.k14s.io\/original":"opaque"}}}"#;
    assert!(contains(&serde_json::from_str(text).unwrap()) && may_contain(text.as_bytes()));
    let within = json!({"a": text}).to_string();
    assert!(may_contain(within.as_bytes()), "{within}");
}

#[test]
fn escapes_of_angle_brackets_and_ampersands_hide_nothing() {
    let escaped = |text: &str| {
        let text = text.replace('<', r"\u003c").replace('>', r"\u003e");
        text.replace('&', r"\u0026")
    };
    let copy = escaped(r#"{"a":"<&>"}"#);
    let object = json!({"kind": "ConfigMap", "data": {"a": "<b> & \\u003c"},
        "metadata": {"annotations": {LAST_APPLIED: copy}}});
    let text = escaped(&object.to_string());
    assert!(text.contains(r#""\u003cb\u003e \u0026 \\u003c""#), "{text}");
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), object);
    assert!(!contains(&object) && !may_contain(text.as_bytes()), "{text}");
    // Beside them, each character of what is searched for may be escaped.
    for found in ["Secret", "SecretList", LAST_APPLIED] {
        for (at, char) in found.char_indices() {
            let escape = format!(r"\u{:04x}", u32::from(char));
            let found = [&found[..at], &escape, &found[at + 1..]].concat();
            let text = text.replace("ConfigMap", &found).replace(LAST_APPLIED, &found);
            assert!(may_contain(text.as_bytes()), "{text}");
            let within = json!({"a": text}).to_string();
            assert!(may_contain(within.as_bytes()), "{within}");
        }
    }
    let secret = text.replace("ConfigMap", "Secret");
    assert!(may_contain(secret.as_bytes()) && contains(&serde_json::from_str(&secret).unwrap()));
}

#[test]
fn redacted_data_is_base64_and_recognizable() {
    let text = "<redacted 00000000000000ff>";
    assert_eq!(redacted(255, Field::StringData), text);
    let data = redacted(255, Field::Data);
    let bytes: ByteString = data.as_str().unwrap().parse().unwrap();
    assert_eq!(bytes.0, text.as_bytes());
}

#[test]
fn hashes_agree_under_the_same_key_alone() {
    let key = HashKey::random();
    let same: HashKey = key.to_hex().parse().unwrap();
    let other = HashKey::random();
    assert_eq!(key.hash("a", "x"), same.hash("a", "x"));
    assert_eq!(key.fingerprint(), same.fingerprint());
    assert_ne!(key.hash("a", "x"), other.hash("a", "x"));
    assert_ne!(key.hash("a", "x"), key.hash("", "ax"));
    assert!(!format!("{key:?}").contains(&key.to_hex()));
    for text in ["", "00", "+0000000000000000000000000000000", &"g".repeat(32), &"0".repeat(33)] {
        assert_eq!(text.parse::<HashKey>(), Err(InvalidHashKey), "{text}");
    }
}
