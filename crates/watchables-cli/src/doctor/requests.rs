//! Requests to the API server, with what their responses tell of it.

use std::time::Duration;

use futures::{AsyncBufReadExt as _, TryStreamExt as _};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Request};
use kube_client::client::Body;
use serde_json::Value;
use watchables::{Client, ClientError};

use crate::{failure, namespaces};

/// Sends requests, each within a time.
pub(super) struct Requests {
    client: Client,
    timeout: Duration,
}

/// Why a request has failed.
pub(super) struct Failure {
    /// The status of the response, if there was one.
    pub(super) code: Option<u16>,
    pub(super) text: String,
}

/// A response that is no error.
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Requests {
    pub(super) fn new(client: Client, timeout: Duration) -> Self {
        Self { client, timeout }
    }

    pub(super) async fn get(&self, path: &str, accept: &str) -> Result<Answer, Failure> {
        self.send(Request::get(path).header(ACCEPT, accept).body(Body::empty())).await
    }

    /// Returns whether the server says in time that there is no such namespace.
    pub(super) async fn namespace_is_missing(&self, namespace: &str) -> bool {
        let is_missing = namespaces::is_missing(&self.client, namespace);
        tokio::time::timeout(self.timeout, is_missing).await.unwrap_or(false)
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let body = Body::from(body.to_string().into_bytes());
        let request = Request::post(path)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json");
        let answer = self.send(request.body(body)).await?;
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// Reads the events of a watch, up to one that `ends` it, or to the end of the response. Returns whether one did.
    pub(super) async fn watch(
        &self,
        path: &str,
        ends: impl Fn(&Value) -> bool,
    ) -> Result<bool, Failure> {
        let request = Request::get(path).header(ACCEPT, "application/json").body(Vec::new());
        let read = async {
            let request = request.map_err(|error| Failure::new(&error))?;
            let stream = self.client.request_stream(request).await.map_err(Failure::of_client)?;
            let mut lines = std::pin::pin!(stream.lines());
            while let Some(line) = lines.try_next().await.map_err(|error| Failure::new(&error))? {
                if serde_json::from_str(&line).is_ok_and(|event| ends(&event)) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        self.within(read).await
    }

    async fn send(&self, request: http::Result<Request<Body>>) -> Result<Answer, Failure> {
        self.within(async {
            let request = request.map_err(|error| Failure::new(&error))?;
            let (head, body) =
                self.client.send(request).await.map_err(Failure::of_client)?.into_parts();
            let body = body.collect_bytes().await.map_err(Failure::of_client)?.to_vec();
            if head.status.is_success() {
                return Ok(Answer { headers: head.headers, body });
            }
            let status: Value = serde_json::from_slice(&body).unwrap_or_default();
            let message = status["message"].as_str().map_or_else(String::new, |m| format!(": {m}"));
            let code = head.status.as_u16();
            Err(Failure { code: Some(code), text: format!("{}{message}", head.status) })
        })
        .await
    }

    async fn within<T>(
        &self,
        request: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::time::timeout(self.timeout, request).await.unwrap_or_else(|_| {
            let text = format!("no response within {:?}", self.timeout);
            Err(Failure { code: None, text })
        })
    }
}

impl Failure {
    fn new(error: &(dyn std::error::Error + 'static)) -> Self {
        Self { code: None, text: failure::one_line_of(error) }
    }

    fn of_client(error: ClientError) -> Self {
        let code = match &error {
            ClientError::Api(status) => Some(status.code),
            _ => None,
        };
        Self { code, text: failure::one_line(&error.into()) }
    }

    /// Says what to do.
    pub(super) fn mend(&self) -> &'static str {
        match self.code {
            Some(401) => {
                "the server does not accept the credentials: log in again, or renew the token or certificate of the \
                 kubeconfig's user"
            }
            Some(403) => "ask an administrator of the cluster for the permission",
            Some(404) => "is this the URL of a Kubernetes API server?",
            Some(429) => "the server has too many requests; try again later",
            Some(500..) => {
                "the server, or a proxy before it, has a problem: try again, or ask its administrator"
            }
            Some(_) => {
                "is this the URL of a Kubernetes API server? A proxy may answer in its place"
            }
            None => "is the server well, and nothing between that cuts connections?",
        }
    }
}
