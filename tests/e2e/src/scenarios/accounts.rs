//! A watcher that authenticates as a service account.

use std::time::Duration;

use kube_client::Client;
use kube_client::config::AuthInfo;
use serde_json::json;
use watchables::rel_1_20::v1::{ConfigMap, Pod};
use watchables::{StreamOptions, Watcher};

use super::models::next_events;
use super::rejected::expect_rejection;
use crate::api::{Api, text};
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

/// The token can watch what the account's role allows, and nothing else.
pub(super) async fn token(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    let space = format!("/api/v1/namespaces/{namespace}");
    let name = json!({"metadata": {"name": "watcher"}});
    let accounts = format!("{space}/serviceaccounts");
    cluster.api.create(&accounts, &name).await.map_err(failed)?;
    let request =
        json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
    let token = cluster.api.create(&format!("{accounts}/watcher/token"), &request).await;
    let token = match token {
        Ok(request) => text(&request, "/status/token"),
        Err(kube_client::Error::Api(status)) if [404, 405].contains(&status.code) => {
            return Err(NotPassed::Skipped(
                "the server issues no service account tokens".to_owned(),
            ));
        }
        Err(error) => return Err(failed(error)),
    };
    let rules = "/apis/rbac.authorization.k8s.io/v1/namespaces";
    let role = json!({"metadata": {"name": "watcher"}, "rules": [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"]},
    ]});
    cluster.api.create(&format!("{rules}/{namespace}/roles"), &role).await.map_err(failed)?;
    let binding = json!({
        "metadata": {"name": "watcher"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "watcher"},
        "subjects": [{"kind": "ServiceAccount", "name": "watcher", "namespace": namespace}],
    });
    let path = format!("{rules}/{namespace}/rolebindings");
    cluster.api.create(&path, &binding).await.map_err(failed)?;
    let map = json!({"metadata": {"name": "a"}});
    cluster.api.create(&format!("{space}/configmaps"), &map).await.map_err(failed)?;
    let mut config = cluster.config();
    config.auth_info = AuthInfo { token: Some(token.into()), ..Default::default() };
    let client = Client::try_from(config).map_err(failed)?;
    // The role takes effect after a moment.
    for _ in 0..50 {
        match Api(client.clone()).get(&format!("{space}/configmaps")).await {
            Ok(_) => break,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    let watcher = Watcher::<ConfigMap>::new(client.clone()).namespace(&namespace);
    let events = next_events(&mut watcher.stream(StreamOptions::managed()), 1).await?;
    if !events.iter().any(|event| event.starts_with("ADDED ")) {
        return Err(format!("expected the ConfigMaps, got {events:?}").into());
    }
    let error = expect_rejection(Watcher::<Pod>::new(client).namespace(namespace)).await?;
    if error.is_forbidden() { Ok(error.to_string()) } else { Err(failed(error)) }
}
