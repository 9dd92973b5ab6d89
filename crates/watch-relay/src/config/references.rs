//! The files that a pipeline refers to: credentials, and certificates for TLS.

use std::fs::File;
use std::path::PathBuf;

use serde_json::Value;

/// A file, and the key that names it, such as `to.nats.tls.caFile`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    key: String,
    path: PathBuf,
}

impl Reference {
    /// Finds the files in the text of a configuration, after it was read.
    pub(super) fn all(value: &Value) -> Vec<Self> {
        let mut found = Vec::new();
        find(value, &mut Vec::new(), &mut found);
        found
    }

    /// Returns why the file cannot be read, if it cannot.
    pub(super) fn fault(&self) -> Option<String> {
        let Self { key, path } = self;
        let error = File::open(path).err()?;
        Some(format!("{key}: cannot read {}: {error}", path.display()))
    }
}

fn find<'a>(value: &'a Value, keys: &mut Vec<&'a str>, found: &mut Vec<Reference>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                keys.push(key);
                find(value, keys, found);
                keys.pop();
            }
        }
        Value::String(path) if names_a_file(keys) => {
            found.push(Reference { key: keys.join("."), path: path.into() });
        }
        _ => {}
    }
}

fn names_a_file(keys: &[&str]) -> bool {
    match keys {
        [.., "headerFiles", _]
        | [.., "tls", "ca" | "certificate" | "key"]
        | [.., "credentials", "file"] => true,
        [.., last] => last.ends_with("File"),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_found_and_the_missing_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there");
        std::fs::write(&there, "SECRET").unwrap();
        let value = json!({"name": "a", "to": {
            "nats": {"credentials": {"file": there, "user": "u"}, "tls": {"caFile": "/no/such/ca"}},
            "http": {"tls": {"key": there}, "headerFiles": {"x-key": there}},
            "file": {"path": "not read"},
        }});
        let found = Reference::all(&value);
        let mut keys: Vec<_> = found.iter().map(|reference| &*reference.key).collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            [
                "to.http.headerFiles.x-key",
                "to.http.tls.key",
                "to.nats.credentials.file",
                "to.nats.tls.caFile",
            ]
        );
        let faults: Vec<_> = found.iter().filter_map(Reference::fault).collect();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(
            faults[0].starts_with("to.nats.tls.caFile: cannot read /no/such/ca: "),
            "{faults:?}"
        );
    }
}
