//! Replaces values before they leave the program: those of Secrets, and those of fields that the user names.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::field_path::{FieldPath, Segment};
use crate::secrets::{self, Field, HashKey, Owner};
use serde_json::Value;

/// What identifies an object and its version. Without it, an object cannot be recognised.
const IDENTITY_FIELDS: [&[&str]; 7] = [
    &["apiVersion"],
    &["kind"],
    &["metadata"],
    &["metadata", "name"],
    &["metadata", "namespace"],
    &["metadata", "uid"],
    &["metadata", "resourceVersion"],
];

/// Replaces values of objects by hashes of them.
#[derive(Debug)]
pub struct Redactor {
    secrets: bool,
    paths: Vec<NamedPath>,
    key: HashKey,
}

/// A path, as the user has written it.
#[derive(Debug)]
struct NamedPath {
    text: String,
    path: FieldPath,
    has_matched: AtomicBool,
}

impl Redactor {
    /// Creates a redactor.
    ///
    /// # Errors
    ///
    /// Says which path cannot be read, and why.
    pub fn new(secrets: bool, paths: &[String], key: HashKey) -> Result<Self, String> {
        let paths = paths.iter().map(|text| {
            let fault = |reason| format!("the path {text:?} of a field to redact {reason}");
            let path = FieldPath::parse(text).map_err(fault)?;
            if is_identity_field(path.segments()) {
                return Err(fault("includes what identifies an object"));
            }
            Ok(NamedPath { text: text.clone(), path, has_matched: AtomicBool::new(false) })
        });
        Ok(Self { secrets, paths: paths.collect::<Result<_, String>>()?, key })
    }

    /// Replaces the key of the hashes.
    pub fn set_key(&mut self, key: HashKey) {
        self.key = key;
    }

    /// Returns an object without the values.
    pub fn redact<'a>(&self, object: &'a str) -> Cow<'a, str> {
        let may_have_secret = self.secrets && secrets::may_contain(object.as_bytes());
        if !may_have_secret && self.paths.is_empty() {
            return Cow::Borrowed(object);
        }
        let Ok(mut value) = serde_json::from_str::<Value>(object) else {
            return Cow::Borrowed(object);
        };
        let mut is_changed = false;
        let mut replace = |field: Field, name: &str, value: &mut Value| {
            if !value.is_null() {
                is_changed = true;
                *value = secrets::redacted(self.key.hash(name, &value.to_string()), field);
            }
        };
        if may_have_secret {
            let owner = Owner::of(&value, None);
            secrets::visit(&mut value, owner, &mut replace);
        }
        for NamedPath { path, has_matched, .. } in &self.paths {
            let field = field_of(&value, path);
            let mut matches = false;
            path.visit(&mut value, &mut |name, value| {
                matches = true;
                replace(field, name, value);
            });
            if matches {
                has_matched.store(true, Ordering::Relaxed);
            }
        }
        if is_changed { Cow::Owned(value.to_string()) } else { Cow::Borrowed(object) }
    }

    /// Returns an object without the values, as [`redact`](Self::redact) does; without a copy if there are none.
    pub fn redact_owned(&self, object: String) -> String {
        if let Cow::Owned(redacted) = self.redact(&object) {
            return redacted;
        }
        object
    }

    /// Returns the paths at which no object had a field so far.
    pub fn unmatched(&self) -> Vec<String> {
        let unmatched = self.paths.iter().filter(|path| !path.has_matched.load(Ordering::Relaxed));
        unmatched.map(|path| path.text.clone()).collect()
    }
}

/// Whether a path may be one of those that identify an object.
fn is_identity_field(path: &[Segment]) -> bool {
    IDENTITY_FIELDS.iter().any(|field| {
        field.len() == path.len()
            && field.iter().zip(path).all(|(name, segment)| match segment {
                Segment::Member(member) => member == name,
                Segment::EachMember => true,
                Segment::EachItem => false,
            })
    })
}

/// Returns what stands at a path: fields of type `byte` are base64.
fn field_of(object: &Value, path: &FieldPath) -> Field {
    match (object["kind"].as_str(), path.first()) {
        (Some("Secret"), Some("data")) | (Some("ConfigMap"), Some("binaryData")) => Field::Data,
        _ => Field::StringData,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ByteString;

    use super::*;

    fn redactor(secrets: bool, paths: &[&str]) -> Redactor {
        let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
        Redactor::new(secrets, &paths, HashKey::random()).unwrap()
    }

    fn redacted(redactor: &Redactor, object: &Value) -> Value {
        let redacted = redactor.redact_owned(object.to_string());
        assert_eq!(redacted, redactor.redact(&object.to_string()));
        serde_json::from_str(&redacted).unwrap()
    }

    #[test]
    fn values_of_secrets_are_replaced_and_names_kept() {
        let hiding = redactor(true, &[]);
        let copy = r#"{"kind":"Secret","data":{"a":"c2VjcmV0"}}"#;
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "db", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": copy, "team": "shop"}},
            "data": {"a": "c2VjcmV0", "b": "c2VjcmV0"}, "stringData": {"a": "secret"},
        });
        let hidden = redacted(&hiding, &secret);
        let text = hidden.to_string();
        assert!(!text.contains("c2VjcmV0") && !text.contains("\"secret\""), "{text}");
        assert_eq!(hidden["metadata"]["annotations"]["team"], "shop");
        assert_eq!(hidden["type"], "Opaque");
        assert_eq!(hidden, redacted(&hiding, &secret), "equal values stay equal");
        assert_ne!(hidden["data"]["a"], hidden["data"]["b"], "below another name");
        let list = json!({"kind": "Backup", "spec": {"items": [secret.clone()]}});
        assert!(!redacted(&hiding, &list).to_string().contains("c2VjcmV0"));
        let applied = json!({"kind": "Backup", "metadata": {"annotations": {"copy": copy}}});
        assert!(!redacted(&hiding, &applied).to_string().contains("c2VjcmV0"));
        // What kubectl apply makes of that: the copy is within a copy.
        let applied = json!({"kind": "ConfigMap", "metadata": {"annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": applied.to_string()}}});
        assert!(!redacted(&hiding, &applied).to_string().contains("c2VjcmV0"));
        let harmless = json!({"kind": "ConfigMap", "metadata": {"annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": r#"{"kind":"ConfigMap","data":{"of":"DbSecret"}}"#}}});
        assert_eq!(redacted(&hiding, &harmless), harmless);
        assert_eq!(redacted(&redactor(false, &[]), &secret), secret);
    }

    #[test]
    fn other_objects_stay_as_they_are() {
        let redactor = redactor(true, &[]);
        for object in [r#"{"kind":"ConfigMap","data":{"a":"b"}}"#, r#"{ "kind": "Secretary" }"#] {
            assert!(matches!(redactor.redact(object), Cow::Borrowed(same) if same == object));
            let owned = object.to_owned();
            let place = owned.as_ptr();
            let same = redactor.redact_owned(owned);
            assert_eq!((same.as_str(), same.as_ptr()), (object, place), "it is not copied");
        }
    }

    #[test]
    fn fields_are_replaced_by_path() {
        let paths =
            ["spec.containers[*].env[*].value", r#"metadata.annotations["a.b/c"]"#, "data.*"];
        let redactor = redactor(false, &paths);
        let object = json!({
            "metadata": {"annotations": {"a.b/c": "1", "d": "2"}},
            "spec": {"containers": [
                {"name": "x", "env": [{"name": "A", "value": "1"}, {"name": "B"}]}, {"name": "y"}]},
            "data": {"k": "v"},
        });
        let hidden = redacted(&redactor, &object);
        let is_hidden = |value: &Value| value.as_str().unwrap().starts_with("<redacted ");
        assert!(is_hidden(&hidden["spec"]["containers"][0]["env"][0]["value"]));
        assert!(is_hidden(&hidden["metadata"]["annotations"]["a.b/c"]));
        assert!(is_hidden(&hidden["data"]["k"]));
        assert_eq!(hidden["metadata"]["annotations"]["d"], "2");
        assert_eq!(hidden["spec"]["containers"][0]["env"][1], json!({"name": "B"}));
    }

    #[test]
    fn what_is_base64_stays_base64() {
        let secret = json!({"kind": "Secret", "data": {"a": "eA=="}, "stringData": {"a": "x"}});
        let map = json!({"kind": "ConfigMap", "data": {"a": "x"}, "binaryData": {"a": "eA=="}});
        for (redactor, object, member) in [
            (redactor(true, &[]), &secret, "data"),
            (redactor(false, &["data.*", "stringData.a"]), &secret, "data"),
            (redactor(true, &["data.a"]), &secret, "data"),
            (redactor(true, &["binaryData.*", "data.a"]), &map, "binaryData"),
        ] {
            let hidden = redacted(&redactor, object);
            let bytes: ByteString = hidden[member]["a"].as_str().unwrap().parse().unwrap();
            assert!(bytes.0.starts_with(b"<redacted "), "{hidden}");
            let text =
                if member == "data" { &hidden["stringData"]["a"] } else { &hidden["data"]["a"] };
            assert!(text.as_str().unwrap().starts_with("<redacted "), "{hidden}");
            assert!(redactor.unmatched().is_empty());
        }
    }

    #[test]
    fn paths_that_match_nothing_are_known() {
        let hiding = redactor(true, &["spec.token", "spec.toke", "data.*"]);
        redacted(&hiding, &json!({"kind": "X", "spec": {"token": "t"}}));
        redacted(&hiding, &json!({"kind": "X", "spec": {"token": null}}));
        assert_eq!(hiding.unmatched(), ["spec.toke", "data.*"]);
    }

    #[test]
    fn malformed_paths_are_refused() {
        for path in ["", "a..b", "a[", "a[x]", "a]", "metadata.name", r#"a["b]"#, "kind"] {
            let error = Redactor::new(true, &[path.to_owned()], HashKey::random()).unwrap_err();
            assert!(error.contains(&format!("{path:?}")), "{error}");
        }
    }
}
