//! The error type of the crate.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use watchable_core::ResourceInfo;

use crate::protocol::api_status::ApiStatus;
use crate::protocol::encoding::UnrequestedEncoding;
use crate::protocol::event::EventSource;

/// An error of a watch. Its message says what failed, on which resource, and what to do about it.
///
/// The kind is private so that kinds can be added; use the predicates.
#[derive(Debug)]
pub struct WatchError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// The operation that failed, such as `watching pods/v1`.
    operation: String,
    kind: Kind,
}

pub(crate) type Source = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
pub(crate) enum Kind {
    /// A setting of the watcher is empty or malformed.
    Setting { name: &'static str, reason: String },
    /// No HTTP response was received: connection refused, unknown host, TLS, credentials.
    Connect(Source),
    /// The server rejected the request with an HTTP error.
    Rejected(ApiStatus),
    /// The server does not have the resource.
    NoResource { resource: ResourceInfo, status: ApiStatus },
    /// The continue token of a paged list expired.
    PagesExpired(ApiStatus),
    /// The server ended an accepted watch with an ERROR event.
    ErrorEvent(ApiStatus),
    /// The connection broke before the response was complete.
    Disconnected(Option<Source>),
    /// The connection is open, but nothing was received for this long.
    IdleTimeout(Duration),
    /// The server sent something malformed. `content` describes the response, if that helps.
    Malformed { what: &'static str, content: Option<String>, source: Source },
    /// A line is longer than the limit, in bytes.
    TooLarge { limit: usize },
    /// The server is at an older version than the stream.
    ServerRolledBack { ours: String, current: String },
    /// An object did not decode into its type.
    Decode { object: String, source: Source },
}

impl Kind {
    pub(crate) fn malformed(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Malformed { what, content: None, source: source.into() }
    }
}

impl WatchError {
    pub(crate) fn new(operation: impl Into<String>, kind: Kind) -> Self {
        Self(Box::new(Inner { operation: operation.into(), kind }))
    }

    /// Returns the error with the name of the watcher that it is about.
    pub(crate) fn for_watcher(mut self, name: &EventSource) -> Self {
        self.0.operation = format!("{name}: {}", self.0.operation);
        self
    }

    /// Whether a setting of the watcher is empty or malformed.
    pub fn is_invalid_setting(&self) -> bool {
        matches!(self.0.kind, Kind::Setting { .. })
    }

    /// Whether the API server could not be reached or authenticated, or credentials could not be
    /// loaded.
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect(_))
    }

    /// Whether the connection broke before the response was complete, or was idle for too long.
    pub fn is_disconnected(&self) -> bool {
        matches!(self.0.kind, Kind::Disconnected(_) | Kind::IdleTimeout(_))
    }

    /// Whether the resource version has expired (410, `Expired` or `Gone`).
    /// [`ApiStatus::oldest_version`] returns the oldest that the server still has, if it said so.
    pub fn is_gone(&self) -> bool {
        self.status().is_some_and(ApiStatus::is_gone)
    }

    /// Whether the server did not accept the credentials (401).
    pub fn is_unauthorized(&self) -> bool {
        self.code() == Some(401)
    }

    /// Whether the user is not allowed to list or watch (403).
    pub fn is_forbidden(&self) -> bool {
        self.code() == Some(403)
    }

    /// Whether the server does not have the resource (404).
    pub fn is_not_found(&self) -> bool {
        self.code() == Some(404)
    }

    /// Whether an object did not decode into its type. The stream continues after it.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode { .. })
    }

    /// Whether the stream ended with this error: true for all but [`is_decode`](Self::is_decode).
    pub fn is_terminal(&self) -> bool {
        !self.is_decode()
    }

    /// Returns the error as the server described it, in an HTTP error's body or in an ERROR event.
    pub fn status(&self) -> Option<&ApiStatus> {
        match &self.0.kind {
            Kind::Rejected(status)
            | Kind::NoResource { status, .. }
            | Kind::PagesExpired(status)
            | Kind::ErrorEvent(status) => Some(status),
            _ => None,
        }
    }

    fn code(&self) -> Option<u16> {
        self.status().map(|status| status.code)
    }
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = &self.0.operation;
        match &self.0.kind {
            Kind::Setting { name, reason } => write!(f, "{operation}: setting `{name}`: {reason}"),
            Kind::Connect(source) if source.is::<UnrequestedEncoding>() => write!(
                f,
                "{operation}: the API server's response cannot be read; check for a proxy in between"
            ),
            Kind::Connect(_) => write!(
                f,
                "{operation}: the API server could not be reached; check its address, the network, and the \
                 certificates and credentials in the kubeconfig"
            ),
            Kind::Rejected(status) => {
                write!(f, "{operation}: the API server rejected the request: {status}")?;
                hint(f, status)
            }
            Kind::NoResource { resource, status } => {
                write!(
                    f,
                    "{operation}: the server has no {resource}; {}",
                    missing_resource_hint(resource)
                )?;
                if status.reason != "NotFound" {
                    // The standard message adds nothing.
                    write!(f, " The server said: {status}")?;
                }
                Ok(())
            }
            Kind::PagesExpired(status) => write!(
                f,
                "{operation}: the continue token of the list expired: {status}; stream again, and consume \
                 events as they arrive"
            ),
            Kind::ErrorEvent(status) => {
                write!(f, "{operation}: the API server ended the watch: {status}")?;
                hint(f, status)
            }
            Kind::Disconnected(_) => write!(
                f,
                "{operation}: the connection broke before the response was complete; stream again, or use a \
                 managed stream, which reconnects"
            ),
            Kind::IdleTimeout(time) => write!(
                f,
                "{operation}: the API server sent nothing for {} s; stream again, or use a managed stream, \
                 which reconnects",
                time.as_secs()
            ),
            Kind::Malformed { what, content, .. } => {
                write!(f, "{operation}: the API server sent {what}")?;
                if let Some(content) = content {
                    write!(f, " ({content})")?;
                }
                f.write_str(
                    "; check for a proxy or a login page in between, or another server at its address",
                )
            }
            Kind::TooLarge { limit } => {
                write!(
                    f,
                    "{operation}: the API server sent an event of more than {limit} bytes; raise \
                     max_event_bytes if such objects are expected"
                )
            }
            Kind::ServerRolledBack { ours, current } => write!(
                f,
                "{operation}: the API server is at version {current} and has yet to reach {ours}: it was rolled \
                 back to an older state, or the version is another server's; start without a version, \
                 or enable repair_gaps"
            ),
            Kind::Decode { object, .. } => write!(
                f,
                "{operation}: {object} does not decode into its type; use the types of the server's \
                 release, or fix the object"
            ),
        }
    }
}

/// Appends what to do about common errors.
fn hint(f: &mut fmt::Formatter<'_>, status: &ApiStatus) -> fmt::Result {
    match status.code {
        _ if status.is_gone() => match status.oldest_version() {
            Some(oldest) => write!(
                f,
                "; the oldest version it has is {oldest}: start from a newer one, or without a version"
            ),
            None => f.write_str("; start from a newer version, or without one"),
        },
        401 => f.write_str("; check the credentials in the kubeconfig"),
        403 => f.write_str("; the user needs the verbs list and watch on the resource"),
        404 if status.is_about_a_namespace() => {
            f.write_str("; create the namespace, or use another")
        }
        400 | 422 => f.write_str("; check the selectors and the resource version"),
        405 => f.write_str("; this resource cannot be watched"),
        406 => f.write_str("; the server does not support the requested formats"),
        300..400 => f.write_str(
            "; check for a proxy or a login page in between, or another server at its address",
        ),
        408 | 421 | 425 | 429 | 502.. => {
            f.write_str("; stream again later, or use a managed stream, which retries")
        }
        _ => f.write_str("; check the API server's log"),
    }
}

/// Suggests why the server lacks a resource. Groups without a domain, and those of Kubernetes
/// itself, come with a release; others come with a CRD.
fn missing_resource_hint(resource: &ResourceInfo) -> &'static str {
    let group = resource.group();
    if group.contains('.') && !group.ends_with(".k8s.io") {
        "is the CRD installed?"
    } else {
        "is it of another release, or is the version wrong?"
    }
}

impl Error for WatchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.kind {
            Kind::Connect(source)
            | Kind::Malformed { source, .. }
            | Kind::Decode { source, .. } => Some(source.as_ref()),
            Kind::Disconnected(source) => source.as_ref().map(|s| s.as_ref() as _),
            _ => None,
        }
    }
}
