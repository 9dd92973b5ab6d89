//! Replaces values before they are written: those of Secrets, and those of fields that the user names.

mod field_path;
mod secrets;

use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};

use serde_json::Value;

use field_path::FieldPath;

/// Replaces values of objects by hashes of them.
///
/// The key of the hashes is random and lives as long as this is: equal values below the same name have the same hash, and
/// none can be guessed from its hash.
#[derive(Clone, Debug)]
pub struct Redactor {
    secrets: bool,
    paths: Vec<FieldPath>,
    key: RandomState,
}

impl Redactor {
    /// Creates a redactor.
    ///
    /// # Errors
    ///
    /// Says which path cannot be read, and why.
    pub fn new(secrets: bool, paths: &[String]) -> Result<Self, String> {
        let paths = paths.iter().map(|path| FieldPath::parse(path)).collect::<Result<_, _>>()?;
        Ok(Self { secrets, paths, key: RandomState::new() })
    }

    /// Returns an object without the values.
    pub fn redact<'a>(&self, object: &'a str) -> Cow<'a, str> {
        let may_have_secret = self.secrets && secrets::may_be_in(object.as_bytes());
        if !may_have_secret && self.paths.is_empty() {
            return Cow::Borrowed(object);
        }
        let Ok(mut value) = serde_json::from_str::<Value>(object) else {
            return Cow::Borrowed(object);
        };
        let mut is_changed = false;
        let mut replace = |name: &str, value: &mut Value| {
            if !value.is_null() {
                is_changed = true;
                let hash = self.key.hash_one((name, value.to_string()));
                *value = format!("<redacted {hash:016x}>").into();
            }
        };
        if may_have_secret {
            secrets::hide(&mut value, &mut replace);
        }
        for path in &self.paths {
            path.visit(&mut value, &mut replace);
        }
        if is_changed { Cow::Owned(value.to_string()) } else { Cow::Borrowed(object) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redacted(redactor: &Redactor, object: &Value) -> Value {
        serde_json::from_str(&redactor.redact(&object.to_string())).unwrap()
    }

    #[test]
    fn values_of_secrets_are_replaced_and_names_kept() {
        let redactor = Redactor::new(true, &[]).unwrap();
        let copy = r#"{"kind":"Secret","data":{"a":"c2VjcmV0"}}"#;
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "db", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": copy, "team": "shop"}},
            "data": {"a": "c2VjcmV0", "b": "c2VjcmV0"}, "stringData": {"a": "secret"},
        });
        let hidden = redacted(&redactor, &secret);
        let text = hidden.to_string();
        assert!(!text.contains("c2VjcmV0") && !text.contains("\"secret\""), "{text}");
        assert_eq!(hidden["metadata"]["annotations"]["team"], "shop");
        assert_eq!(hidden["type"], "Opaque");
        assert_eq!(hidden, redacted(&redactor, &secret), "equal values stay equal");
        assert_ne!(hidden["data"]["a"], hidden["data"]["b"], "below another name");
        let list = json!({"kind": "Backup", "spec": {"items": [secret.clone()]}});
        assert!(!redacted(&redactor, &list).to_string().contains("c2VjcmV0"));
        let applied = json!({"kind": "Backup", "metadata": {"annotations": {"copy": copy}}});
        assert!(!redacted(&redactor, &applied).to_string().contains("c2VjcmV0"));
        // What kubectl apply makes of that: the copy is within a copy.
        let applied = json!({"kind": "ConfigMap", "metadata": {"annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": applied.to_string()}}});
        assert!(!redacted(&redactor, &applied).to_string().contains("c2VjcmV0"));
        let harmless = json!({"kind": "ConfigMap", "metadata": {"annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": r#"{"kind":"ConfigMap","data":{"of":"DbSecret"}}"#}}});
        assert_eq!(redacted(&redactor, &harmless), harmless);
        assert_eq!(redacted(&Redactor::new(false, &[]).unwrap(), &secret), secret);
    }

    #[test]
    fn other_objects_stay_as_they_are() {
        let redactor = Redactor::new(true, &[]).unwrap();
        for object in [r#"{"kind":"ConfigMap","data":{"a":"b"}}"#, r#"{ "kind": "Secretary" }"#] {
            assert!(matches!(redactor.redact(object), Cow::Borrowed(same) if same == object));
        }
    }

    #[test]
    fn fields_are_replaced_by_path() {
        let paths =
            ["spec.containers[*].env[*].value", r#"metadata.annotations["a.b/c"]"#, "data.*"];
        let redactor = Redactor::new(false, &paths.map(str::to_owned)).unwrap();
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
    fn malformed_paths_are_refused() {
        for path in ["", "a..b", "a[", "a[x]", "a]", "metadata.name", r#"a["b]"#, "kind"] {
            let error = Redactor::new(true, &[path.to_owned()]).unwrap_err();
            assert!(error.contains(&format!("{path:?}")), "{error}");
        }
    }
}
