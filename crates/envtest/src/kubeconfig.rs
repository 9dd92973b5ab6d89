//! A kubeconfig for the administrator of a control plane.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::certificates::Certificates;

/// How the administrator proves who he is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum As<'a> {
    Certificate,
    Token(&'a str),
}

/// The text; JSON is YAML too.
pub(crate) fn kubeconfig(url: &str, certificates: &Certificates, who: As<'_>) -> String {
    let encoded = |pem: &str| Value::from(STANDARD.encode(pem));
    let user = match who {
        As::Certificate => json!({
            "client-certificate-data": encoded(&certificates.admin.certificate),
            "client-key-data": encoded(&certificates.admin.key),
        }),
        As::Token(token) => json!({"token": token}),
    };
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "envtest", "cluster": {
            "server": url,
            "certificate-authority-data": encoded(&certificates.authority),
        }}],
        "users": [{"name": "admin", "user": user}],
        "contexts": [{"name": "envtest", "context": {"cluster": "envtest", "user": "admin"}}],
        "current-context": "envtest",
    });
    format!("{config:#}\n")
}
