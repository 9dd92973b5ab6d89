//! Tests that values of Secrets are not shown.

use watchable_core::{DynamicObject, Meta};

use super::*;

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Two texts that must not be shown, in what a Secret has.
const VALUES: [&str; 2] = ["c2VjcmV0LW9uZQ==", "c2VjcmV0LXR3bw=="];

fn secret(value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "s", "annotations": {
            LAST_APPLIED: format!(r#"{{"data":{{"password":"{value}"}}}}"#), "plain": "1",
            "tool.example.com/copy": format!(r#" {{"password":"{value}"}}"#),
            "objectset.rio.cattle.io/applied": value,
        }},
        "data": {"password": value, "same": VALUES[0]},
        "stringData": {"other": value},
        "type": "Opaque",
    })
}

/// Returns everything that is displayed.
fn shown(diff: &Diff) -> String {
    let (json, merge) = (diff.to_json_patch(), diff.to_merge_patch());
    assert_eq!(format!("{json:?}"), format!("JsonPatch({})", json.as_shown_value()));
    assert_eq!(format!("{merge:?}"), format!("MergePatch({})", merge.as_shown_value()));
    let (before, after) = diff.shown_objects();
    format!("{diff}\n{diff:?}\n{json:?}\n{merge:?}\n{before}\n{after}")
}

fn assert_hidden(before: &Value, after: &Value) -> Vec<String> {
    let mut changed = Vec::new();
    for (before, after) in [(Some(before), Some(after)), (None, Some(after)), (Some(before), None)]
    {
        let diff = Diff::of_change(before, after).unwrap();
        let shown = shown(&diff);
        for value in VALUES {
            assert!(!shown.contains(value), "{shown}");
        }
        if changed.is_empty() {
            assert!(shown.contains("<secret "), "{shown}");
            changed = diff.iter().map(ToString::to_string).collect();
        }
    }
    check_patches(before, after).unwrap();
    changed
}

#[test]
fn values_of_a_secret_are_hashes() {
    let changed = assert_hidden(&secret(VALUES[0]), &secret(VALUES[1]));
    let paths: Vec<&str> = changed.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "data.password",
            &format!(r#"metadata.annotations["{LAST_APPLIED}"]"#),
            r#"metadata.annotations["objectset.rio.cattle.io/applied"]"#,
            r#"metadata.annotations["tool.example.com/copy"]"#,
            "stringData.other",
        ]
    );
    let hashes: Vec<&str> = changed[0].split(['<', '>']).collect();
    let ["data.password: ", old, " → ", new, ""] = hashes[..] else { panic!("{changed:?}") };
    assert_ne!(old, new);
    assert_eq!((old.len(), new.len()), ("secret ".len() + 16, "secret ".len() + 16));
    // Back to the old value, which is recognized.
    let back = lines(&secret(VALUES[1]), &secret(VALUES[0]));
    assert_eq!(back[0], format!("data.password: <{new}> → <{old}>"));
    assert!(lines(&secret(VALUES[0]), &secret(VALUES[0])).is_empty());
}

#[test]
fn patches_of_a_secret_have_its_values() {
    let (before, after) = (secret(VALUES[0]), secret(VALUES[1]));
    let diff = Diff::between(&before, &after).unwrap();
    for patch in [
        serde_json::to_string(&diff.to_json_patch()).unwrap(),
        serde_json::to_string(&diff.to_merge_patch()).unwrap(),
    ] {
        assert!(patch.contains(VALUES[1]), "{patch}");
    }
    assert!(format!("{:?}", diff.to_json_patch()).starts_with("JsonPatch([{"));
}

#[test]
fn key_of_a_secret_that_comes_or_goes_is_told_without_its_value() {
    let with = |data: &Value| json!({"apiVersion": "v1", "kind": "Secret", "data": data});
    let values = with(&json!({"a": VALUES[0], "b": VALUES[1]}));
    for other in [with(&json!({"a": VALUES[0]})), with(&Value::Null), with(&json!({}))] {
        let changed = assert_hidden(&values, &other);
        let gone = changed.last().unwrap();
        assert!(gone.starts_with("data.b: <secret ") && gone.ends_with("> → (none)"), "{gone}");
        assert_hidden(&other, &values);
    }
    // What the API does not accept, either.
    for odd in [json!(VALUES[0]), json!([VALUES[0]]), json!({"a": {"b": [VALUES[0]]}})] {
        assert_hidden(&values, &with(&odd));
        assert_hidden(&with(&odd), &values);
    }
}

#[test]
fn secrets_within_other_objects_are_hidden() {
    let kinds = |api_version: &str, kind: &str, rest: &Value| {
        let mut object = json!({"apiVersion": api_version, "kind": kind});
        object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        object
    };
    let without_kind = |value: &str| {
        let mut secret = secret(value);
        secret.as_object_mut().unwrap().retain(|name, _| name != "kind" && name != "apiVersion");
        secret
    };
    let annotated = |value: &str| {
        let copy = format!(r#"{{"objects":[{{"kind":"Secret","data":{{"a":"{value}"}}}}]}}"#);
        json!({"metadata": {"annotations": {LAST_APPLIED: copy}}})
    };
    for wrap in [
        &|value: &str| kinds("v1", "SecretList", &json!({"items": [without_kind(value)]})),
        &|value: &str| kinds("v1", "List", &json!({"items": [secret(value)]})),
        &|value: &str| kinds("apps/v1", "ControllerRevision", &json!({"data": secret(value)})),
        &|value: &str| custom(&json!({"manifests": [{"x": [secret(value)]}]})),
        &|value: &str| kinds("x.io/v1", "Bundle", &annotated(value)),
        &|value: &str| kinds("x.io/v1", "Secret", &json!({"data": {"a": value}})),
        // These may be Secrets.
        &|value: &str| without_kind(value),
        &|value: &str| json!([without_kind(value)]),
        &|value: &str| json!({"mine": {"list": [without_kind(value)]}}),
    ] as [&dyn Fn(&str) -> Value; 9]
    {
        let changed = assert_hidden(&wrap(VALUES[0]), &wrap(VALUES[1]));
        assert!(!changed.is_empty());
    }
}

#[test]
fn kind_of_one_of_two_objects_hides_the_same_in_both() {
    let with = |kind: &str, value: &str| {
        let kind = (!kind.is_empty()).then_some(kind);
        json!({"apiVersion": "v1", "kind": kind, "data": {"a": value}})
    };
    for (old, new) in [("", "ConfigMap"), ("Secret", "ConfigMap"), ("ConfigMap", "Secret")] {
        let changed = lines(&with(old, VALUES[0]), &with(new, VALUES[0]));
        assert_eq!(changed.len(), 1, "only the kind: {changed:?}");
        let diff = Diff::between(&with(old, VALUES[0]), &with(new, VALUES[1])).unwrap();
        assert!(!VALUES.iter().any(|value| shown(&diff).contains(value)), "{diff}");
    }
}

#[test]
fn metadata_of_a_secret_is_hidden() {
    let meta = |value: &str| -> Meta<DynamicObject> {
        let mut secret = secret(value);
        secret
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !name.ends_with("ata") || name == "metadata");
        serde_json::from_value(secret).unwrap()
    };
    let diff = Diff::between(&meta(VALUES[0]), &meta(VALUES[1])).unwrap();
    assert_eq!(diff.len(), 3);
    assert!(!VALUES.iter().any(|value| shown(&diff).contains(value)), "{diff}");
}

#[test]
fn other_kinds_are_shown() {
    let map = |value: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": value},
            "metadata": {"annotations": {LAST_APPLIED: format!(r#"{{"data":"{value}"}}"#)}}})
    };
    let changed = lines(&map("x"), &map("y"));
    assert_eq!(changed[0], "data.a: x → y");
    assert!(changed[1].ends_with(r#": "{\"data\":\"x\"}" → "{\"data\":\"y\"}""#), "{}", changed[1]);
    let store = |value: &str| json!({"kind": "SecretStore", "data": {"a": value}});
    assert_eq!(lines(&store("x"), &store("y")), ["data.a: x → y"]);
}

#[test]
fn secret_in_a_copy_within_a_copy_is_hidden() {
    let copy =
        |annotations: Value| json!({"kind": "ConfigMap", "metadata": {"annotations": annotations}});
    let map = |value: &str| {
        let secret = json!({"kind": "Secret", "data": {"a": value}}).to_string();
        let applied = copy(json!({"backup": secret})).to_string();
        copy(json!({LAST_APPLIED: applied}))
    };
    let diff = Diff::between(&map("b25l"), &map("dHdv")).unwrap().to_string();
    assert!(!diff.is_empty() && !diff.contains("b25l") && !diff.contains("dHdv"), "{diff}");
}
