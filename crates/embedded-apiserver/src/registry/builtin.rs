//! Facts about built-in resources that are not in the catalog.

use watchable_core::ResourceInfo;

use super::scale::Scale;
use crate::support::release::Release;

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

/// Resources whose objects have a generation, as observed on 1.36.
const WITH_GENERATION: &[Named] = &[
    ("", &["pods", "podtemplates", "replicationcontrollers"]),
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
    ("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("batch", &["cronjobs", "jobs"]),
    ("discovery.k8s.io", &["endpointslices"]),
    ("extensions", &["daemonsets", "deployments", "ingresses", "networkpolicies", "replicasets"]),
    ("flowcontrol.apiserver.k8s.io", &["flowschemas", "prioritylevelconfigurations"]),
    ("networking.k8s.io", &["ingressclasses", "ingresses", "networkpolicies"]),
    ("policy", &["poddisruptionbudgets"]),
    ("resource.k8s.io", &["deviceclasses", "resourceslices"]),
    ("scheduling.k8s.io", &["priorityclasses"]),
];

/// Resources that a PUT updates only from a given version.
const UPDATED_FROM_A_VERSION: &[Named] = &[
    ("apiextensions.k8s.io", &["customresourcedefinitions"]),
    ("apiregistration.k8s.io", &["apiservices"]),
    ("coordination.k8s.io", &["leases"]),
    ("policy", &["poddisruptionbudgets"]),
    ("storage.k8s.io", &["volumeattachments"]),
];

/// Resources whose deletion is answered with the object, by the releases' OpenAPI, and the first
/// release that does so.
const RETURNED_BY_DELETE: &[(Release, Named)] = &[
    (
        Release::new(1, 18),
        (
            "",
            &[
                "persistentvolumeclaims",
                "persistentvolumes",
                "pods",
                "podtemplates",
                "resourcequotas",
                "serviceaccounts",
            ],
        ),
    ),
    (Release::new(1, 18), ("policy", &["podsecuritypolicies"])),
    (
        Release::new(1, 18),
        (
            "storage.k8s.io",
            &[
                "csidrivers",
                "csinodes",
                "storageclasses",
                "volumeattachments",
                "volumeattributesclasses",
            ],
        ),
    ),
    (Release::new(1, 23), ("", &["services"])),
];

fn contains(table: &[Named], resource: &ResourceInfo) -> bool {
    table
        .iter()
        .any(|(group, plurals)| *group == resource.group() && plurals.contains(&resource.plural()))
}

pub(super) fn has_status(resource: &ResourceInfo) -> bool {
    contains(WITH_STATUS, resource)
}

pub(super) fn has_generation(resource: &ResourceInfo) -> bool {
    contains(WITH_GENERATION, resource)
}

pub(super) fn is_updated_from_a_version(resource: &ResourceInfo) -> bool {
    contains(UPDATED_FROM_A_VERSION, resource)
}

pub(super) fn is_returned_by_delete(resource: &ResourceInfo, release: Release) -> bool {
    // Every resource of the group.
    resource.group() == "resource.k8s.io"
        || RETURNED_BY_DELETE
            .iter()
            .any(|(since, named)| release >= *since && contains(&[*named], resource))
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
