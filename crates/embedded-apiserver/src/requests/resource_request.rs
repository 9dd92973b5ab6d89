//! A request for the objects of a resource.

use std::sync::Arc;

use super::context::Context;
use super::query::Query;
use super::representation::Representation;
use crate::registry::Served;

/// A request for the objects of a resource: its path, parameters and headers.
#[derive(Clone, Copy)]
pub(super) struct ResourceRequest<'a> {
    pub(super) context: &'a Context,
    pub(super) served: &'a Arc<Served>,
    pub(super) query: &'a Query,
    pub(super) namespace: Option<&'a str>,
    /// The representation in which the client accepts objects.
    pub(super) representation: Representation,
}
