//! The status of a CustomResourceDefinition, which controllers write on a real server.

use serde_json::{Value, json};

use super::definition::versions;

/// Returns the status of a new definition.
pub(crate) fn initial(value: &Value) -> Value {
    json!({
        "conditions": [],
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": stored_versions(value),
    })
}

/// Returns the status of a definition whose names are accepted and whose resource is served.
pub(crate) fn accepted(value: &Value, now: &Value) -> Value {
    let conditions = [
        condition("NamesAccepted", true, "NoConflicts", "no conflicts found", now),
        condition(
            "Established",
            true,
            "InitialNamesAccepted",
            "the initial names have been accepted",
            now,
        ),
    ];
    status(value, &conditions, &value["spec"]["names"])
}

/// Returns the status of a definition with a name that is in use in its group.
pub(crate) fn names_conflict(value: &Value, reason: &str, message: &str, now: &Value) -> Value {
    // A resource that is served already stays so under its old names.
    let is_established =
        |condition: &&Value| condition["type"] == "Established" && condition["status"] == "True";
    let old = value["status"]["conditions"].as_array();
    let established =
        old.into_iter().flatten().find(is_established).cloned().unwrap_or_else(|| {
            condition("Established", false, "NotAccepted", "not all names are accepted", now)
        });
    let conditions = [condition("NamesAccepted", false, reason, message, now), established];
    status(value, &conditions, &value["status"]["acceptedNames"])
}

/// Returns the status of a definition that is being deleted along with its objects.
pub(crate) fn terminating(value: &Value, now: &Value) -> Value {
    let message = "CustomResource deletion is in progress";
    let ending = condition("Terminating", true, "InstanceDeletionInProgress", message, now);
    let mut status = value["status"].clone();
    match status["conditions"].as_array_mut() {
        Some(conditions) => conditions.push(ending),
        None => status["conditions"] = json!([ending]),
    }
    status
}

fn status(value: &Value, conditions: &[Value], names: &Value) -> Value {
    let old = value["status"]["conditions"].as_array().map_or(&[][..], Vec::as_slice);
    // `lastTransitionTime` changes only with the status of the condition.
    let conditions: Vec<_> = conditions
        .iter()
        .map(|new| {
            let same =
                old.iter().find(|o| o["type"] == new["type"] && o["status"] == new["status"]);
            same.unwrap_or(new)
        })
        .collect();
    json!({
        "conditions": conditions,
        "acceptedNames": names,
        "storedVersions": stored_versions(value),
    })
}

fn condition(kind: &str, holds: bool, reason: &str, message: &str, now: &Value) -> Value {
    json!({
        "type": kind,
        "status": if holds { "True" } else { "False" },
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    })
}

/// Returns every version that was ever the storage version.
fn stored_versions(value: &Value) -> Value {
    let mut stored = value["status"]["storedVersions"].as_array().cloned().unwrap_or_default();
    let versions = versions(&value["spec"]);
    for version in versions.iter().filter(|version| version["storage"] == true) {
        if !stored.contains(&version["name"]) {
            stored.push(version["name"].clone());
        }
    }
    stored.into()
}
