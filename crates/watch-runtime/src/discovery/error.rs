//! The error of discovery.

use std::error::Error;
use std::fmt;

use kube_client::Error as ClientError;
use watchable_core::UnknownResource;

/// An error of discovery: a request failed, or the server has no resource of the given name.
#[derive(Debug)]
pub struct DiscoveryError(Box<Kind>);

#[derive(Debug)]
pub(super) enum Kind {
    Request { path: String, source: ClientError },
    Unknown(UnknownResource),
}

impl DiscoveryError {
    /// Returns the name for which the server has no resource, with the most similar ones; `None` if a
    /// request failed.
    pub fn unknown(&self) -> Option<&UnknownResource> {
        match &*self.0 {
            Kind::Unknown(unknown) => Some(unknown),
            Kind::Request { .. } => None,
        }
    }

    /// Returns whether the group may be available again later.
    pub(super) fn is_transient(&self) -> bool {
        let Kind::Request { source: ClientError::Api(status), .. } = &*self.0 else { return false };
        matches!(status.code, 404 | 500 | 502 | 503 | 504)
    }
}

impl From<Kind> for DiscoveryError {
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Request { path, .. } => write!(f, "GET {path}"),
            Kind::Unknown(unknown) => unknown.fmt(f),
        }
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Kind::Request { source, .. } => Some(source),
            Kind::Unknown(_) => None,
        }
    }
}
