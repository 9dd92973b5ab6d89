//! Who changed an object, as its managed fields tell.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// Returns the managers whose entries are other ones than before, in alphabetical order.
pub(super) fn of_change(before: Option<&[u8]>, after: &[u8]) -> Vec<String> {
    let before = before.map(entries).unwrap_or_default();
    let managers: BTreeSet<String> = entries(after)
        .into_iter()
        .filter(|entry| !before.contains(entry))
        .filter_map(|entry| Some(entry.get("manager")?.as_str()?.to_owned()))
        .collect();
    managers.into_iter().collect()
}

/// Returns the managed fields of an object; none if there are none.
fn entries(object: &[u8]) -> Vec<Value> {
    #[derive(Default, Deserialize)]
    struct Object {
        #[serde(default)]
        metadata: Metadata,
    }
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata {
        #[serde(default)]
        managed_fields: Option<Vec<Value>>,
    }
    let object: Object = serde_json::from_slice(object).unwrap_or_default();
    object.metadata.managed_fields.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn managers_are_those_whose_fields_or_times_have_changed() {
        let entry = |manager: &str, time: &str, field: &str| json!({"manager": manager, "operation": "Update", "time": time, "fieldsV1": {field: {}}});
        let object = |entries: &[Value]| {
            json!({"metadata": {"managedFields": entries}}).to_string().into_bytes()
        };
        let before = object(&[entry("kubectl", "1", "a"), entry("kubelet", "1", "b")]);
        let after = object(&[
            entry("kubectl", "1", "a"),
            entry("kubelet", "2", "b"),
            entry("kube-scheduler", "2", "c"),
        ]);
        assert_eq!(of_change(Some(&before), &after), ["kube-scheduler", "kubelet"]);
        assert_eq!(of_change(None, &before), ["kubectl", "kubelet"]);
        assert!(of_change(Some(&before), b"{}").is_empty());
    }
}
