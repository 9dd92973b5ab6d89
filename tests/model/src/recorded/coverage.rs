//! The watchable kinds without recordings, and why.

use std::collections::BTreeSet;

use super::{kind, recordings};
use crate::facts::Facts;

/// The recorded server served only the APIs that are enabled by default. 1.20's served all of them.
const OFF: &str = "disabled by default";
/// Kubernetes creates no such objects by itself, and the recorder created none.
const NOT_CREATED: &str = "none was created";

/// Release, group and version, plurals, reason.
const UNRECORDED: [(&str, &str, &[&str], &str); 31] = [
    ("1.17", "admissionregistration.k8s.io/v1", &["mutatingwebhookconfigurations"], NOT_CREATED),
    (
        "1.17",
        "admissionregistration.k8s.io/v1beta1",
        &["mutatingwebhookconfigurations"],
        NOT_CREATED,
    ),
    ("1.17", "apps/v1beta1", &["controllerrevisions", "deployments", "statefulsets"], OFF),
    (
        "1.17",
        "apps/v1beta2",
        &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
        OFF,
    ),
    ("1.17", "auditregistration.k8s.io/v1alpha1", &["auditsinks"], OFF),
    ("1.17", "batch/v2alpha1", &["cronjobs"], OFF),
    ("1.17", "certificates.k8s.io/v1beta1", &["certificatesigningrequests"], NOT_CREATED),
    (
        "1.17",
        "extensions/v1beta1",
        &["daemonsets", "deployments", "networkpolicies", "podsecuritypolicies", "replicasets"],
        OFF,
    ),
    (
        "1.17",
        "flowcontrol.apiserver.k8s.io/v1alpha1",
        &["flowschemas", "prioritylevelconfigurations"],
        OFF,
    ),
    ("1.17", "node.k8s.io/v1alpha1", &["runtimeclasses"], OFF),
    ("1.17", "node.k8s.io/v1beta1", &["runtimeclasses"], NOT_CREATED),
    (
        "1.17",
        "rbac.authorization.k8s.io/v1alpha1",
        &["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
        OFF,
    ),
    ("1.17", "scheduling.k8s.io/v1alpha1", &["priorityclasses"], OFF),
    ("1.17", "settings.k8s.io/v1alpha1", &["podpresets"], OFF),
    ("1.17", "storage.k8s.io/v1alpha1", &["volumeattachments"], OFF),
    ("1.17", "storage.k8s.io/v1beta1", &["csidrivers"], NOT_CREATED),
    (
        "1.36",
        "admissionregistration.k8s.io/v1",
        &[
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicybindings",
        ],
        NOT_CREATED,
    ),
    (
        "1.36",
        "admissionregistration.k8s.io/v1alpha1",
        &["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
        OFF,
    ),
    (
        "1.36",
        "admissionregistration.k8s.io/v1beta1",
        &["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
        OFF,
    ),
    ("1.36", "certificates.k8s.io/v1", &["certificatesigningrequests"], NOT_CREATED),
    ("1.36", "certificates.k8s.io/v1alpha1", &["clustertrustbundles"], OFF),
    (
        "1.36",
        "certificates.k8s.io/v1beta1",
        &["clustertrustbundles", "podcertificaterequests"],
        OFF,
    ),
    ("1.36", "coordination.k8s.io/v1alpha2", &["leasecandidates"], OFF),
    ("1.36", "coordination.k8s.io/v1beta1", &["leasecandidates"], OFF),
    ("1.36", "internal.apiserver.k8s.io/v1alpha1", &["storageversions"], OFF),
    ("1.36", "networking.k8s.io/v1beta1", &["ipaddresses", "servicecidrs"], OFF),
    ("1.36", "node.k8s.io/v1", &["runtimeclasses"], NOT_CREATED),
    ("1.36", "resource.k8s.io/v1", &["resourceclaimtemplates"], NOT_CREATED),
    ("1.36", "resource.k8s.io/v1alpha3", &["devicetaintrules", "resourcepoolstatusrequests"], OFF),
    (
        "1.36",
        "storage.k8s.io/v1",
        &["csidrivers", "csistoragecapacities", "volumeattributesclasses"],
        NOT_CREATED,
    ),
    ("1.36", "storage.k8s.io/v1beta1", &["volumeattributesclasses"], OFF),
];

/// Versions of 1.36 that are disabled as a whole.
const UNRECORDED_VERSIONS: [(&str, &str, usize, &str); 4] = [
    ("1.36", "resource.k8s.io/v1beta1", 4, OFF),
    ("1.36", "resource.k8s.io/v1beta2", 5, OFF),
    ("1.36", "scheduling.k8s.io/v1alpha2", 2, OFF),
    ("1.36", "storagemigration.k8s.io/v1beta1", 1, OFF),
];

#[test]
fn kinds_without_recordings_are_listed() {
    for recording in recordings() {
        let release = recording.release.as_str();
        let facts = Facts::read(release);
        let lists: BTreeSet<[String; 3]> = recording
            .documents
            .values()
            .filter(|document| document.value["items"].as_array().is_some_and(|i| !i.is_empty()))
            .map(|document| kind(&document.value))
            .collect();
        let mut missing = BTreeSet::new();
        let mut watchable = 0;
        for resource in facts.resources.iter().filter(|resource| resource["watch"].is_array()) {
            watchable += 1;
            let text = |key: &str| resource[key].as_str().expect("a string").to_owned();
            if !lists.contains(&["group", "version", "list"].map(text)) {
                let of = format!("{}/{}", text("group"), text("version"));
                missing.insert((of.trim_start_matches('/').to_owned(), text("plural")));
            }
        }
        for (_, of, count, _) in UNRECORDED_VERSIONS.iter().filter(|row| row.0 == release) {
            let before = missing.len();
            missing.retain(|(version, _)| version != of);
            assert_eq!(
                before - missing.len(),
                *count,
                "{release} {of}: the number of unrecorded kinds"
            );
        }
        let listed: BTreeSet<(String, String)> = UNRECORDED
            .iter()
            .filter(|row| row.0 == release)
            .flat_map(|(_, of, plurals, _)| {
                plurals.iter().map(|plural| ((*of).to_owned(), (*plural).to_owned()))
            })
            .collect();
        let differ: Vec<_> = missing.symmetric_difference(&listed).collect();
        assert!(differ.is_empty(), "{release}: only unrecorded or only in the table: {differ:#?}");
        assert!(lists.len() > watchable / 2, "{release}: {} lists of {watchable}", lists.len());
    }
}

#[test]
fn three_releases_are_recorded() {
    let releases: Vec<String> =
        recordings().into_iter().map(|recording| recording.release).collect();
    assert_eq!(releases, ["1.17", "1.20", "1.36"]);
}
