//! Whether a cluster is configured.

use std::env;
use std::path::Path;

/// Returns whether a cluster is configured: by a kubeconfig (`KUBECONFIG` or `~/.kube/config`), or because the
/// program runs inside a cluster. It checks only that they exist; it reads no file and connects to nothing.
///
/// If none is configured, [`connect`](crate::connect) fails.
pub fn cluster_is_configured() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_home_config =
        || env::home_dir().is_some_and(|home| Path::new(&home).join(".kube/config").is_file());
    is_set("KUBECONFIG") || has_home_config() || is_set("KUBERNETES_SERVICE_HOST")
}
