//! The identity of a cluster: the uid of its namespace `kube-system`, which every cluster has and none shares.

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use futures::TryStreamExt as _;
use http::{Request, StatusCode, header};
use kube_client::Client;
use serde::Deserialize;
use tokio::time::{Instant, timeout};
use watch_protocol::backoff::Backoff;
use watch_protocol::error::Source;
use watch_protocol::head::Head;

use crate::transport::Transport;

const PATH: &str = "/api/v1/namespaces/kube-system";
/// How long a server may take for its response.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often the request is sent, at most. The waits in between add up to half a minute on average.
const ATTEMPTS: u32 = 8;
/// A namespace has a few kilobytes.
const MAX_BODY_BYTES: usize = 4 << 20;

/// Returns the uid of the cluster's namespace `kube-system`; `None` if the server has no such namespace or the user is
/// not allowed to read it.
///
/// A server that responds that it is overloaded or not ready yet is asked again for about half a minute.
///
/// # Errors
///
/// Fails if the server cannot be reached, rejects the request for another reason, or responds with something else.
///
/// # Cancel safety
///
/// The future may be dropped.
pub async fn cluster_uid(client: &Client) -> Result<Option<String>, ClusterUidError> {
    fetch(client, RetryPolicy::First).await
}

/// How long a server is asked again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RetryPolicy {
    /// As a watcher does before its first success: what cannot be reached may be misconfigured.
    First,
    /// As a watcher does after it: for this time, or without end.
    Resuming(Option<Duration>),
}

pub(crate) async fn fetch(
    transport: &(impl Transport + ?Sized),
    retry_policy: RetryPolicy,
) -> Result<Option<String>, ClusterUidError> {
    let started = Instant::now();
    let mut has_warned = false;
    let mut backoff = Backoff::default();
    let mut rng = fastrand::Rng::new();
    loop {
        let failure = match timeout(TIMEOUT, attempt(transport)).await {
            Ok(Ok(uid)) => return Ok(uid),
            Ok(Err(failure)) => failure,
            Err(_) => Failure { reason: Reason::Timeout, retry_after: None },
        };
        let wait = if failure.reason.is_unreachable() {
            backoff.next_after_disconnect(&mut rng)
        } else {
            backoff.next(failure.retry_after, &mut rng)
        };
        let is_over = match retry_policy {
            RetryPolicy::First => !failure.reason.is_transient() || backoff.failures() >= ATTEMPTS,
            RetryPolicy::Resuming(limit) => {
                let may_pass = failure.reason.is_transient() || failure.reason.is_unreachable();
                !may_pass || limit.is_some_and(|limit| started.elapsed() + wait >= limit)
            }
        };
        if is_over {
            return Err(ClusterUidError(failure.reason));
        }
        if !std::mem::replace(&mut has_warned, true) {
            let error = ClusterUidError(failure.reason);
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(%error, cause, "waiting for the server");
        }
        tokio::time::sleep(wait).await;
    }
}

/// A failure to find out which cluster a server belongs to.
#[derive(Debug)]
pub struct ClusterUidError(Reason);

#[derive(Debug)]
enum Reason {
    NoResponse(Source),
    Disconnected(Source),
    Timeout,
    Rejected(StatusCode),
    NotANamespace,
}

struct Failure {
    reason: Reason,
    retry_after: Option<Duration>,
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self { reason, retry_after: None }
    }
}

impl Reason {
    fn is_unreachable(&self) -> bool {
        matches!(self, Self::NoResponse(_))
    }

    fn is_transient(&self) -> bool {
        match self {
            Self::Disconnected(_) | Self::Timeout => true,
            Self::Rejected(status) => {
                matches!(status.as_u16(), 408 | 421 | 425 | 429) || status.is_server_error()
            }
            Self::NoResponse(_) | Self::NotANamespace => false,
        }
    }
}

#[derive(Deserialize)]
struct Namespace {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    uid: String,
}

async fn attempt(transport: &(impl Transport + ?Sized)) -> Result<Option<String>, Failure> {
    let request = Request::get(PATH)
        .header(header::ACCEPT, "application/json")
        .header(header::ACCEPT_ENCODING, "identity")
        .body(())
        .map_err(|error| Reason::NoResponse(error.into()))?;
    let response = transport.send(request).await.map_err(Reason::NoResponse)?;
    let retry_after = Head::from_response(&response, SystemTime::now()).retry_after;
    match response.status() {
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => return Ok(None),
        status if !status.is_success() => {
            return Err(Failure { reason: Reason::Rejected(status), retry_after });
        }
        _ => {}
    }
    let mut body = Vec::new();
    let mut chunks = response.into_body();
    while let Some(chunk) = chunks.try_next().await.map_err(Reason::Disconnected)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY_BYTES {
            return Err(Reason::NotANamespace.into());
        }
    }
    match serde_json::from_slice::<Namespace>(&body) {
        Ok(namespace) if !namespace.metadata.uid.is_empty() => Ok(Some(namespace.metadata.uid)),
        _ => Err(Reason::NotANamespace.into()),
    }
}

/// `GET /api/v1/namespaces/kube-system, for the cluster's identity: …`.
impl fmt::Display for ClusterUidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GET {PATH}, for the cluster's identity: ")?;
        match &self.0 {
            Reason::NoResponse(_) => f.write_str("no response"),
            Reason::Disconnected(_) => f.write_str("the connection broke"),
            Reason::Timeout => write!(f, "no response within {} s", TIMEOUT.as_secs()),
            Reason::Rejected(status) => write!(f, "the server responded {status}"),
            Reason::NotANamespace => {
                f.write_str("the response is not a namespace; check for a proxy in between")
            }
        }
    }
}

impl Error for ClusterUidError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Reason::NoResponse(source) | Reason::Disconnected(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
