//! The error of discovery.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use watchable_core::UnknownResource;

use crate::discovery::failure::Failure;
use crate::discovery::omitted::Omitted;
use crate::discovery::root::Root;

/// The maximum number of omitted groups in a message.
const MAX_OMITTED: usize = 3;

/// An error of discovery: a request failed, or the server has no resource of the given name.
#[derive(Debug)]
pub struct DiscoveryError(Box<Kind>);

#[derive(Debug)]
pub(super) enum Kind {
    /// `/api` or `/apis` could not be read.
    Request(Arc<Failure>),
    Unknown {
        unknown: UnknownResource,
        roots: [Arc<Root>; 2],
    },
}

impl DiscoveryError {
    /// Returns the name for which the server has no resource, with the most similar ones; `None` if a
    /// request failed.
    pub fn unknown(&self) -> Option<&UnknownResource> {
        match &*self.0 {
            Kind::Unknown { unknown, .. } => Some(unknown),
            Kind::Request(_) => None,
        }
    }

    /// Returns whether the same call may succeed later: the server did not respond in time or answered
    /// 408, 421, 425, 429 or 5xx, or a group that may have the resource was unavailable.
    pub fn is_transient(&self) -> bool {
        match &*self.0 {
            Kind::Request(failure) => failure.is_transient(),
            Kind::Unknown { .. } => self.omitted().any(|group| group.failure.is_transient()),
        }
    }

    /// Returns the shortest wait before a retry that the server asks for, at most a minute.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match &*self.0 {
            Kind::Request(failure) => failure.retry_after(),
            Kind::Unknown { .. } => {
                self.omitted().filter_map(|group| group.failure.retry_after()).min()
            }
        }
    }

    /// Returns the groups that could not be read and may have the resource.
    fn omitted(&self) -> impl Iterator<Item = &Omitted> {
        let (name, roots) = match &*self.0 {
            Kind::Unknown { unknown, roots } => (unknown.name(), roots.as_slice()),
            Kind::Request(_) => ("", [].as_slice()),
        };
        roots.iter().flat_map(|root| &root.omitted).filter(move |group| group.may_have(name))
    }
}

impl From<Kind> for DiscoveryError {
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = match &*self.0 {
            Kind::Request(failure) => {
                failure.fmt(f)?;
                return match failure.code() {
                    Some(404) => f.write_str("; no Kubernetes API server is at this address"),
                    _ => Ok(()),
                };
            }
            Kind::Unknown { unknown, .. } => unknown,
        };
        unknown.fmt(f)?;
        for (n, group) in self.omitted().take(MAX_OMITTED).enumerate() {
            let separator = if n == 0 { "; could not be read: " } else { ", " };
            write!(f, "{separator}{}", group.failure)?;
        }
        match self.omitted().count() {
            count if count > MAX_OMITTED => write!(f, ", and {} more", count - MAX_OMITTED),
            _ => Ok(()),
        }
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Kind::Request(failure) => failure.source(),
            Kind::Unknown { .. } => None,
        }
    }
}
