//! Where a server is and how it is reached: from a kubeconfig, or from a [`Config`] of the program's own.

use std::env;

use kube_client::Config;
use kube_client::config::{Cluster, ExecAuthCluster, KubeConfigOptions, Kubeconfig};

use super::error::AccessError;
use super::materials::{Source, Sources, basic, without_white_space};
use super::proxy::Proxy;
use super::server_url;

/// The settings that a session is made from.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) sources: Sources,
    pub(super) proxy: Option<Proxy>,
}

impl Settings {
    /// Takes a configuration that a program made or changed.
    ///
    /// # Errors
    ///
    /// If the URL of the server or of the proxy is invalid, or inline data is not base64.
    pub(super) fn from_config(mut config: Config) -> Result<Self, AccessError> {
        server_url::take_user(&mut config)?;
        let mut sources = Sources::of_user(&config.auth_info)?;
        sources.ca = config.root_cert_file.clone().map(|path| Source::File("CA file", path));
        // kube-client puts the environment's proxy into the configuration, without a look at NO_PROXY.
        let explicit = config.proxy_url.as_ref().map(ToString::to_string);
        let explicit = explicit.filter(|url| !is_of_env(url));
        Self::new(config, sources, explicit.as_deref())
    }

    /// Takes a configuration that was loaded from what [`without_files`] returned.
    ///
    /// # Errors
    ///
    /// If the URL of the server or of the proxy is invalid, or inline data is not base64.
    pub(super) fn from_kubeconfig(
        mut config: Config,
        cluster: &Cluster,
    ) -> Result<Self, AccessError> {
        config.proxy_url = None;
        server_url::take_user(&mut config)?;
        let mut sources = Sources::of_user(&config.auth_info)?;
        sources.ca = Sources::ca_of(cluster)?;
        if let Some(exec) = &mut config.auth_info.exec
            && exec.provide_cluster_info
        {
            let cluster = ExecAuthCluster::try_from(&decodable(cluster));
            exec.cluster = Some(cluster.map_err(|error| {
                AccessError::caused("the cluster's information for the exec plugin", error)
            })?);
        }
        let proxy_url = cluster.proxy_url.as_deref().filter(|url| !url.trim().is_empty());
        Self::new(config, sources, proxy_url)
    }

    fn new(
        mut config: Config,
        sources: Sources,
        proxy_url: Option<&str>,
    ) -> Result<Self, AccessError> {
        server_url::check(&config.cluster_url)?;
        let proxy = match proxy_url {
            Some(url) => Some(Proxy::parse(url, "proxy-url of the kubeconfig")?),
            None => Proxy::from_env(&config.cluster_url)?,
        };
        let is_plain = config.cluster_url.scheme_str() == Some("http")
            && proxy.as_ref().is_none_or(|proxy| proxy.address.scheme_str() != Some("https"));
        if is_plain && sources.ca.is_none() && config.root_cert.is_none() {
            // Nothing is verified, so that the system's certificates need not be loaded.
            config.root_cert = Some(Vec::new());
        }
        Ok(Self { config, sources, proxy })
    }

    /// Returns whether the credentials come from a program.
    pub(super) fn has_plugin(&self) -> bool {
        let user = &self.config.auth_info;
        user.auth_provider.is_some() || self.plugin().is_some()
    }

    /// Returns the exec plugin, if it is what the user is known by. As in kube-client, what the kubeconfig
    /// contains itself comes first.
    pub(super) fn plugin(&self) -> Option<&kube_client::config::ExecConfig> {
        let user = &self.config.auth_info;
        let is_known =
            user.auth_provider.is_some() || basic(user).is_some() || self.sources.have_token();
        user.exec.as_ref().filter(|_| !is_known)
    }
}

/// Takes out of a kubeconfig what kube-client would read differently, or only once: the CA bundle and the proxy of
/// the selected cluster, which is returned as it was. A cluster that is missing is empty.
pub(super) fn without_files(
    mut kubeconfig: Kubeconfig,
    options: &KubeConfigOptions,
) -> (Kubeconfig, Cluster) {
    let has_certificate = user_has_certificate(&kubeconfig, options);
    let Some(cluster) = cluster_of(&mut kubeconfig, options) else {
        return (kubeconfig, Cluster::default());
    };
    let original = cluster.clone();
    cluster.certificate_authority = None;
    cluster.certificate_authority_data = None;
    // Else kube-client would parse the environment's, and ignore NO_PROXY.
    cluster.proxy_url = Some("http://unused".to_owned());
    if let Some(server) = &mut cluster.server {
        *server = with_scheme(server, &original, has_certificate);
    }
    (kubeconfig, original)
}

fn cluster_of<'a>(
    kubeconfig: &'a mut Kubeconfig,
    options: &KubeConfigOptions,
) -> Option<&'a mut Cluster> {
    let context = options.context.as_ref().or(kubeconfig.current_context.as_ref())?;
    let context = kubeconfig.contexts.iter().find(|named| named.name == *context)?;
    let name = options.cluster.as_ref().or(context.context.as_ref().map(|c| &c.cluster))?;
    let mut clusters = kubeconfig.clusters.iter_mut();
    clusters.find(|named| named.name == *name)?.cluster.as_mut()
}

fn user_has_certificate(kubeconfig: &Kubeconfig, options: &KubeConfigOptions) -> bool {
    let find = || {
        let context = options.context.as_ref().or(kubeconfig.current_context.as_ref())?;
        let context = kubeconfig.contexts.iter().find(|named| named.name == *context)?;
        let of_context = || context.context.as_ref()?.user.as_ref();
        let name = options.user.as_ref().or_else(of_context)?;
        kubeconfig.auth_infos.iter().find(|named| named.name == *name)?.auth_info.as_ref()
    };
    find().is_some_and(|user| {
        let is_given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        is_given(&user.client_certificate) || is_given(&user.client_certificate_data)
    })
}

/// A server without a scheme is `https` if something of TLS is set, by client-go's rule for its own configurations
/// (`rest.DefaultServerUrlFor`). Of a kubeconfig, kubectl asks that rule before it has read any certificate, so that it
/// takes such a server for `http` in any case. That would show secrets to everyone on the way.
fn with_scheme(server: &str, cluster: &Cluster, has_certificate: bool) -> String {
    if server.contains("://") || server.is_empty() {
        return server.to_owned();
    }
    let has_tls = has_certificate
        || cluster.insecure_skip_tls_verify == Some(true)
        || cluster.certificate_authority.is_some()
        || cluster.certificate_authority_data.is_some();
    format!("{}://{server}", if has_tls { "https" } else { "http" })
}

/// kube-client decodes no base64 with line breaks, and takes empty fields for data and files.
fn decodable(cluster: &Cluster) -> Cluster {
    let mut cluster = cluster.clone();
    let data = cluster.certificate_authority_data.as_deref().map(without_white_space);
    cluster.certificate_authority_data = data.filter(|data| !data.is_empty());
    cluster.certificate_authority.take_if(|file| file.is_empty());
    cluster
}

fn is_of_env(url: &str) -> bool {
    let normal = |url: &str| url.trim_end_matches('/').to_owned();
    ["HTTPS_PROXY", "https_proxy"]
        .iter()
        .any(|name| env::var(name).is_ok_and(|value| normal(&value) == normal(url)))
}
