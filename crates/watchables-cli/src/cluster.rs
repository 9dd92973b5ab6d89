//! The cluster to watch: from a kubeconfig, the pod's service account, or an embedded demo.

mod several;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use anyhow::{Context as _, anyhow, bail};
use embedded_apiserver::{Demo, DemoOptions, EmbeddedServer};
use kube_client::config::{
    AuthInfo, Cluster as KubeconfigCluster, Context, NamedCluster, NamedContext,
};
use watchables::{
    Client, Config, KubeConfigOptions, Kubeconfig, KubeconfigError, cluster_is_configured,
    connect_to, connect_with, read_kubeconfig, read_kubeconfig_from,
};

use crate::args::ClusterArgs;
use crate::say::say;
pub(crate) use several::{Named, several};

/// A client, with its demo cluster if it is connected to one.
pub(crate) struct Cluster {
    pub(crate) client: Client,
    /// The URL of the API server.
    pub(crate) url: String,
    _demo: Option<(Demo, EmbeddedServer)>,
}

/// Which cluster to connect to.
pub(crate) enum Target {
    /// The demo cluster, and whether the user asked for it.
    Demo(bool),
    /// A context of a kubeconfig, and how errors name the kubeconfig.
    Kubeconfig(Box<Kubeconfig>, KubeConfigOptions, String),
    /// The cluster that this pod runs in.
    InCluster,
}

impl Target {
    /// Finds the cluster that the arguments select. Without any configured cluster, it is the demo cluster.
    ///
    /// # Errors
    ///
    /// If the kubeconfig cannot be read, or has no such context.
    pub(crate) fn find(args: &ClusterArgs) -> anyhow::Result<Self> {
        if args.demo || !(is_explicit(args) || cluster_is_configured()) {
            return Ok(Self::Demo(args.demo));
        }
        let (kubeconfig, name) = match &args.kubeconfig {
            Some(path) => {
                (read_kubeconfig_from(path), format!("the kubeconfig {}", path.display()))
            }
            None => (read_kubeconfig(), default_kubeconfig_name()),
        };
        let kubeconfig = match kubeconfig {
            // As with kubectl, a server can be named without any kubeconfig.
            Err(KubeconfigError::ReadConfig(..) | KubeconfigError::FindPath)
                if args.server.is_some() && args.kubeconfig.is_none() =>
            {
                Kubeconfig::default()
            }
            Err(KubeconfigError::ReadConfig(..)) if !is_explicit(args) && in_cluster() => {
                return Ok(Self::InCluster);
            }
            // The parser's own text quotes the surrounding lines, which may contain tokens.
            Err(KubeconfigError::Parse(error)) => {
                let text = error.to_string();
                let position = text.split("-->").next().unwrap_or_default().trim();
                bail!("{name} is not valid YAML: {}", position.trim_start_matches("error: "))
            }
            // Its own text has the path in quotes twice.
            Err(KubeconfigError::ReadConfig(error, path)) => {
                let is_listed = name.ends_with(FROM_VARIABLE);
                let origin = if is_listed { FROM_VARIABLE } else { "" };
                let path = path.display();
                return Err(error)
                    .with_context(|| format!("cannot read the kubeconfig {path}{origin}"));
            }
            kubeconfig => kubeconfig.with_context(|| format!("cannot read {name}"))?,
        };
        if let Some(server) = &args.server {
            let context = args.context.as_deref();
            let kubeconfig = with_server(kubeconfig, context, server);
            if context.is_none() || selected_context(&kubeconfig, context).is_some() {
                let context = args.context.clone();
                let options = KubeConfigOptions { context, ..Default::default() };
                let name = format!("{name} with --server");
                return Ok(Self::Kubeconfig(Box::new(kubeconfig), options, name));
            }
            return Err(unknown_context(&kubeconfig, context.unwrap_or_default(), &name));
        }
        let contexts: Vec<_> = kubeconfig.contexts.iter().map(|c| c.name.as_str()).collect();
        match args.context.as_deref().or(kubeconfig.current_context.as_deref()) {
            None | Some("") => bail!("{name} has no current context; choose one with --context"),
            Some(context) if !contexts.contains(&context) => {
                return Err(unknown_context(&kubeconfig, context, &name));
            }
            Some(_) => {}
        }
        let options = KubeConfigOptions { context: args.context.clone(), ..Default::default() };
        Ok(Self::Kubeconfig(Box::new(kubeconfig), options, name))
    }

    /// Connects to the cluster. Runs its exec plugin, if it has one.
    ///
    /// # Errors
    ///
    /// If the configuration cannot be used, the plugin fails, or the demo cluster cannot be started.
    pub(crate) async fn connect(self) -> anyhow::Result<Cluster> {
        match self {
            Self::Demo(requested) => start_demo(requested),
            Self::Kubeconfig(kubeconfig, options, name) => {
                let url = selected(&kubeconfig, &options)
                    .and_then(|(cluster, _)| cluster?.server.as_deref().map(without_secrets))
                    .unwrap_or_default();
                let client = connect_with(*kubeconfig, &options).await;
                let client = client.with_context(|| format!("cannot use {name}"))?;
                Ok(Cluster { client, url, _demo: None })
            }
            Self::InCluster => {
                let config =
                    Config::incluster().context("cannot use the service account of this pod")?;
                let url = config.cluster_url.to_string();
                Ok(Cluster { client: create_client(config)?, url, _demo: None })
            }
        }
    }

    /// Returns a hash of everything that tells how it is reached. It is another one in another process.
    pub(crate) fn fingerprint(&self) -> u64 {
        static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        match self {
            Self::Demo(_) => 0,
            Self::InCluster => 1,
            Self::Kubeconfig(kubeconfig, options, _) => {
                // As text, with the secrets, which are renewed in a kubeconfig that is written again.
                let text = serde_json::to_string(kubeconfig).unwrap_or_default();
                HASHES.hash_one((text, &options.context))
            }
        }
    }

    /// Returns the namespace of the context, if it has one.
    pub(crate) fn namespace(&self) -> Option<String> {
        match self {
            Self::Demo(_) => None,
            Self::InCluster => Config::incluster().ok().map(|config| config.default_namespace),
            Self::Kubeconfig(kubeconfig, options, _) => {
                let context = options.context.as_ref().or(kubeconfig.current_context.as_ref())?;
                let mut contexts = kubeconfig.contexts.iter();
                let context = contexts.find(|named| named.name == *context)?.context.as_ref()?;
                context.namespace.clone().filter(|namespace| !namespace.is_empty())
            }
        }
    }

    /// Returns the command of the exec plugin, if the user of the context has one.
    pub(crate) fn plugin(&self) -> Option<String> {
        let Self::Kubeconfig(kubeconfig, options, _) = self else { return None };
        selected(kubeconfig, options)?.1?.exec.as_ref()?.command.clone()
    }
}

/// Returns a URL without its user, password and query.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(s, rest)| (s, rest));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let host = rest.find('/').unwrap_or(rest.len());
    let host = rest[..host].rfind('@').map_or(rest, |at| &rest[at + 1..]);
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

/// Returns the cluster and the user of the selected context.
fn selected<'a>(
    kubeconfig: &'a Kubeconfig,
    options: &KubeConfigOptions,
) -> Option<(Option<&'a KubeconfigCluster>, Option<&'a AuthInfo>)> {
    let context = selected_context(kubeconfig, options.context.as_deref())?;
    let cluster = kubeconfig.clusters.iter().find(|named| named.name == context.cluster);
    let mut users = kubeconfig.auth_infos.iter();
    let user = users.find(|named| Some(&named.name) == context.user.as_ref());
    let cluster = cluster.and_then(|named| named.cluster.as_ref());
    Some((cluster, user.and_then(|named| named.auth_info.as_ref())))
}

/// Puts a server in the place of that of the context. Without a context, makes one without credentials.
fn with_server(mut kubeconfig: Kubeconfig, context: Option<&str>, server: &str) -> Kubeconfig {
    let name = selected_context(&kubeconfig, context).map(|context| context.cluster.clone());
    let mut clusters = kubeconfig.clusters.iter_mut();
    if let Some(cluster) = clusters.find(|named| Some(&named.name) == name.as_ref()) {
        cluster.cluster.get_or_insert_default().server = Some(server.to_owned());
        return kubeconfig;
    }
    if context.is_some() && name.is_none() {
        return kubeconfig;
    }
    let cluster = KubeconfigCluster { server: Some(server.to_owned()), ..Default::default() };
    let made = name.unwrap_or_else(|| MADE.to_owned());
    kubeconfig.clusters.push(NamedCluster {
        name: made.clone(),
        cluster: Some(cluster),
        ..Default::default()
    });
    if selected_context(&kubeconfig, context).is_none() {
        let context = Context { cluster: made.clone(), ..Default::default() };
        kubeconfig.contexts.push(NamedContext {
            name: made.clone(),
            context: Some(context),
            ..Default::default()
        });
        kubeconfig.current_context = Some(made);
    }
    kubeconfig
}

/// The context of a server that is named without one.
const MADE: &str = "--server";

/// Returns the context of this name, or else the current one.
pub(crate) fn selected_context<'a>(
    kubeconfig: &'a Kubeconfig,
    context: Option<&str>,
) -> Option<&'a Context> {
    let name = context.or(kubeconfig.current_context.as_deref())?;
    kubeconfig.contexts.iter().find(|named| named.name == name)?.context.as_ref()
}

fn unknown_context(kubeconfig: &Kubeconfig, context: &str, name: &str) -> anyhow::Error {
    let contexts: Vec<_> = kubeconfig.contexts.iter().map(|c| c.name.as_str()).collect();
    anyhow!("{name} has no context {context:?}; it has: {}", contexts.join(", "))
}

/// Returns whether the user selected a cluster, which rules out any other.
fn is_explicit(args: &ClusterArgs) -> bool {
    args.kubeconfig.is_some() || args.context.is_some() || args.server.is_some()
}

fn in_cluster() -> bool {
    std::env::var_os("KUBERNETES_SERVICE_HOST").is_some_and(|host| !host.is_empty())
}

const FROM_VARIABLE: &str = " (from KUBECONFIG)";

/// Returns how errors name the default kubeconfig.
fn default_kubeconfig_name() -> String {
    match std::env::var("KUBECONFIG") {
        Ok(paths) if !paths.is_empty() => format!("the kubeconfig {paths}{FROM_VARIABLE}"),
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
        say!("started the embedded demo cluster at {url}");
    } else {
        say!("no kubeconfig found; started the embedded demo cluster at {url}");
    }
    let config = Config::new(url.parse().context("invalid URL of the demo cluster")?);
    Ok(Cluster { client: create_client(config)?, url, _demo: Some((demo, server)) })
}

fn create_client(config: Config) -> anyhow::Result<Client> {
    connect_to(config).context("cannot create a client")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_shown_without_secrets() {
        for (url, shown) in [
            ("https://kube.test:6443/k8s", "https://kube.test:6443/k8s"),
            ("https://user:SECRET@kube.test/a@b", "https://kube.test/a@b"),
            ("user:SECRET@kube.test:1", "kube.test:1"),
            ("https://u:SEC@RET@[::1]:1/?token=SECRET", "https://[::1]:1/"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
