//! The short names that kubectl accepts. They are part of discovery, not of the specs.

/// Group, plural and short names, which are the same in every version of a group.
const SHORT_NAMES: [(&str, &str, &[&str]); 37] = [
    ("", "componentstatuses", &["cs"]),
    ("", "configmaps", &["cm"]),
    ("", "endpoints", &["ep"]),
    ("", "events", &["ev"]),
    ("", "limitranges", &["limits"]),
    ("", "namespaces", &["ns"]),
    ("", "nodes", &["no"]),
    ("", "persistentvolumeclaims", &["pvc"]),
    ("", "persistentvolumes", &["pv"]),
    ("", "pods", &["po"]),
    ("", "replicationcontrollers", &["rc"]),
    ("", "resourcequotas", &["quota"]),
    ("", "serviceaccounts", &["sa"]),
    ("", "services", &["svc"]),
    ("apiextensions.k8s.io", "customresourcedefinitions", &["crd", "crds"]),
    ("apps", "daemonsets", &["ds"]),
    ("apps", "deployments", &["deploy"]),
    ("apps", "replicasets", &["rs"]),
    ("apps", "statefulsets", &["sts"]),
    ("autoscaling", "horizontalpodautoscalers", &["hpa"]),
    ("batch", "cronjobs", &["cj"]),
    ("certificates.k8s.io", "certificatesigningrequests", &["csr"]),
    ("events.k8s.io", "events", &["ev"]),
    ("extensions", "daemonsets", &["ds"]),
    ("extensions", "deployments", &["deploy"]),
    ("extensions", "ingresses", &["ing"]),
    ("extensions", "networkpolicies", &["netpol"]),
    ("extensions", "podsecuritypolicies", &["psp"]),
    ("extensions", "replicasets", &["rs"]),
    ("networking.k8s.io", "ingresses", &["ing"]),
    ("networking.k8s.io", "ipaddresses", &["ip"]),
    ("networking.k8s.io", "networkpolicies", &["netpol"]),
    ("policy", "poddisruptionbudgets", &["pdb"]),
    ("policy", "podsecuritypolicies", &["psp"]),
    ("scheduling.k8s.io", "priorityclasses", &["pc"]),
    ("storage.k8s.io", "storageclasses", &["sc"]),
    ("storage.k8s.io", "volumeattributesclasses", &["vac"]),
];

/// Returns the short names of a resource.
pub(crate) fn of(group: &str, plural: &str) -> &'static [&'static str] {
    SHORT_NAMES
        .iter()
        .find(|(this_group, this_plural, _)| (*this_group, *this_plural) == (group, plural))
        .map_or(&[], |(_, _, names)| names)
}
