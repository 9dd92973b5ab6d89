//! Plain requests to an API server, independent of the library under test.

use http::Request;
use kube_client::Client;
use serde_json::{Value, json};

/// Reads and writes objects as JSON.
#[derive(Clone)]
pub(crate) struct Api(pub(crate) Client);

impl Api {
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, kube_client::Error> {
        let content_type = match method {
            "PATCH" => "application/merge-patch+json",
            _ => "application/json",
        };
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request =
            Request::builder().method(method).uri(path).header("content-type", content_type);
        self.0.request(request.body(bytes).map_err(kube_client::Error::HttpError)?).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, kube_client::Error> {
        self.call("GET", path, None).await
    }

    pub(crate) async fn create(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<Value, kube_client::Error> {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) async fn patch(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<Value, kube_client::Error> {
        self.call("PATCH", path, Some(body)).await
    }

    /// Deletes without a grace period: no kubelet terminates pods.
    pub(crate) async fn delete(&self, path: &str) -> Result<Value, kube_client::Error> {
        self.call("DELETE", path, Some(&json!({"gracePeriodSeconds": 0}))).await
    }

    /// Creates a pod that no kubelet runs: no node has the label.
    pub(crate) async fn create_pod(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<Value, kube_client::Error> {
        let pod = json!({
            "metadata": {"name": name, "labels": {"app": name}},
            "spec": {
                "containers": [{"name": "main", "image": "example"}],
                "nodeSelector": {"watchables.example.com/none": "none"},
            },
        });
        self.create(&format!("/api/v1/namespaces/{namespace}/pods"), &pod).await
    }
}

/// Returns the string at a JSON pointer, or an empty one.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
