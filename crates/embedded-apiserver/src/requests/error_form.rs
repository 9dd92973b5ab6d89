//! The form of a rejection: what a client accepts of a `Status`.

use http::Request;

use super::accept::Accepted;
use super::pretty::is_pretty;
use crate::support::release::Release;
use crate::support::wire::Wire;

/// How a `Status` is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErrorForm {
    pub(super) wire: Wire,
    pub(super) release: Release,
    /// Whether its JSON is indented.
    pub(super) pretty: bool,
}

impl ErrorForm {
    /// Returns the form that a request accepts.
    pub(crate) fn of<B>(request: &Request<B>, release: Release) -> Self {
        let wire = Accepted::for_errors(request.headers());
        Self { wire, release, pretty: is_pretty(request) }
    }
}
