//! Why a discovery request returned no document, and whether it may succeed later.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use kube_client::Error as ClientError;
use watch_protocol::ApiStatus;
use watch_protocol::location::without_secrets;

/// How long a server may take to send the head of a response, and each part of its body.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest wait that a server's `Retry-After` can demand.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(1);

/// A discovery request that failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) path: String,
    pub(super) reason: Reason,
    /// The response's `Retry-After`.
    pub(super) retry_after: Option<Duration>,
}

#[derive(Debug)]
pub(super) enum Reason {
    /// No response was received: connection refused, TLS, credentials, or the connection broke.
    NoResponse(Box<ClientError>),
    /// The connection broke before the response was complete, or the response ends too early.
    Disconnected,
    /// The response, or the next part of it, did not arrive in time.
    Timeout,
    Rejected(Box<ApiStatus>),
    Redirect {
        code: u16,
        location: String,
    },
    /// The response has a `Content-Encoding` that was not requested.
    Encoded(String),
    /// The response is not a JSON object.
    NotJson {
        content_type: String,
        start: String,
    },
    TooLarge {
        limit: usize,
    },
    /// This group has no version, as while an API server starts.
    NoVersions(String),
    /// The server reports that this group's API server is unavailable.
    Stale(String),
}

impl Failure {
    pub(super) fn new(path: &str, reason: Reason) -> Self {
        Self { path: path.to_owned(), reason, retry_after: None }
    }

    /// Returns whether a later request may succeed without anybody's intervention.
    pub(super) fn is_transient(&self) -> bool {
        match &self.reason {
            Reason::Disconnected | Reason::Timeout | Reason::NoVersions(_) | Reason::Stale(_) => {
                true
            }
            // A group that is listed but not found is about to be served.
            Reason::Rejected(status) if status.code == 404 => !self.is_of_root(),
            Reason::Rejected(status) => matches!(status.code, 408 | 421 | 425 | 429 | 500..),
            Reason::NoResponse(_)
            | Reason::Redirect { .. }
            | Reason::Encoded(_)
            | Reason::NotJson { .. }
            | Reason::TooLarge { .. } => false,
        }
    }

    /// Returns how long the server asks to wait, at most [`MAX_RETRY_AFTER`].
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let in_status = match &self.reason {
            Reason::Rejected(status) => status.details.retry_after_seconds,
            _ => None,
        };
        let in_status = in_status.map(|seconds| Duration::from_secs(seconds.into()));
        Some(self.retry_after.or(in_status)?.min(MAX_RETRY_AFTER))
    }

    /// Returns whether `/api` or `/apis` itself was requested.
    pub(super) fn is_of_root(&self) -> bool {
        matches!(self.path.as_str(), "/api" | "/apis")
    }

    /// Returns the HTTP status of a rejection.
    pub(super) fn code(&self) -> Option<u16> {
        match &self.reason {
            Reason::Rejected(status) => Some(status.code),
            _ => None,
        }
    }

    pub(super) fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::NoResponse(source) => Some(&**source),
            _ => None,
        }
    }
}

/// `GET /api: pods is forbidden … (403 Forbidden)`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GET {}", self.path)?;
        match &self.reason {
            // The source says why.
            Reason::NoResponse(_) => Ok(()),
            Reason::Disconnected => f.write_str(": the connection broke"),
            Reason::Timeout => write!(f, ": no response within {} s", TIMEOUT.as_secs()),
            Reason::Rejected(status) => {
                let hint = match status.code {
                    401 => "; check the credentials in the kubeconfig",
                    403 => "; the user is not allowed to make this request",
                    _ => "",
                };
                write!(f, ": {status}{hint}")
            }
            Reason::Redirect { code, location } => write!(
                f,
                ": redirected ({code}) to {}; check the API server's address, and for a proxy that requires a login",
                without_secrets(location).as_deref().unwrap_or("an unnamed location")
            ),
            Reason::Encoded(encoding) => write!(
                f,
                ": the response has Content-Encoding {encoding:?}, which was not requested; check for a proxy in between"
            ),
            Reason::NotJson { content_type, start } => {
                let kind = if content_type.is_empty() { "no content type" } else { content_type };
                let start = if start.is_empty() { "an empty body" } else { start };
                write!(
                    f,
                    ": the response is not a discovery document, but {kind}: {start}; check for a proxy in between, or another server at this address"
                )
            }
            Reason::TooLarge { limit } => write!(f, ": the response exceeds {limit} bytes"),
            Reason::NoVersions(group) => write!(f, ": the server lists no version of {group}"),
            Reason::Stale(group) => write!(f, ": the API server of {group} is unavailable (Stale)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_transient() {
        let is_transient = |code| {
            let mut status = ApiStatus::default();
            status.code = code;
            Failure::new("/apis", Reason::Rejected(Box::new(status))).is_transient()
        };
        for code in [408, 421, 425, 429, 500, 502, 503, 504, 520, 530] {
            assert!(is_transient(code), "{code}");
        }
        for code in [400, 401, 403, 404, 405, 406, 422] {
            assert!(!is_transient(code), "{code}");
        }
    }

    #[test]
    fn retry_after_is_capped() {
        let mut failure = Failure::new("/api", Reason::Timeout);
        assert_eq!(failure.retry_after(), None);
        failure.retry_after = Some(Duration::from_hours(24));
        assert_eq!(failure.retry_after(), Some(MAX_RETRY_AFTER));
        failure.retry_after = Some(Duration::from_secs(3));
        assert_eq!(failure.retry_after(), Some(Duration::from_secs(3)));
    }
}
