//! Which cluster: a kubeconfig's, the one around us, or a demo of our own.

use anyhow::{Context as _, bail};
use embedded_apiserver::{Demo, DemoOptions, EmbeddedServer};
use kube_client::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use watchables::{Client, Config, cluster_is_configured, connect_to};

use crate::args::ClusterArgs;

/// A client, and the demo cluster behind it where there is one.
pub(crate) struct Cluster {
    pub(crate) client: Client,
    /// Where its API server is.
    pub(crate) url: String,
    _demo: Option<(Demo, EmbeddedServer)>,
}

/// Connects as the arguments say; says so where that is to a demo cluster nobody asked for.
pub(crate) async fn connect(args: &ClusterArgs) -> anyhow::Result<Cluster> {
    if args.demo || !(is_named(args) || cluster_is_configured()) {
        return demo(args.demo);
    }
    let config = configure(args).await?;
    let url = config.cluster_url.to_string();
    Ok(Cluster { client: client(config)?, url, _demo: None })
}

async fn configure(args: &ClusterArgs) -> anyhow::Result<Config> {
    let (kubeconfig, name) = match &args.kubeconfig {
        Some(path) => (Kubeconfig::read_from(path), format!("the kubeconfig {}", path.display())),
        None => (Kubeconfig::read(), default_kubeconfig()),
    };
    let kubeconfig = match kubeconfig {
        Err(KubeconfigError::ReadConfig(..)) if !is_named(args) && in_cluster() => {
            return Config::incluster().context("cannot use the service account of this pod");
        }
        // The parser's own text quotes the lines around, and tokens stand in such lines.
        Err(KubeconfigError::Parse(error)) => {
            let text = error.to_string();
            let place = text.split("-->").next().unwrap_or_default().trim();
            bail!("{name} is no sound YAML: {}", place.trim_start_matches("error: "))
        }
        kubeconfig => kubeconfig.with_context(|| format!("cannot read {name}"))?,
    };
    let known: Vec<_> = kubeconfig.contexts.iter().map(|c| c.name.as_str()).collect();
    match args.context.as_deref().or(kubeconfig.current_context.as_deref()) {
        None | Some("") => bail!("{name} names no current context; choose one with --context"),
        Some(context) if !known.contains(&context) => {
            bail!("{name} has no context {context:?}; it has: {}", known.join(", "))
        }
        Some(_) => {}
    }
    let options = KubeConfigOptions { context: args.context.clone(), ..Default::default() };
    Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .with_context(|| format!("cannot use {name}"))
}

/// Whether the user named a cluster, and wants no other.
fn is_named(args: &ClusterArgs) -> bool {
    args.kubeconfig.is_some() || args.context.is_some()
}

fn in_cluster() -> bool {
    std::env::var_os("KUBERNETES_SERVICE_HOST").is_some_and(|host| !host.is_empty())
}

/// Where the kubeconfig is that nobody named.
fn default_kubeconfig() -> String {
    match std::env::var("KUBECONFIG") {
        Ok(paths) if !paths.is_empty() => format!("the kubeconfig {paths} (from KUBECONFIG)"),
        _ => "the kubeconfig ~/.kube/config".to_owned(),
    }
}

fn demo(asked: bool) -> anyhow::Result<Cluster> {
    let server = EmbeddedServer::builder(rel_1_36::CATALOG)
        .release("1.36")
        .start_in_thread()
        .context("cannot start the embedded demo cluster")?;
    let demo = server.demo(&DemoOptions::default());
    let url = server.url();
    if asked {
        eprintln!("watchables: started the embedded demo cluster at {url}");
    } else {
        eprintln!("watchables: no kubeconfig found, so started the embedded demo cluster at {url}");
    }
    let config = Config::new(url.parse().context("the demo cluster's URL")?);
    Ok(Cluster { client: client(config)?, url, _demo: Some((demo, server)) })
}

fn client(config: Config) -> anyhow::Result<Client> {
    connect_to(config).context("cannot make a client")
}
