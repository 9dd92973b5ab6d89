//! The cluster to watch: from a kubeconfig, the pod's service account, or an embedded demo.

use anyhow::{Context as _, bail};
use embedded_apiserver::{Demo, DemoOptions, EmbeddedServer};
use kube_client::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use watchables::{Client, Config, cluster_is_configured, connect_to};

use crate::args::ClusterArgs;

/// A client, with its demo cluster if it is connected to one.
pub(crate) struct Cluster {
    pub(crate) client: Client,
    /// The URL of the API server.
    pub(crate) url: String,
    _demo: Option<(Demo, EmbeddedServer)>,
}

/// Connects to the cluster that the arguments select. Without any configured cluster, starts a demo
/// cluster.
///
/// # Errors
///
/// If the configuration cannot be read or used, or the demo cluster cannot be started.
pub(crate) async fn connect(args: &ClusterArgs) -> anyhow::Result<Cluster> {
    if args.demo || !(is_explicit(args) || cluster_is_configured()) {
        return start_demo(args.demo);
    }
    let config = load_config(args).await?;
    let url = config.cluster_url.to_string();
    Ok(Cluster { client: create_client(config)?, url, _demo: None })
}

async fn load_config(args: &ClusterArgs) -> anyhow::Result<Config> {
    let (kubeconfig, name) = match &args.kubeconfig {
        Some(path) => (Kubeconfig::read_from(path), format!("the kubeconfig {}", path.display())),
        None => (Kubeconfig::read(), default_kubeconfig_name()),
    };
    let kubeconfig = match kubeconfig {
        Err(KubeconfigError::ReadConfig(..)) if !is_explicit(args) && in_cluster() => {
            return Config::incluster().context("cannot use the service account of this pod");
        }
        // The parser's own text quotes the surrounding lines, which may contain tokens.
        Err(KubeconfigError::Parse(error)) => {
            let text = error.to_string();
            let position = text.split("-->").next().unwrap_or_default().trim();
            bail!("{name} is not valid YAML: {}", position.trim_start_matches("error: "))
        }
        kubeconfig => kubeconfig.with_context(|| format!("cannot read {name}"))?,
    };
    let contexts: Vec<_> = kubeconfig.contexts.iter().map(|c| c.name.as_str()).collect();
    match args.context.as_deref().or(kubeconfig.current_context.as_deref()) {
        None | Some("") => bail!("{name} has no current context; choose one with --context"),
        Some(context) if !contexts.contains(&context) => {
            bail!("{name} has no context {context:?}; it has: {}", contexts.join(", "))
        }
        Some(_) => {}
    }
    let options = KubeConfigOptions { context: args.context.clone(), ..Default::default() };
    Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .with_context(|| format!("cannot use {name}"))
}

/// Returns whether the user selected a cluster, which rules out any other.
fn is_explicit(args: &ClusterArgs) -> bool {
    args.kubeconfig.is_some() || args.context.is_some()
}

fn in_cluster() -> bool {
    std::env::var_os("KUBERNETES_SERVICE_HOST").is_some_and(|host| !host.is_empty())
}

/// Returns how errors name the default kubeconfig.
fn default_kubeconfig_name() -> String {
    match std::env::var("KUBECONFIG") {
        Ok(paths) if !paths.is_empty() => format!("the kubeconfig {paths} (from KUBECONFIG)"),
        _ => "the kubeconfig ~/.kube/config".to_owned(),
    }
}

fn start_demo(requested: bool) -> anyhow::Result<Cluster> {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST)
        .context("the newest release has no catalog")?;
    let server = EmbeddedServer::builder(catalog)
        .release(release_catalogs::NEWEST)
        .start_in_thread()
        .context("cannot start the embedded demo cluster")?;
    let demo = server.demo(&DemoOptions::default());
    let url = server.url();
    if requested {
        eprintln!("watchables: started the embedded demo cluster at {url}");
    } else {
        eprintln!("watchables: no kubeconfig found; started the embedded demo cluster at {url}");
    }
    let config = Config::new(url.parse().context("invalid URL of the demo cluster")?);
    Ok(Cluster { client: create_client(config)?, url, _demo: Some((demo, server)) })
}

fn create_client(config: Config) -> anyhow::Result<Client> {
    connect_to(config).context("cannot create a client")
}
