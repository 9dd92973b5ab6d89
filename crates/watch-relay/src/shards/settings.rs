//! The settings of a replica.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use watchable_core::fnv1a;

/// More shards in all than this are a mistake: each costs a write every two seconds.
const MAX_SHARDS: u32 = 1024;
/// The longest name: that of a label's value.
const MAX_NAME: usize = 63;

/// What the replicas of a relay agree on, and the name of one of them. The times are client-go's by default.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReplicaSettings {
    /// The name of the relay, with which the names of its Leases begin.
    pub name: String,
    /// The namespace of the Leases.
    pub namespace: String,
    /// The identity of this process, which no other one may ever have: see [`identity`].
    pub identity: String,
    /// The number of shards: of all clusters together, or of each of [`clusters`](Self::clusters). Replicas with
    /// different numbers do not see each other.
    pub shards: u32,
    /// The clusters, if each has shards of its own; without any, a shard is a part of whatever there is. Replicas with
    /// different clusters see each other, and share those that they have in common.
    pub clusters: Vec<String>,
    /// How long a Lease is valid after its holder has renewed it; 15 s. Whole seconds.
    pub lease_duration: Duration,
    /// After how long without a renewal a holder stops; 10 s.
    pub renew_deadline: Duration,
    /// How often Leases are renewed, and failures retried; 2 s. It is also how long before a Lease expires its former
    /// holder has to have stopped.
    pub retry_period: Duration,
}

/// A setting that is invalid, with what would be right.
#[derive(Debug)]
pub struct InvalidReplica(String);

impl ReplicaSettings {
    /// Returns the default settings.
    pub fn new(
        name: impl Into<String>,
        namespace: impl Into<String>,
        identity: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            namespace: namespace.into(),
            identity: identity.into(),
            shards: 1,
            clusters: Vec::new(),
            lease_duration: Duration::from_secs(15),
            renew_deadline: Duration::from_secs(10),
            retry_period: Duration::from_secs(2),
        }
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// Returns the first that is invalid.
    pub fn check(&self) -> Result<(), InvalidReplica> {
        let invalid = |text: String| Err(InvalidReplica(text));
        for (what, text) in
            [("name", &self.name), ("namespace", &self.namespace), ("identity", &self.identity)]
        {
            if !is_dns_name(text) {
                return invalid(format!(
                    "the {what} {text:?} is invalid: up to {MAX_NAME} lower-case letters, digits and inner hyphens"
                ));
            }
        }
        if !(1..=MAX_SHARDS).contains(&self.shards) {
            return invalid(format!("{} shards: from 1 to {MAX_SHARDS} are possible", self.shards));
        }
        if self.leases() > MAX_SHARDS {
            let (shards, clusters) = (self.shards, self.clusters.len());
            return invalid(format!(
                "{shards} shards of each of {clusters} clusters: up to {MAX_SHARDS} are possible in all; run several \
                 relays under names of their own, each for some of the clusters"
            ));
        }
        let whole = self.lease_duration.subsec_nanos() == 0;
        if !whole || !(1..=86_400).contains(&self.lease_duration.as_secs()) {
            return invalid(format!(
                "a lease duration of {:?}: whole seconds, up to a day, are possible",
                self.lease_duration
            ));
        }
        if self.retry_period.is_zero()
            || self.retry_period * 2 > self.renew_deadline
            || self.renew_deadline + self.retry_period >= self.lease_duration
        {
            return invalid(format!(
                "a retry period of {:?} and a renew deadline of {:?} do not fit a lease duration of {:?}: a deadline has \
                 at least two retry periods, and ends more than one before the lease, such as 2 s, 10 s and 15 s",
                self.retry_period, self.renew_deadline, self.lease_duration
            ));
        }
        Ok(())
    }

    /// How long after the request of a renewal its holder may work.
    pub(crate) fn validity(&self) -> Duration {
        self.lease_duration.saturating_sub(self.retry_period)
    }

    pub(crate) fn lease_seconds(&self) -> u32 {
        u32::try_from(self.lease_duration.as_secs()).unwrap_or(u32::MAX)
    }

    /// How many shards there are in all, each with a Lease.
    pub(crate) fn leases(&self) -> u32 {
        let clusters = u32::try_from(self.clusters.len().max(1)).unwrap_or(u32::MAX);
        self.shards.saturating_mul(clusters)
    }

    /// Returns what one of all shards is: which cluster's, and which of its shards.
    pub(crate) fn place(&self, shard: u32) -> (Option<&str>, u32) {
        let of = self.shards.max(1);
        let cluster = usize::try_from(shard / of).ok().and_then(|at| self.clusters.get(at));
        (cluster.map(String::as_str), shard % of)
    }

    /// Returns which clusters have shards of their own, as replicas tell each other: a hash each, in the order of the
    /// hashes, with commas between them.
    pub(crate) fn known_clusters(&self) -> String {
        let mut hashes: Vec<_> =
            self.clusters.iter().map(|cluster| known_cluster(cluster)).collect();
        hashes.sort_unstable();
        hashes.join(",")
    }

    /// Returns the name of a shard's Lease. It does not depend on which other clusters there are.
    pub(crate) fn shard_lease(&self, shard: u32) -> String {
        let (name, of) = (&self.name, self.shards);
        match self.place(shard) {
            (None, shard) => format!("{name}-shard-{shard}-of-{of}"),
            (Some(cluster), shard) if is_dns_name(cluster) => {
                format!("{name}-cluster-{cluster}-shard-{shard}-of-{of}")
            }
            (Some(cluster), shard) => {
                // A name may be anything, such as an ARN.
                let hash = fnv1a(cluster.as_bytes());
                format!("{name}-cluster-hash-{hash:016x}-shard-{shard}-of-{of}")
            }
        }
    }

    /// Whether a Lease is one with which a replica shows that it is there.
    pub(crate) fn is_presence(&self, lease: &str) -> bool {
        lease.strip_prefix(&*self.name).is_some_and(|rest| rest.starts_with("-replica-"))
    }

    /// Returns the name of the Lease with which the replica shows that it is there.
    pub(crate) fn presence_lease(&self) -> String {
        format!("{}-replica-{}", self.name, self.identity)
    }

    /// Returns the labels by which replicas find the Leases.
    pub(crate) fn labels(&self) -> BTreeMap<String, String> {
        let each = if self.clusters.is_empty() { "" } else { "-per-cluster" };
        [
            ("watchables.io/relay", self.name.clone()),
            ("watchables.io/shards", format!("{}{each}", self.shards)),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    pub(crate) fn label_selector(&self) -> String {
        let labels = self.labels();
        let terms: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        terms.join(",")
    }
}

/// Returns an identity for this process: a name, such as the Pod's, that is made valid, and a random part, so that a
/// process that is started again under the same name is another one.
pub fn identity(name: &str) -> String {
    let valid = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(valid).take(MAX_NAME - 10).collect();
    let name = name.trim_matches('-');
    let random = fastrand::u32(..);
    if name.is_empty() { format!("{random:08x}") } else { format!("{name}-{random:08x}") }
}

fn is_dns_name(text: &str) -> bool {
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_NAME).contains(&text.len())
        && text.chars().all(valid)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Returns how a cluster is told.
pub(crate) fn known_cluster(name: &str) -> String {
    format!("{:016x}", fnv1a(name.as_bytes()))
}

impl fmt::Display for InvalidReplica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidReplica {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lease_of_a_cluster_has_the_same_name_whatever_other_clusters_there_are() {
        let mut settings = ReplicaSettings::new("relay", "default", "a");
        settings.shards = 2;
        assert_eq!(settings.shard_lease(1), "relay-shard-1-of-2");
        settings.clusters = vec!["b".to_owned()];
        assert_eq!(settings.shard_lease(1), "relay-cluster-b-shard-1-of-2");
        settings.clusters = ["a", "b", "arn:aws:eks:c"].map(str::to_owned).to_vec();
        assert_eq!(settings.leases(), 6);
        assert_eq!(settings.place(3), (Some("b"), 1));
        assert_eq!(settings.shard_lease(3), "relay-cluster-b-shard-1-of-2");
        let hashed = settings.shard_lease(4);
        assert!(hashed.starts_with("relay-cluster-hash-"), "{hashed}");
        assert!(!settings.is_presence(&hashed) && settings.is_presence("relay-replica-a"));
    }

    #[test]
    fn too_many_shards_of_all_clusters_are_rejected() {
        let mut settings = ReplicaSettings::new("relay", "default", "a");
        settings.shards = 8;
        settings.clusters = (0..128).map(|cluster| format!("c{cluster}")).collect();
        settings.check().expect("1,024 are possible");
        settings.clusters.push("one-more".to_owned());
        let error = settings.check().expect_err("there are too many").to_string();
        assert!(error.contains("129 clusters") && error.contains("several relays"), "{error}");
    }
}
