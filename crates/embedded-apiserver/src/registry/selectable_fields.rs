//! The fields by which a field selector can select objects, by kind.

use watchable_core::ResourceInfo;

/// Returns whether a field selector can select objects of a resource by the field.
pub(crate) fn is_selectable(resource: &ResourceInfo, path: &str) -> bool {
    let own: &[&str] = match (resource.group(), resource.plural()) {
        ("", "pods") => &[
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
            "type",
        ],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("certificates.k8s.io", "certificatesigningrequests") => &["spec.signerName"],
        _ => &[],
    };
    matches!(path, "metadata.name" | "metadata.namespace") || own.contains(&path)
}
