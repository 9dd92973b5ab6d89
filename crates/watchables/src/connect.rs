//! Connects to a cluster, with a client that leaves retries to the watchers.

use crate::{Client, ClientError, Config};

/// Connects to the cluster of the kubeconfig or, inside a cluster, to that cluster.
///
/// The configuration is inferred as by [`Client::try_default`]: from `KUBECONFIG`, from `~/.kube/config`, or
/// from the Pod's service account. See [`connect_to`] for the difference between the clients.
///
/// # Errors
///
/// Fails if there is no configuration, or if it is invalid. No request is sent: a server that cannot be reached
/// is an error of the first stream.
///
/// # Panics
///
/// Panics outside of a Tokio runtime.
pub async fn connect() -> Result<Client, ClientError> {
    connect_to(Config::infer().await.map_err(ClientError::InferConfig)?)
}

/// Creates a client for a configuration: for another context of the kubeconfig, or a server by its URL.
///
/// Unlike a client of [`Client::try_default`] or [`Client::try_from`], it does not retry by itself. Those send a
/// request again after 429, 503 and 504, up to 15 times, before the watcher sees the response. That delays the
/// error of an unmanaged stream. A managed stream loses nothing, but its own backoff, its handling of
/// `Retry-After` and its [`status`](crate::Watcher::status) come into effect only after the client gives up.
///
/// # Errors
///
/// Fails if the configuration is invalid.
///
/// # Panics
///
/// Panics outside of a Tokio runtime, like all constructors of [`Client`].
pub fn connect_to(mut config: Config) -> Result<Client, ClientError> {
    config.default_retry = false;
    // With kube's feature `gzip`, the client would decode only the first event of a compressed watch. Watchers
    // decode by themselves.
    config.disable_compression = true;
    Client::try_from(config)
}
