//! A request for the objects of a resource.

use std::sync::Arc;

use super::context::Context;
use super::form::Form;
use super::query::Query;
use crate::registry::Served;

/// A request for the objects of a resource: what its path, parameters and headers say.
#[derive(Clone, Copy)]
pub(super) struct ResourceRequest<'a> {
    pub(super) context: &'a Context,
    pub(super) served: &'a Arc<Served>,
    pub(super) query: &'a Query,
    pub(super) namespace: Option<&'a str>,
    /// The form in which the client accepts objects.
    pub(super) form: Form,
}
