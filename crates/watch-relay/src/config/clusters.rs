//! Which clusters a relay watches.

use std::path::PathBuf;

use serde::Deserialize;

/// A cluster.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ClusterConfig {
    /// Its name, in subjects and in the `source` of events.
    pub name: String,
    /// The kubeconfig; by default the usual one, or the service account of the relay's pod.
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig; by default the current one.
    pub context: Option<String>,
}
