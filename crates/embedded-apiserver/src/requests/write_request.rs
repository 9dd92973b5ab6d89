//! A request that writes an object, with everything that its handler needs.

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, Method, Request, Response};
use hyper::body::Incoming;
use serde_json::Value;

use super::accept::Accepted;
use super::body;
use super::context::Context;
use super::query::Query;
use super::resource_request::ResourceRequest;
use super::response::{self, Body};
use super::typed::normalize;
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
    accepted: Accepted,
}

impl<'a> WriteRequest<'a> {
    /// Checks `dryRun` and reads the body.
    pub(super) async fn read(
        resource: ResourceRequest<'a>,
        name: &str,
        part: Part,
        request: Request<Incoming>,
    ) -> Result<Self, ApiError> {
        let ResourceRequest { context, served, query, namespace, accepted } = resource;
        let dry_run = dry_run(query, request.method())?;
        let writer = writer(served, query, request.headers(), part);
        let media_type = body::media_type(request.headers());
        let body = body::read(request).await?;
        let key = Key::new(namespace, name);
        Ok(Self { context, served, query, key, part, writer, dry_run, media_type, body, accepted })
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        Some(self.key.namespace.as_str()).filter(|namespace| !namespace.is_empty())
    }

    /// Decodes the object in the body, which is JSON, YAML or protobuf.
    pub(super) fn object(&self) -> Result<Value, ApiError> {
        body::decode(&self.media_type, &self.body, self.served)
    }

    /// Decodes the object that the body creates or replaces.
    pub(super) fn whole_object(&self) -> Result<Value, ApiError> {
        let object = self.object()?;
        if self.served.is_custom() && object.is_object() {
            self.check_type(&object)?;
        }
        Ok(object)
    }

    /// Checks the type of a custom object, which no Go type implies.
    fn check_type(&self, object: &Value) -> Result<(), ApiError> {
        let resource = self.served.resource();
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        let (kind, api_version) = (text("kind"), text("apiVersion"));
        if kind.is_empty() {
            let body = String::from_utf8_lossy(&self.body);
            return Err(ApiError::bad_request(format!("Object 'Kind' is missing in '{body}'")));
        }
        let expected = resource.api_version();
        if api_version != expected {
            return Err(ApiError::bad_request(format!(
                "the API version in the data ({api_version}) does not match the expected API version ({expected})"
            )));
        }
        if kind != resource.kind() {
            let why = format!("must be {}", resource.kind());
            let problem = Problem::invalid("kind", kind, &why);
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            return Err(ApiError::invalid(resource.kind(), resource.group(), name, &problem));
        }
        Ok(())
    }

    /// Records in the new state of an object which fields the writer has changed.
    pub(super) fn tracked(&self, old: Option<&Value>, mut new: Value) -> Value {
        normalize(self.served, &mut new);
        let is_tracked = |object: &Value| object["metadata"]["managedFields"].is_array();
        if self.context.release >= ALL_TRACKED_SINCE || old.is_some_and(is_tracked) {
            fields::record(self.served, old, &mut new, &self.writer);
        }
        new
    }

    /// Responds with an object.
    pub(super) fn respond(&self, code: u16, object: &Object) -> Response<Body> {
        response::object(code, object, self.served, self.accepted, self.context.release)
    }

    /// Responds with an object that is not stored.
    pub(super) fn respond_with(&self, code: u16, value: &Value) -> Response<Body> {
        response::value(code, value, self.accepted.wire, self.context.release)
    }
}

/// Returns whether the request is a dry run.
pub(super) fn dry_run(query: &Query, method: &Method) -> Result<bool, ApiError> {
    match query.get("dryRun") {
        None => Ok(false),
        Some("All") => Ok(true),
        Some(other) => {
            let problem = Problem::not_supported("dryRun", other, &["All"]);
            let options = match *method {
                Method::POST => "CreateOptions",
                Method::PATCH => "PatchOptions",
                Method::DELETE => "DeleteOptions",
                _ => "UpdateOptions",
            };
            Err(ApiError::invalid(options, "meta.k8s.io", "", &problem))
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
