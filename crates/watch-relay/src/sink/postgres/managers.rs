//! Who changed an object, by its managed fields.

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    managed_fields: Vec<Entry<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow)]
    manager: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    time: std::borrow::Cow<'a, str>,
}

/// Returns the names of the managers, each once, who wrote last first. It is empty if the object has no managed fields.
pub(super) fn managers(object: &str) -> Vec<String> {
    let Ok(object) = serde_json::from_str::<Object<'_>>(object) else { return Vec::new() };
    let mut entries = object.metadata.managed_fields;
    // Of the same form everywhere (RFC 3339 in UTC, seconds), so they compare as text.
    entries.sort_by(|a, b| b.time.cmp(&a.time));
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        // Names are printable; a line feed would break the list that is sent.
        if !names.iter().any(|name| *name == entry.manager) && !entry.manager.contains('\n') {
            names.push(entry.manager.into_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_manager_is_first() {
        let object = r#"{"spec":{"managedFields":[{"manager":"no"}]},"metadata":{"name":"a","managedFields":[
            {"manager":"kubectl","operation":"Apply","time":"2026-01-02T03:04:05Z","fieldsV1":{"f:a":{}}},
            {"manager":"kubelet","operation":"Update","time":"2026-01-02T03:04:07Z","subresource":"status"},
            {"manager":"kubectl","operation":"Update","time":"2026-01-02T03:04:06Z"},
            {"manager":"without-time"}]}}"#;
        assert_eq!(managers(object), ["kubelet", "kubectl", "without-time"]);
    }

    #[test]
    fn objects_without_managed_fields_have_none() {
        for object in ["{}", "[]", "", r#"{"metadata":{"managedFields":7}}"#] {
            assert!(managers(object).is_empty(), "{object}");
        }
    }
}
