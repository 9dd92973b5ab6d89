//! A request for the objects of a resource.

use std::sync::Arc;

use super::accept::Accepted;
use super::context::Context;
use super::query::Query;
use crate::registry::Served;

/// A request for the objects of a resource: its path, parameters and headers.
#[derive(Clone, Copy)]
pub(super) struct ResourceRequest<'a> {
    pub(super) context: &'a Context,
    pub(super) served: &'a Arc<Served>,
    pub(super) query: &'a Query,
    pub(super) namespace: Option<&'a str>,
    /// What the client accepts objects as.
    pub(super) accepted: Accepted,
}
