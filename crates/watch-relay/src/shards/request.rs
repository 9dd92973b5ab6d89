//! The requests that a replica sends, and how they can fail.

use super::lease::Lease;

/// A request for one Lease. Requests for different Leases are independent of each other.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The name of the Lease.
    pub(crate) name: String,
    pub(crate) verb: Verb,
}

#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Read,
    Create(Lease),
    /// Fails if the Lease has another version.
    Update(Lease),
    /// Fails if the Lease has another version than this one.
    Delete(String),
}

/// What became of a request: the Lease as it is now, `None` if it is deleted or does not exist.
pub(crate) type Outcome = Result<Option<Lease>, Failure>;

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The Lease has another version, or exists already.
    Conflict,
    /// The Lease does not exist.
    Missing,
    /// Any other reason. The request may have been carried out.
    Other,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Acquire,
    Renew,
    Release,
    Delete,
}
