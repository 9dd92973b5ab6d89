//! The service account of the relay, after its roles were applied.

use std::path::PathBuf;
use std::time::Duration;

use kube_client::Client;
use kube_client::config::AuthInfo;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{NAME, NAMESPACE};
use crate::api::{Api, text};
use crate::cluster::Cluster;
use crate::report::{NotPassed, failed};

/// The service account, by its token.
pub(super) struct Account {
    pub(super) api: Api,
    /// Of the cluster's administrator.
    pub(super) admin: Api,
    folder: TempDir,
}

impl Account {
    /// Requests a token, and waits until the roles take effect.
    pub(super) async fn of(cluster: &Cluster) -> Result<Self, NotPassed> {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{NAME}/token");
        let body =
            json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        let token = cluster.api.create(&path, &body).await.map_err(failed)?;
        let token = text(&token, "/status/token");
        let mut config = cluster.config();
        let info = AuthInfo { token: Some(token.clone().into()), ..Default::default() };
        config.auth_info = info;
        let api = Api(Client::try_from(config).map_err(failed)?);
        for _ in 0..50 {
            if api.get("/api/v1/pods").await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let folder = TempDir::new().map_err(failed)?;
        let kubeconfig = with_token(&cluster.kubeconfig, &token)?;
        std::fs::write(folder.path().join("kubeconfig"), kubeconfig).map_err(failed)?;
        Ok(Self { api, admin: cluster.api.clone(), folder })
    }

    /// Returns the path of a file in the account's folder, which has its `kubeconfig`.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Puts a token in the place of all users' credentials.
fn with_token(kubeconfig: &str, token: &str) -> Result<String, NotPassed> {
    let config = kube_client::config::Kubeconfig::from_yaml(kubeconfig).map_err(failed)?;
    let mut config = serde_json::to_value(config).map_err(failed)?;
    for user in config["users"].as_array_mut().into_iter().flatten() {
        user["user"] = json!({"token": token});
    }
    // JSON is YAML.
    Ok(Value::to_string(&config))
}
