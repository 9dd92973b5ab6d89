//! A request that writes an object, with everything that its handler needs.

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, Request, Response};
use hyper::body::Incoming;
use serde_json::Value;

use super::body;
use super::context::Context;
use super::query::Query;
use super::representation::Representation;
use super::resource_request::ResourceRequest;
use super::response::{self, Body};
use crate::error::{ApiError, Problem};
use crate::fields::{self, Writer};
use crate::registry::Served;
use crate::storage::{Key, Object};
use crate::store::Part;
use crate::support::release::Release;

/// Earlier releases record the managers of fields only after the first apply.
const ALL_TRACKED_SINCE: Release = Release::new(1, 18);

/// A request that creates, updates, patches or deletes an object; its body is complete.
pub(super) struct WriteRequest<'a> {
    pub(super) context: &'a Context,
    pub(super) served: &'a Served,
    pub(super) query: &'a Query,
    /// The object's key; the name is empty for a create.
    pub(super) key: Key,
    pub(super) part: Part,
    /// The field manager that sends the request.
    pub(super) writer: Writer,
    pub(super) dry_run: bool,
    pub(super) media_type: String,
    pub(super) body: Bytes,
    representation: Representation,
}

impl<'a> WriteRequest<'a> {
    /// Checks `dryRun` and reads the body.
    pub(super) async fn read(
        resource: ResourceRequest<'a>,
        name: &str,
        part: Part,
        request: Request<Incoming>,
    ) -> Result<Self, ApiError> {
        let ResourceRequest { context, served, query, namespace, representation } = resource;
        let dry_run = dry_run(query)?;
        let writer = writer(served, query, request.headers(), part);
        let media_type = body::media_type(request.headers());
        let body = body::read(request).await?;
        let key = Key::new(namespace, name);
        Ok(Self {
            context,
            served,
            query,
            key,
            part,
            writer,
            dry_run,
            media_type,
            body,
            representation,
        })
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        Some(self.key.namespace.as_str()).filter(|namespace| !namespace.is_empty())
    }

    /// Decodes the object in the body, which is JSON or protobuf.
    pub(super) fn object(&self) -> Result<Value, ApiError> {
        body::decode(&self.media_type, &self.body)
    }

    /// Records in the new state of an object which fields the writer has changed.
    pub(super) fn tracked(&self, old: Option<&Value>, mut new: Value) -> Value {
        let is_tracked = |object: &Value| object["metadata"]["managedFields"].is_array();
        if self.context.release >= ALL_TRACKED_SINCE || old.is_some_and(is_tracked) {
            fields::record(self.served, old, &mut new, &self.writer);
        }
        new
    }

    /// Responds with an object.
    pub(super) fn respond(&self, code: u16, object: &Object) -> Response<Body> {
        response::object(code, object, self.served, self.representation)
    }
}

/// Returns whether the request is a dry run.
pub(super) fn dry_run(query: &Query) -> Result<bool, ApiError> {
    match query.get("dryRun") {
        None => Ok(false),
        Some("All") => Ok(true),
        Some(other) => {
            let problem = Problem::invalid("dryRun", other, "supported values: \"All\"");
            Err(ApiError::invalid("UpdateOptions", "meta.k8s.io", "", &problem))
        }
    }
}

/// The field manager: the `fieldManager` parameter, else the first word of the user agent.
fn writer(served: &Served, query: &Query, headers: &HeaderMap, part: Part) -> Writer {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.and_then(|agent| agent.split('/').next()).filter(|agent| !agent.is_empty());
    Writer {
        manager: query.get("fieldManager").or(agent).unwrap_or("unknown").to_owned(),
        api_version: served.resource().api_version().into_owned(),
        subresource: (part == Part::Status).then_some("status"),
    }
}
