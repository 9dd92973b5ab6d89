//! What can go wrong with a watch.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use watchable_core::ResourceInfo;

use crate::protocol::api_status::ApiStatus;
use crate::protocol::event::EventSource;

/// An error of a watch: says what failed, on which resource, and what to do about it.
///
/// The kind is private, so that kinds can be added; ask the predicates.
#[derive(Debug)]
pub struct WatchError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// What was being done, such as `watching pods/v1`.
    doing: String,
    kind: Kind,
}

pub(crate) type Source = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
pub(crate) enum Kind {
    /// A setting of the watcher is empty or malformed.
    Setting { name: &'static str, reason: String },
    /// No HTTP answer was had: refused, no such host, TLS, credentials.
    Connect(Source),
    /// The server answered with an HTTP error.
    Rejected(ApiStatus),
    /// The server answered that there is no such resource.
    NoResource { resource: ResourceInfo, status: ApiStatus },
    /// A list took so long that the server no longer has the state that its pages show.
    PagesExpired(ApiStatus),
    /// The server ended an accepted watch with an ERROR event.
    ErrorEvent(ApiStatus),
    /// The connection broke in the middle of an answer.
    Disconnected(Option<Source>),
    /// The connection is open, but for so long nothing came that it is taken for dead.
    IdleTimeout(Duration),
    /// The server sent something that is not what it should be.
    Malformed { what: &'static str, source: Source },
    /// A line is longer than the limit, in bytes.
    TooLarge { limit: usize },
    /// The server has yet to reach the version that the stream stands at.
    ServerRolledBack { ours: String, current: String },
    /// An object did not decode into its type.
    Decode { object: String, source: Source },
}

impl Kind {
    pub(crate) fn malformed(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Malformed { what, source: source.into() }
    }
}

impl WatchError {
    pub(crate) fn new(doing: impl Into<String>, kind: Kind) -> Self {
        Self(Box::new(Inner { doing: doing.into(), kind }))
    }

    /// The same error, told of the watcher of this name.
    pub(crate) fn for_watcher(mut self, name: &EventSource) -> Self {
        self.0.doing = format!("{name}: {}", self.0.doing);
        self
    }

    /// Whether a setting of the watcher is empty or malformed.
    pub fn is_invalid_setting(&self) -> bool {
        matches!(self.0.kind, Kind::Setting { .. })
    }

    /// Whether the API server could not be reached, or not be trusted, or the credentials not be had.
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect(_))
    }

    /// Whether the connection broke in the middle of an answer, or was silent for so long that it
    /// was taken for dead.
    pub fn is_disconnected(&self) -> bool {
        matches!(self.0.kind, Kind::Disconnected(_) | Kind::IdleTimeout(_))
    }

    /// Whether the server no longer knows the resource version (410, `Expired` or `Gone`).
    /// [`ApiStatus::oldest_version`] tells the oldest that it has, where the server said.
    pub fn is_gone(&self) -> bool {
        self.status().is_some_and(ApiStatus::is_gone)
    }

    /// Whether the server does not know who asks (401).
    pub fn is_unauthorized(&self) -> bool {
        self.code() == Some(401)
    }

    /// Whether the server does not let this user list or watch (403).
    pub fn is_forbidden(&self) -> bool {
        self.code() == Some(403)
    }

    /// Whether the server has no such resource (404).
    pub fn is_not_found(&self) -> bool {
        self.code() == Some(404)
    }

    /// Whether one object did not decode into its type. The stream goes on after it.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode { .. })
    }

    /// Whether the stream ended with this error: all but those of [`is_decode`](Self::is_decode).
    pub fn is_terminal(&self) -> bool {
        !self.is_decode()
    }

    /// The server's own account, where it gave one: as an HTTP error's body or in an ERROR event.
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
        let doing = &self.0.doing;
        match &self.0.kind {
            Kind::Setting { name, reason } => write!(f, "{doing}: setting `{name}`: {reason}"),
            Kind::Connect(_) => write!(
                f,
                "{doing}: the API server could not be reached; check its address, the network, and the \
                 certificates and credentials in the kubeconfig"
            ),
            Kind::Rejected(status) => {
                write!(f, "{doing}: the API server answered: {status}")?;
                hint(f, status)
            }
            Kind::NoResource { resource, status } => {
                write!(f, "{doing}: the server has no {resource}; {}", mend(resource))?;
                if status.reason != "NotFound" {
                    // The usual words for it say nothing more.
                    write!(f, " It answered: {status}")?;
                }
                Ok(())
            }
            Kind::PagesExpired(status) => write!(
                f,
                "{doing}: the list took longer than the server keeps its pages: {status}; \
                 stream again, and take events as they come"
            ),
            Kind::ErrorEvent(status) => {
                write!(f, "{doing}: the API server ended the watch: {status}")?;
                hint(f, status)
            }
            Kind::Disconnected(_) => write!(
                f,
                "{doing}: the connection broke in the middle of an answer; stream again, or let a managed \
                 stream do so"
            ),
            Kind::IdleTimeout(time) => write!(
                f,
                "{doing}: the API server was silent for {} s, and the connection is taken for dead; \
                 stream again, or let a managed stream do so",
                time.as_secs()
            ),
            Kind::Malformed { what, .. } => write!(
                f,
                "{doing}: the API server sent {what}; look for a proxy in between, or another server at \
                 its address"
            ),
            Kind::TooLarge { limit } => {
                write!(
                    f,
                    "{doing}: the API server sent an event of more than {limit} bytes; allow more with \
                     max_event_bytes, if such objects are meant to be there"
                )
            }
            Kind::ServerRolledBack { ours, current } => write!(
                f,
                "{doing}: the API server is at version {current}, and has yet to reach {ours}: it was set \
                 back to an older state, or the version is another server's; start from none, or let \
                 gaps be repaired"
            ),
            Kind::Decode { object, .. } => write!(
                f,
                "{doing}: {object} does not fit its type; use the types of the server's release, or mend \
                 the object"
            ),
        }
    }
}

/// What to do about the failures that people meet most.
fn hint(f: &mut fmt::Formatter<'_>, status: &ApiStatus) -> fmt::Result {
    match status.code {
        _ if status.is_gone() => match status.oldest_version() {
            Some(oldest) => write!(
                f,
                "; the oldest version that it has is {oldest}: start from a newer one, or from none"
            ),
            None => f.write_str("; start from a newer version, or from none"),
        },
        401 => f.write_str("; check the credentials in the kubeconfig"),
        403 => f.write_str("; the user needs the verbs list and watch on the resource"),
        404 if status.is_about_a_namespace() => {
            f.write_str("; create the namespace, or name another")
        }
        400 | 422 => f.write_str("; check the selectors and the resource version"),
        405 => f.write_str("; this resource cannot be watched"),
        406 => f.write_str("; the server cannot send it in a format that is asked for"),
        429 | 502 | 503 | 504 => {
            f.write_str("; stream again after a while, or let a managed stream do so")
        }
        _ => f.write_str("; the API server's log may tell more"),
    }
}

/// How a server may come to have a resource: groups without a domain, and those of Kubernetes itself,
/// come with its release.
fn mend(resource: &ResourceInfo) -> &'static str {
    let group = resource.group();
    if group.contains('.') && !group.ends_with(".k8s.io") {
        "is the CRD installed?"
    } else {
        "is it of another release, or has it no such version?"
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
