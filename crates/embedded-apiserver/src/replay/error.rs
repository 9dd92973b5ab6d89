//! The reason why something cannot be replayed.

use std::error::Error;
use std::fmt;

use watchable_core::ResourceInfo;

use crate::storage::VerbatimError;

/// The reason why a [`Replay`](super::Replay) cannot show a change.
#[derive(Debug)]
pub struct ReplayError(Box<Failure>);

#[derive(Debug)]
struct Failure {
    resource: ResourceInfo,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    UnknownResource,
    Object(VerbatimError),
}

impl ReplayError {
    pub(super) fn unknown_resource(resource: &ResourceInfo) -> Self {
        Self::new(resource, Kind::UnknownResource)
    }

    pub(super) fn object(resource: &ResourceInfo, error: VerbatimError) -> Self {
        Self::new(resource, Kind::Object(error))
    }

    fn new(resource: &ResourceInfo, kind: Kind) -> Self {
        Self(Box::new(Failure { resource: resource.clone(), kind }))
    }

    /// Returns the resource of the change.
    pub fn resource(&self) -> &ResourceInfo {
        &self.0.resource
    }

    /// Returns whether the resource is none of those that the replay was created for.
    pub fn is_unknown_resource(&self) -> bool {
        matches!(self.0.kind, Kind::UnknownResource)
    }

    /// Returns whether a resource version is not a number, so that changes have no order.
    pub fn is_opaque_version(&self) -> bool {
        matches!(self.0.kind, Kind::Object(VerbatimError::Version { .. }))
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (plural, api_version) = (self.0.resource.plural(), self.0.resource.api_version());
        match &self.0.kind {
            Kind::UnknownResource => write!(f, "the replay has no {plural} of {api_version}"),
            Kind::Object(error) => {
                write!(f, "cannot replay an object of {plural} of {api_version}: {error}")
            }
        }
    }
}

impl Error for ReplayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.kind {
            Kind::Object(VerbatimError::Malformed(error)) => Some(error),
            _ => None,
        }
    }
}
