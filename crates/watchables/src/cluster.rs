//! Whether there is a cluster to connect to.

use std::env;
use std::path::Path;

/// Whether a cluster is configured: by a kubeconfig (`KUBECONFIG`, or `~/.kube/config`), or by
/// running inside of one. It looks at names alone, and reads and connects to nothing.
///
/// Where it is not, [`Client::try_default`](crate::Client::try_default) fails.
pub fn cluster_is_configured() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let home_config =
        || env::home_dir().is_some_and(|home| Path::new(&home).join(".kube/config").is_file());
    set("KUBECONFIG") || home_config() || set("KUBERNETES_SERVICE_HOST")
}
