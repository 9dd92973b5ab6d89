//! The kubeconfig of a control plane's administrator.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::certificates::Certificates;

/// How the administrator authenticates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Auth<'a> {
    Certificate,
    Token(&'a str),
}

/// Returns the kubeconfig as JSON, which is also YAML.
pub(crate) fn kubeconfig(url: &str, certificates: &Certificates, auth: Auth<'_>) -> String {
    let encoded = |pem: &str| Value::from(STANDARD.encode(pem));
    let user = match auth {
        Auth::Certificate => json!({
            "client-certificate-data": encoded(&certificates.admin.certificate),
            "client-key-data": encoded(&certificates.admin.key),
        }),
        Auth::Token(token) => json!({"token": token}),
    };
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "envtest", "cluster": {
            "server": url,
            "certificate-authority-data": encoded(&certificates.ca),
        }}],
        "users": [{"name": "admin", "user": user}],
        "contexts": [{"name": "envtest", "context": {"cluster": "envtest", "user": "admin"}}],
        "current-context": "envtest",
    });
    format!("{config:#}\n")
}
