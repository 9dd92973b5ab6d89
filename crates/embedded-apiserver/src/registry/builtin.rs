//! Facts about built-in resources that are not in the catalog.

use watchable_core::ResourceInfo;

use super::scale::Scale;

/// A group, and the plural names of some of its resources.
type Named = (&'static str, &'static [&'static str]);

/// Resources with a status subresource in some release's spec.
const WITH_STATUS: &[Named] = &[
    (
        "",
        &[
            "namespaces",
            "nodes",
            "persistentvolumeclaims",
            "persistentvolumes",
            "pods",
            "replicationcontrollers",
            "resourcequotas",
            "services",
        ],
    ),
    ("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("batch", &["cronjobs", "jobs"]),
    ("autoscaling", &["horizontalpodautoscalers"]),
    ("networking.k8s.io", &["ingresses"]),
    ("policy", &["poddisruptionbudgets"]),
    ("certificates.k8s.io", &["certificatesigningrequests"]),
    ("apiextensions.k8s.io", &["customresourcedefinitions"]),
    ("apiregistration.k8s.io", &["apiservices"]),
];

/// The category `all`, for `kubectl get all`.
const OF_ALL: &[Named] = &[
    ("", &["pods", "replicationcontrollers", "services"]),
    ("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("batch", &["cronjobs", "jobs"]),
    ("autoscaling", &["horizontalpodautoscalers"]),
];

/// The category `api-extensions`.
const API_EXTENSIONS: &[Named] = &[
    (
        "admissionregistration.k8s.io",
        &[
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "validatingwebhookconfigurations",
        ],
    ),
    ("apiextensions.k8s.io", &["customresourcedefinitions"]),
    ("apiregistration.k8s.io", &["apiservices"]),
];

const SCALABLE: &[Named] =
    &[("", &["replicationcontrollers"]), ("apps", &["deployments", "replicasets", "statefulsets"])];

fn contains(table: &[Named], resource: &ResourceInfo) -> bool {
    table
        .iter()
        .any(|(group, plurals)| *group == resource.group() && plurals.contains(&resource.plural()))
}

pub(super) fn has_status(resource: &ResourceInfo) -> bool {
    contains(WITH_STATUS, resource)
}

pub(super) fn categories(resource: &ResourceInfo) -> Vec<String> {
    let tables = [("all", OF_ALL), ("api-extensions", API_EXTENSIONS)];
    let matching = tables.into_iter().filter(|(_, table)| contains(table, resource));
    matching.map(|(category, _)| category.to_owned()).collect()
}

pub(super) fn scale(resource: &ResourceInfo) -> Option<Scale> {
    contains(SCALABLE, resource).then(|| Scale {
        spec_replicas: "/spec/replicas".to_owned(),
        status_replicas: "/status/replicas".to_owned(),
        selector: Some("/spec/selector".to_owned()),
    })
}
