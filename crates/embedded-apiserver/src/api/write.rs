//! Requests that write: create, update, delete, and what they share with patches.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::form::Form;
use super::list;
use super::query::Query;
use super::reply::{self, Body};
use super::review;
use crate::context::{Context, Release};
use crate::error::{ApiError, Problem};
use crate::fields::{self, Writer};
use crate::protobuf::{self, Fault};
use crate::registry::Served;
use crate::selection::Selection;
use crate::store::{Key, Page, Part, Preconditions};

/// Releases before this one record the owners of fields only once something was applied.
const ALL_TRACKED_SINCE: Release = Release::new(1, 18);
/// A real server's limit of a request's body.
const MAX_BODY_BYTES: usize = 3 * 1024 * 1024;

pub(crate) async fn create(
    context: &Context,
    served: &Served,
    query: &Query,
    namespace: Option<&str>,
    form: Form,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    if served.is_namespaced() && namespace.is_none() && served.is_kept() {
        return Err(ApiError::method_not_allowed());
    }
    let dry_run = dry_run(query)?;
    let writer = writer(served, query, request.headers(), Part::Main);
    let object = read_object(request).await?;
    if !served.is_kept() {
        return Ok(reply::json(201, &review::answer(served, object)));
    }
    let object = tracked(context, served, None, object, &writer);
    let created = context.store.create_in(served, namespace, Part::Main, object, dry_run)?;
    Ok(reply::object(201, &created, served, form))
}

pub(crate) async fn update(
    context: &Context,
    served: &Served,
    query: &Query,
    key: &Key,
    part: Part,
    form: Form,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let dry_run = dry_run(query)?;
    let writer = writer(served, query, request.headers(), part);
    let object = read_object(request).await?;
    let updated = context.store.change(served, key, part, dry_run, |old| {
        Ok(tracked(context, served, Some(&old), object, &writer))
    })?;
    Ok(reply::object(200, &updated, served, form))
}

pub(crate) async fn delete(
    context: &Context,
    served: &Served,
    query: &Query,
    key: &Key,
    form: Form,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let mut dry_run = dry_run(query)?;
    let media_type = media_type(request.headers());
    let body = read(request).await?;
    let options = if body.is_empty() { Value::Null } else { parse_as(&media_type, &body)? };
    if options["dryRun"].as_array().is_some_and(|runs| !runs.is_empty()) {
        dry_run = true;
    }
    let precondition = |field: &str| options["preconditions"][field].as_str().map(str::to_owned);
    let preconditions = Preconditions {
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
    };
    let deleted = context.store.remove(served, key, &preconditions, dry_run)?;
    // With finalizers it lives on, and is shown.
    if deleted.has_finalizers() {
        return Ok(reply::object(200, &deleted, served, form));
    }
    let mut details = json!({
        "name": key.name,
        "kind": served.resource().plural(),
        "uid": deleted.decode()["metadata"]["uid"],
    });
    if !served.resource().group().is_empty() {
        details["group"] = served.resource().group().into();
    }
    let status = json!({
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    });
    Ok(reply::json(200, &status))
}

/// Deletes all that fits, and shows it in the form of a list.
pub(crate) fn delete_collection(
    context: &Context,
    served: &Served,
    query: &Query,
    namespace: Option<&str>,
    form: Form,
) -> Result<Response<Body>, ApiError> {
    let dry_run = dry_run(query)?;
    let selection =
        Selection::new(served, namespace, query.get("labelSelector"), query.get("fieldSelector"))?;
    let items = context.store.remove_all(served, &selection, dry_run);
    let page = Page { items, revision: context.store.current_revision(), remaining: 0 };
    Ok(list::show(served, page, false, form))
}

/// Who sends a request that writes.
pub(super) fn writer(served: &Served, query: &Query, headers: &HeaderMap, part: Part) -> Writer {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.and_then(|agent| agent.split('/').next()).filter(|agent| !agent.is_empty());
    Writer {
        manager: query.get("fieldManager").or(agent).unwrap_or("unknown").to_owned(),
        api_version: served.resource().api_version().into_owned(),
        subresource: (part == Part::Status).then_some("status"),
    }
}

/// The new state of an object with the record of who wrote what of it.
pub(super) fn tracked(
    context: &Context,
    served: &Served,
    old: Option<&Value>,
    mut new: Value,
    writer: &Writer,
) -> Value {
    let is_tracked = |object: &Value| object["metadata"]["managedFields"].is_array();
    if context.settings.release >= ALL_TRACKED_SINCE || old.is_some_and(is_tracked) {
        fields::record(served, old, &mut new, writer);
    }
    new
}

/// Whether all is to be done but for the storing.
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

/// The object in a request's body, which is JSON or protobuf.
pub(super) async fn read_object(request: Request<Incoming>) -> Result<Value, ApiError> {
    let media_type = media_type(request.headers());
    parse_as(&media_type, &read(request).await?)
}

fn parse_as(media_type: &str, body: &[u8]) -> Result<Value, ApiError> {
    match media_type {
        "" | "application/json" | "*/*" => parse(body),
        protobuf::MEDIA_TYPE => protobuf::decode(body).map_err(|fault| match fault {
            Fault::UnknownKind(kind) => ApiError::unsupported_media_type(&format!(
                "application/json (this server does not know the protobuf of {kind})"
            )),
            Fault::Malformed(why) => {
                ApiError::bad_request(format!("the body of the request cannot be read: {why}"))
            }
        }),
        _ => {
            let accepted = format!("application/json, {}", protobuf::MEDIA_TYPE);
            Err(ApiError::unsupported_media_type(&accepted))
        }
    }
}

pub(super) async fn read(request: Request<Incoming>) -> Result<Bytes, ApiError> {
    match Limited::new(request.into_body(), MAX_BODY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::too_large(MAX_BODY_BYTES)),
        Err(error) => Err(ApiError::bad_request(format!("the body could not be read: {error}"))),
    }
}

pub(super) fn parse(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        ApiError::bad_request(format!("the body of the request is not JSON: {error}"))
    })
}

pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
