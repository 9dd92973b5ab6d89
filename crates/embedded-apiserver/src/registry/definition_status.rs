//! The status of a CustomResourceDefinition: what its controllers write on a real server.

use serde_json::{Value, json};

use super::definition::versions;

/// What a definition has before anybody has looked at it.
pub(crate) fn initial(value: &Value) -> Value {
    json!({
        "conditions": [],
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": stored_versions(value),
    })
}

/// The names are free, and the resource is served.
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

/// Another definition of the group has one of the names.
pub(crate) fn names_conflict(value: &Value, reason: &str, message: &str, now: &Value) -> Value {
    // What is served already is so under its old names.
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

/// The definition is being deleted, and so are its objects.
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
    // The time tells of a change: what was so before keeps it.
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

/// Every version that ever was the one to be stored.
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
