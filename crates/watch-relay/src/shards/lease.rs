//! Leases as the API has them, as far as replicas read and write them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use watchable_core::{MicroTime, ResourceInfo, Scope};

/// The resource.
pub(crate) const LEASES: ResourceInfo =
    ResourceInfo::new("coordination.k8s.io", "v1", "Lease", "leases", Scope::Namespaced);

/// The annotation of a replica's Lease that says which clusters it has: hashes of their names.
const CLUSTERS: &str = "watchables.io/clusters";

/// A Lease. What we do not know of it is kept, and written again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lease {
    pub(crate) metadata: Metadata,
    #[serde(default)]
    pub(crate) spec: Spec,
    /// `apiVersion` and `kind`.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resource_version: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) annotations: BTreeMap<String, String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Spec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) holder_identity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lease_duration_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acquire_time: Option<MicroTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) renew_time: Option<MicroTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lease_transitions: Option<u32>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Lease {
    /// Returns a Lease that nobody holds and that does not exist yet.
    pub(crate) fn new(name: &str, labels: BTreeMap<String, String>) -> Self {
        let rest =
            [("apiVersion", LEASES.api_version().into_owned()), ("kind", LEASES.kind().to_owned())];
        let metadata = Metadata { name: name.to_owned(), labels, ..Metadata::default() };
        let rest = rest.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect();
        Self { metadata, spec: Spec::default(), rest }
    }

    /// Returns it as that of a replica which has these clusters: see [`ReplicaSettings::known_clusters`].
    ///
    /// [`ReplicaSettings::known_clusters`]: super::settings::ReplicaSettings::known_clusters
    pub(crate) fn with_clusters(mut self, clusters: &str) -> Self {
        if !clusters.is_empty() {
            self.metadata.annotations.insert(CLUSTERS.to_owned(), clusters.to_owned());
        }
        self
    }

    /// Returns which clusters its replica has; `None` if it does not say.
    pub(crate) fn clusters(&self) -> Option<&str> {
        self.metadata.annotations.get(CLUSTERS).map(String::as_str)
    }

    /// Returns who holds it; `None` if it was released.
    pub(crate) fn holder(&self) -> Option<&str> {
        self.spec.holder_identity.as_deref().filter(|holder| !holder.is_empty())
    }

    /// Returns the version; empty if the server omits it.
    pub(crate) fn version(&self) -> &str {
        self.metadata.resource_version.as_deref().unwrap_or_default()
    }

    /// Returns how often it has changed hands.
    pub(crate) fn transitions(&self) -> u32 {
        self.spec.lease_transitions.unwrap_or_default()
    }

    /// Returns how long it is valid after a renewal.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(self.spec.lease_duration_seconds.unwrap_or_default().into())
    }

    /// Returns it as a holder takes it over, for so many seconds.
    pub(crate) fn acquired(
        mut self,
        by: &str,
        seconds: u32,
        transitions: u32,
        at: Timestamp,
    ) -> Self {
        self.spec.acquire_time = Some(micro_time(at));
        self.spec.lease_transitions = Some(transitions);
        self.renewed(by, seconds, at)
    }

    /// Returns it as its holder renews it.
    pub(crate) fn renewed(mut self, by: &str, seconds: u32, at: Timestamp) -> Self {
        self.spec.holder_identity = Some(by.to_owned());
        self.spec.lease_duration_seconds = Some(seconds);
        self.spec.renew_time = Some(micro_time(at));
        self
    }

    /// Returns it as its holder gives it back: as client-go's `ReleaseOnCancel` does.
    pub(crate) fn released(mut self, at: Timestamp) -> Self {
        self.spec.holder_identity = Some(String::new());
        self.spec.lease_duration_seconds = Some(1);
        self.spec.acquire_time = Some(micro_time(at));
        self.spec.renew_time = Some(micro_time(at));
        self
    }
}

/// Returns a time without what is beyond the microsecond: API servers take exactly six digits.
fn micro_time(time: Timestamp) -> MicroTime {
    MicroTime(Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_exactly_six_digits() {
        let lease = Lease::new("relay-shard-0-of-8", BTreeMap::new());
        for (nanosecond, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1, "1970-01-01T00:00:00.000000Z"),
            (120_000_000, "1970-01-01T00:00:00.120000Z"),
            (123_456_789, "1970-01-01T00:00:00.123456Z"),
        ] {
            let at = Timestamp::from_nanosecond(nanosecond).unwrap();
            let json = serde_json::to_value(lease.clone().acquired("a", 15, 1, at)).unwrap();
            assert_eq!(json["spec"]["renewTime"], text);
            assert_eq!(json["spec"]["acquireTime"], text);
        }
    }

    #[test]
    fn unknown_fields_are_written_again() {
        let text = serde_json::json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "a", "namespace": "b", "uid": "u", "annotations": {"c": "d"}},
            "spec": {"holderIdentity": "e", "strategy": "OldestEmulationVersion"},
        });
        let lease: Lease = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(serde_json::to_value(&lease).unwrap(), text);
    }

    #[test]
    fn released_lease_has_no_holder_and_keeps_its_transitions() {
        let at = Timestamp::UNIX_EPOCH;
        let lease = Lease::new("a", BTreeMap::new()).acquired("b", 15, 7, at);
        assert_eq!((lease.holder(), lease.transitions()), (Some("b"), 7));
        let lease = lease.released(at);
        assert_eq!((lease.holder(), lease.transitions()), (None, 7));
        assert_eq!(lease.duration(), Duration::from_secs(1), "the API server rejects 0");
    }
}
