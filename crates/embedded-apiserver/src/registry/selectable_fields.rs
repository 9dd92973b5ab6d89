//! The fields by which a field selector can select objects, by kind.

use watchable_core::ResourceInfo;

/// The fields by which objects of every resource are selected.
const COMMON: [&str; 2] = ["metadata.name", "metadata.namespace"];

/// Checks that a field selector can select objects of a resource by the field.
///
/// # Errors
///
/// It cannot; the message has a real server's words.
pub(crate) fn check_selectable(resource: &ResourceInfo, path: &str) -> Result<(), String> {
    let own = own_fields(resource);
    if COMMON.contains(&path) || own.contains(&path) {
        return Ok(());
    }
    Err(if own.is_empty() {
        format!(
            "{path:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        )
    } else {
        format!("field label not supported: {path}")
    })
}

fn own_fields(resource: &ResourceInfo) -> &'static [&'static str] {
    match (resource.group(), resource.plural()) {
        ("", "pods") => &[
            "spec.hostNetwork",
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("", "replicationcontrollers") | ("apps" | "extensions", "replicasets") => {
            &["status.replicas"]
        }
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("batch", "jobs") => &["status.successful"],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("certificates.k8s.io", "certificatesigningrequests") => &["spec.signerName"],
        _ => &[],
    }
}
