//! Clients that leave it to the watchers to try again.

use crate::{Client, ClientError, Config};

/// A client as the kubeconfig says, or as a program inside of a cluster makes one.
///
/// It is [`Client::try_default`], less its habit to try a request again after 429, 503 and 504, up to 15
/// times, before anybody sees the answer. Managed streams try again by themselves, and tell of it in
/// their status; unmanaged ones report such an answer at once, as they should.
///
/// # Errors
///
/// There is no configuration, or it is unsound.
pub async fn connect() -> Result<Client, ClientError> {
    connect_to(Config::infer().await.map_err(ClientError::InferConfig)?)
}

/// A client as a configuration says, which leaves it to the watchers to try again: see [`connect`].
///
/// # Errors
///
/// The configuration is unsound.
///
/// # Panics
///
/// Panics outside of a Tokio runtime, as [`Client`]'s own constructors do.
pub fn connect_to(mut config: Config) -> Result<Client, ClientError> {
    config.default_retry = false;
    Client::try_from(config)
}
