//! What is configured: kubeconfig, context, proxy, credentials.

use std::env;

use kube_client::config::{KubeConfigOptions, Kubeconfig};
use watchables::access::{Access, CredentialKind};

use super::certificate;
use super::report::{Check, Report};
use crate::cluster::{Target, selected_context};

/// Says which cluster is chosen.
pub(super) fn describe(target: &Target, report: &mut Report) {
    report.add(match target {
        Target::Demo(true) => Check::fine("kubeconfig", "none: the embedded demo cluster"),
        Target::Demo(false) => Check::warning(
            "kubeconfig",
            "there is none, so that commands start an embedded demo cluster",
            "for a cluster of your own, set KUBECONFIG, or use --kubeconfig",
        ),
        Target::InCluster => Check::fine("kubeconfig", "none: the service account of this Pod"),
        Target::Kubeconfig(kubeconfig, options, name) => {
            let name = name.trim_start_matches("the kubeconfig ");
            let what = format!("{name}, {}", context(kubeconfig, options));
            match fault(kubeconfig, options) {
                None => Check::fine("kubeconfig", what),
                Some((fault, mend)) => {
                    Check::warning("kubeconfig", format!("{what}: {fault}"), mend)
                }
            }
        }
    });
}

/// Says how the cluster is reached, and as whom.
pub(super) fn describe_access(access: &Access, report: &mut Report) {
    let server = access.server();
    let url = server.to_string();
    let url = url.trim_end_matches('/');
    let host = server.host().unwrap_or_default();
    let is_local = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    report.add(if server.scheme_str() == Some("https") || is_local {
        Check::fine("server", url)
    } else {
        let mend = "anyone on the way can read the credentials: use an https:// URL";
        Check::warning("server", format!("{url} is not encrypted"), mend)
    });
    report.add(Check::fine("proxy", proxy(access)));
    credentials(access, report);
}

/// Returns what deserves a look in the context, and what to do.
fn fault(kubeconfig: &Kubeconfig, options: &KubeConfigOptions) -> Option<(String, String)> {
    let context = selected_context(kubeconfig, options.context.as_deref())?;
    let users: Vec<_> = kubeconfig.auth_infos.iter().map(|named| named.name.as_str()).collect();
    let user = context.user.as_deref().filter(|user| !user.is_empty());
    if let Some(user) = user.filter(|user| !users.contains(user)) {
        let mend = match users.as_slice() {
            [] => "it has no users: add this one, with its credentials".to_owned(),
            users => format!("add it with its credentials, or name one of: {}", users.join(", ")),
        };
        return Some((format!("it has no user {user:?}, and kubectl refuses that"), mend));
    }
    let cluster = kubeconfig.clusters.iter().find(|named| named.name == context.cluster)?;
    let server = cluster.cluster.as_ref()?.server.as_deref()?;
    (!server.is_empty() && !server.contains("://")).then(|| {
        let mend = "write https:// or http:// before it; kubectl takes it for http:// in any case";
        ("the server has no scheme".to_owned(), mend.to_owned())
    })
}

fn context(kubeconfig: &Kubeconfig, options: &KubeConfigOptions) -> String {
    let name = options.context.as_ref().or(kubeconfig.current_context.as_ref());
    let name = name.map_or("", String::as_str);
    let context = kubeconfig.contexts.iter().find(|context| context.name == name);
    let Some(context) = context.and_then(|named| named.context.as_ref()) else {
        return format!("context {name:?}");
    };
    let user = context.user.as_deref().map_or_else(String::new, |user| format!(", user {user:?}"));
    format!("context {name:?}, cluster {:?}{user}", context.cluster)
}

fn proxy(access: &Access) -> String {
    if let Some((address, origin)) = access.proxy() {
        return format!("{address} ({origin})");
    }
    let is_tls = access.server().scheme_str() == Some("https");
    let names = if is_tls { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let is_set = |name: &&&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match names.iter().find(is_set) {
        Some(name) => format!("none: {name} does not apply to this server (see NO_PROXY)"),
        None => "none".to_owned(),
    }
}

fn credentials(access: &Access, report: &mut Report) {
    let kinds = access.credentials();
    if kinds.is_empty() {
        report.add(if access.server().scheme_str() == Some("https") {
            let mend =
                "the server may refuse anonymous requests: does the context name the right user?";
            Check::warning("credentials", "none", mend)
        } else {
            Check::fine("credentials", "none")
        });
    }
    for kind in kinds {
        report.add(match kind {
            CredentialKind::ClientCertificate(source) => certificate::of_client(access, &source),
            CredentialKind::Token => Check::fine("credentials", "the token of the kubeconfig"),
            CredentialKind::TokenFile(path) => {
                Check::fine("credentials", format!("the token in {}", path.display()))
            }
            CredentialKind::Password => Check::fine("credentials", "user and password"),
            CredentialKind::ExecPlugin(command) => {
                Check::fine("credentials", format!("of the exec plugin {command:?}"))
            }
            CredentialKind::AuthProvider => Check::warning(
                "credentials",
                "of an auth-provider, which kubectl no longer has since 1.26",
                "use an exec plugin in its place",
            ),
            _ => Check::fine("credentials", "of another kind"),
        });
    }
}
