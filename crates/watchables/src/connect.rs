//! Connects to a cluster, with a client that leaves retries to the watchers.

pub mod access;
mod connector;
mod credential;
mod der;
mod error;
mod kubeconfig;
mod limiter;
mod materials;
mod no_proxy;
mod pem;
mod plugin;
mod proxy;
mod server_url;
mod service;
mod session;
mod settings;
mod tls;
mod tunnel;
mod verifier;

use kube_client::client::ConfigExt as _;
use kube_client::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use tower::Layer as _;

use crate::{Client, ClientError, Config};
use error::AccessError;
pub use kubeconfig::{read_kubeconfig, read_kubeconfig_from};
use service::Renewing;
use settings::Settings;

/// Connects to the cluster of the kubeconfig or, inside a cluster, to that cluster.
///
/// The configuration is inferred: by [`read_kubeconfig`] or, without a kubeconfig, from the Pod's service account. See
/// [`connect_with`] and [`connect_to`] for the difference between the clients.
///
/// # Errors
///
/// Fails if there is no configuration, if it is invalid, or if an exec plugin fails. No request is sent: a
/// server that cannot be reached is an error of the first stream.
///
/// # Panics
///
/// Panics outside of a Tokio runtime.
pub async fn connect() -> Result<Client, ClientError> {
    let options = KubeConfigOptions::default();
    let read = read_kubeconfig();
    if let Err(KubeconfigError::Parse(error)) = &read {
        return Err(AccessError::new(format!(
            "the kubeconfig is not valid YAML: {}",
            place(error)
        ))
        .into());
    }
    let has_context = |kubeconfig: &Kubeconfig| {
        let current = kubeconfig.current_context.as_ref();
        current
            .is_some_and(|current| kubeconfig.contexts.iter().any(|named| named.name == *current))
    };
    match read {
        Ok(kubeconfig) if has_context(&kubeconfig) => {
            let settings = from_kubeconfig(kubeconfig, &options, true).await?;
            start(settings).await
        }
        _ => {
            let config = Config::infer().await.map_err(ClientError::InferConfig)?;
            start(Settings::from_config(config)?).await
        }
    }
}

/// Connects to a cluster of a kubeconfig.
///
/// A server is reached through the proxy that the kubeconfig names in `proxy-url`, or else the environment in
/// `HTTPS_PROXY` and `NO_PROXY` (for `http://` servers `HTTP_PROXY`), which are read as Go reads them.
///
/// Credentials are renewed: files are read again when they change, and an exec plugin runs again when its
/// credential expires or the server answers 401. What the plugin prints on standard error appears on this
/// process's. A plugin that waits for its user makes this function and later requests wait; dropping them ends
/// the plugin.
///
/// # Errors
///
/// Fails if the configuration is invalid, or if an exec plugin fails. No request is sent.
///
/// # Panics
///
/// Panics outside of a Tokio runtime.
pub async fn connect_with(
    kubeconfig: Kubeconfig,
    options: &KubeConfigOptions,
) -> Result<Client, ClientError> {
    start(from_kubeconfig(kubeconfig, options, false).await?).await
}

/// Creates a client for a configuration: for a server by its URL, or with settings of the program's own.
///
/// Proxies and credentials are as with [`connect_with`], but for the CA file of a kubeconfig, whose path a
/// [`Config`] does not have: it is not read again. An exec plugin runs at the first request.
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
pub fn connect_to(config: Config) -> Result<Client, ClientError> {
    let settings = Settings::from_config(config)?;
    let config = settings.config.clone();
    client(&config, Renewing::new(settings)?)
}

async fn from_kubeconfig(
    kubeconfig: Kubeconfig,
    options: &KubeConfigOptions,
    is_inferred: bool,
) -> Result<Settings, ClientError> {
    let (kubeconfig, cluster) = settings::without_files(kubeconfig, options);
    let mut config = Config::from_custom_kubeconfig(kubeconfig, options)
        .await
        .map_err(|error| ClientError::Service(Box::new(error)))?;
    if is_inferred {
        config.apply_debug_overrides();
    }
    Ok(Settings::from_kubeconfig(config, &cluster)?)
}

async fn start(settings: Settings) -> Result<Client, ClientError> {
    let config = settings.config.clone();
    let service = Renewing::new(settings)?;
    service.prepare().await?;
    client(&config, service)
}

fn client(config: &Config, service: Renewing) -> Result<Client, ClientError> {
    let service = config.extra_headers_layer()?.layer(service);
    let service = config.base_uri_layer().layer(service);
    Ok(Client::new(service, config.default_namespace.clone()))
}

/// Returns where the parser's error is. The rest of its text quotes lines that may contain tokens.
fn place(error: &impl ToString) -> String {
    let text = error.to_string();
    let place = text.split("-->").next().unwrap_or_default().trim();
    place.trim_start_matches("error: ").to_owned()
}
