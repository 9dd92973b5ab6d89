//! The initial status of new objects.

use serde_json::{Value, json};

use super::part::Part;
use crate::registry::{Served, definition_status};

/// Sets the status of a new object.
///
/// A request (`Part::Main`) cannot set the status of a kind with a status subresource, except for nodes. The
/// store's own API can.
pub(super) fn set(served: &Served, part: Part, value: &mut Value) {
    let resource = served.resource();
    if served.is_definitions() {
        value["status"] = definition_status::initial(&json!({"spec": value["spec"]}));
        return;
    }
    let Some(members) = value.as_object_mut() else { return };
    let is_node = resource.group().is_empty() && resource.plural() == "nodes";
    if part == Part::Main && served.has_status() && !is_node {
        members.remove("status");
    }
    if let (Some(initial), false) =
        (of(resource.group(), resource.plural()), members.contains_key("status"))
    {
        members.insert("status".to_owned(), initial);
    }
}

/// Returns the initial status that a real server sets, as observed on 1.20.
fn of(group: &str, plural: &str) -> Option<Value> {
    Some(match (group, plural) {
        ("", "namespaces") => json!({"phase": "Active"}),
        ("", "pods") => json!({"phase": "Pending", "qosClass": "BestEffort"}),
        ("", "persistentvolumeclaims" | "persistentvolumes") => json!({"phase": "Pending"}),
        ("apps", "deployments") | ("batch", "jobs" | "cronjobs") | ("", "resourcequotas") => {
            json!({})
        }
        ("apps", "replicasets" | "statefulsets") | ("", "replicationcontrollers") => {
            json!({"replicas": 0})
        }
        ("apps", "daemonsets") => json!({
            "currentNumberScheduled": 0, "desiredNumberScheduled": 0,
            "numberMisscheduled": 0, "numberReady": 0,
        }),
        ("", "services") | ("networking.k8s.io", "ingresses") => json!({"loadBalancer": {}}),
        _ => return None,
    })
}
