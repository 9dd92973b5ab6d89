//! The error type of the crate.

mod message;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::time::Duration;

use watchable_core::ResourceInfo;

use crate::api_status::ApiStatus;
use crate::event::EventSource;
pub use message::one_line;

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

/// Why a transport failed, or why something did not decode. The machine looks at a transport's only to tell
/// [`UnrequestedEncoding`](crate::encoding::UnrequestedEncoding) from the rest; its messages are part of the status.
pub type Source = Box<dyn Error + Send + Sync>;

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
    pub fn for_watcher(mut self, name: &EventSource) -> Self {
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
