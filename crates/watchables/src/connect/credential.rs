//! `ExecCredential`: what an exec plugin is told, and what it prints.

use jiff::Timestamp;
use kube_client::config::ExecConfig;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

/// What a plugin gave: a token, a client certificate with its key, or both.
#[derive(Clone)]
pub(super) struct Credential {
    pub(super) token: Option<SecretString>,
    /// Certificates and key, in PEM.
    pub(super) identity: Option<(String, SecretString)>,
    pub(super) expires: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecCredential {
    kind: Option<String>,
    api_version: Option<String>,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    expiration_timestamp: Option<String>,
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

impl Credential {
    /// Reads the output of a plugin, which is JSON, or YAML as client-go accepts it.
    ///
    /// # Errors
    ///
    /// Returns what is wrong. Nothing of the output is in it.
    pub(super) fn parse(output: &[u8], exec: &ExecConfig) -> Result<Self, String> {
        if output.trim_ascii().is_empty() {
            return Err("printed nothing on standard output".to_owned());
        }
        // The parsers' own texts quote the output.
        let read: Option<ExecCredential> =
            serde_json::from_slice(output).ok().or_else(|| serde_saphyr::from_slice(output).ok());
        let Some(ExecCredential { kind, api_version, status }) = read else {
            return Err("printed something else than an ExecCredential on standard output".into());
        };
        if kind.is_some_and(|kind| kind != "ExecCredential") {
            return Err("printed an object of another kind than ExecCredential".to_owned());
        }
        if let (Some(printed), Some(wanted)) = (&api_version, &exec.api_version)
            && printed != wanted
        {
            return Err(format!(
                "printed another API version than {wanted}, which the kubeconfig asks for"
            ));
        }
        let status = status.ok_or("printed an ExecCredential without a status")?;
        let expires = match status.expiration_timestamp.as_deref() {
            None | Some("") => None,
            Some(time) => Some(time.parse().map_err(|_| "printed an invalid expirationTimestamp")?),
        };
        let token = status.token.filter(|token| !token.trim().is_empty()).map(SecretString::from);
        let certificate = status.client_certificate_data.filter(|pem| !pem.is_empty());
        let key = status.client_key_data.filter(|pem| !pem.is_empty()).map(SecretString::from);
        let identity = match (certificate, key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => return Err("printed a client certificate without its key".into()),
            (None, Some(_)) => return Err("printed a client key without its certificate".into()),
        };
        if token.is_none() && identity.is_none() {
            return Err("printed neither a token nor a client certificate".to_owned());
        }
        Ok(Self { token, identity, expires })
    }
}

/// Returns the value of `KUBERNETES_EXEC_INFO`.
///
/// # Errors
///
/// If the kubeconfig wants the cluster's information passed, and there is none.
pub(super) fn spec(exec: &ExecConfig, is_interactive: bool) -> Result<String, serde_json::Error> {
    let mut spec = json!({ "interactive": is_interactive });
    if let (true, Some(cluster)) = (exec.provide_cluster_info, &exec.cluster) {
        spec["cluster"] = serde_json::to_value(cluster)?;
    }
    let api_version = exec.api_version.as_deref().unwrap_or_default();
    serde_json::to_string(
        &json!({ "kind": "ExecCredential", "apiVersion": api_version, "spec": spec }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(output: &str) -> Result<Credential, String> {
        let api_version = Some("client.authentication.k8s.io/v1".to_owned());
        Credential::parse(output.as_bytes(), &ExecConfig { api_version, ..Default::default() })
    }

    #[test]
    fn json_and_yaml_are_read() {
        let json = r#"{"kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"2030-01-01T00:00:00Z"}}"#;
        assert_eq!(
            parse(json).unwrap_or_else(|e| panic!("{e}")).expires.unwrap().to_string(),
            "2030-01-01T00:00:00Z"
        );
        assert!(
            parse("kind: ExecCredential\nstatus:\n  token: t\n").is_ok_and(|c| c.token.is_some())
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_the_output() {
        let cases = [
            (" \n", "nothing"),
            ("log SECRET\n{\"status\":{\"token\":\"SECRET\"}}\n", "something else"),
            (r#"{"status":{"token":["SECRET"]}}"#, "something else"),
            (r#"{"kind":"SECRET","status":{"token":"SECRET"}}"#, "another kind"),
            (r#"{"apiVersion":"SECRET","status":{"token":"SECRET"}}"#, "another API version"),
            (r#"{"kind":"ExecCredential"}"#, "without a status"),
            (r#"{"status":{"token":"SECRET","expirationTimestamp":"SECRET"}}"#, "expiration"),
            (r#"{"status":{"clientKeyData":"SECRET"}}"#, "without its certificate"),
            (r#"{"status":{"clientCertificateData":"SECRET"}}"#, "without its key"),
            (r#"{"status":{"token":" "}}"#, "neither"),
        ];
        for (output, says) in cases {
            let Err(error) = parse(output) else { panic!("{output}") };
            assert!(error.contains(says) && !error.contains("SECRET"), "{output}: {error}");
        }
    }
}
