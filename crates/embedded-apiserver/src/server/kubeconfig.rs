//! The kubeconfig of a server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Returns a kubeconfig whose cluster, context and user are named `embedded`.
///
/// `authority` is a certificate in PEM.
pub(super) fn kubeconfig(url: &str, authority: Option<&str>, token: Option<&str>) -> String {
    let user = token.map_or_else(
        || "{}".to_owned(),
        // Strings of JSON are strings of YAML, too.
        |token| format!("{{token: {}}}", serde_json::json!(token)),
    );
    let authority = authority.map_or_else(String::new, |authority| {
        format!("\n    certificate-authority-data: {}", BASE64.encode(authority))
    });
    // The JavaScript client takes plain HTTP only from who skips the verification that there is none of.
    let unverified =
        if url.starts_with("http://") { "\n    insecure-skip-tls-verify: true" } else { "" };
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: embedded
  cluster:
    server: {url}{authority}{unverified}
contexts:
- name: embedded
  context:
    cluster: embedded
    user: embedded
current-context: embedded
users:
- name: embedded
  user: {user}
"
    )
}
