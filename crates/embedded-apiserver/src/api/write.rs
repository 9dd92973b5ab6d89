//! Requests that write: create, update, patch, delete.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::query::Query;
use super::reply::{self, Body};
use super::{list, merge_patch};
use crate::context::Context;
use crate::error::ApiError;
use crate::registry::Served;
use crate::selection::Selection;
use crate::store::{Key, Page, Part, Preconditions};

/// A real server's limit of a request's body.
const MAX_BODY_BYTES: usize = 3 * 1024 * 1024;
/// The one form of patches that is understood.
const MERGE_PATCH: &str = "application/merge-patch+json";

pub(crate) async fn create(
    context: &Context,
    served: &Served,
    query: &Query,
    namespace: Option<&str>,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    if served.is_namespaced() && namespace.is_none() && served.is_kept() {
        return Err(ApiError::method_not_allowed());
    }
    refuse_dry_run(query)?;
    let object = read_json(request).await?;
    if !served.is_kept() {
        return Ok(reply::json(201, &object));
    }
    let created = context.store.create_in(served, namespace, object)?;
    Ok(reply::object(201, &created, served))
}

pub(crate) async fn update(
    context: &Context,
    served: &Served,
    query: &Query,
    key: &Key,
    part: Part,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    refuse_dry_run(query)?;
    let object = read_json(request).await?;
    let updated = context.store.change(served, key, part, |_| Ok(object))?;
    Ok(reply::object(200, &updated, served))
}

pub(crate) async fn patch(
    context: &Context,
    served: &Served,
    query: &Query,
    key: &Key,
    part: Part,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    refuse_dry_run(query)?;
    if media_type(request.headers()) != MERGE_PATCH {
        return Err(ApiError::unsupported_media_type(MERGE_PATCH));
    }
    let patch = parse(&read(request).await?)?;
    let patched = context.store.change(served, key, part, |mut object| {
        merge_patch::apply(&mut object, patch);
        Ok(object)
    })?;
    Ok(reply::object(200, &patched, served))
}

pub(crate) async fn delete(
    context: &Context,
    served: &Served,
    query: &Query,
    key: &Key,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    refuse_dry_run(query)?;
    let body = read(request).await?;
    let options = if body.is_empty() { Value::Null } else { parse(&body)? };
    if options["dryRun"].as_array().is_some_and(|runs| !runs.is_empty()) {
        return Err(no_dry_run());
    }
    let precondition = |field: &str| options["preconditions"][field].as_str().map(str::to_owned);
    let preconditions = Preconditions {
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
    };
    let deleted = context.store.remove(served, key, &preconditions)?;
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
) -> Result<Response<Body>, ApiError> {
    refuse_dry_run(query)?;
    let selection =
        Selection::new(namespace, query.get("labelSelector"), query.get("fieldSelector"))?;
    let items = context.store.remove_all(served, &selection);
    let page = Page { items, revision: context.store.current_revision(), remaining: 0 };
    Ok(list::show(served, page, false))
}

/// Better refused than done in earnest.
fn refuse_dry_run(query: &Query) -> Result<(), ApiError> {
    if query.get("dryRun").is_some() { Err(no_dry_run()) } else { Ok(()) }
}

fn no_dry_run() -> ApiError {
    ApiError::bad_request("the embedded API server has no dry run")
}

async fn read_json(request: Request<Incoming>) -> Result<Value, ApiError> {
    let media_type = media_type(request.headers());
    if !matches!(media_type.as_str(), "" | "application/json" | "*/*") {
        return Err(ApiError::unsupported_media_type("application/json"));
    }
    parse(&read(request).await?)
}

pub(super) async fn read(request: Request<Incoming>) -> Result<Bytes, ApiError> {
    match Limited::new(request.into_body(), MAX_BODY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::too_large(MAX_BODY_BYTES)),
        Err(error) => Err(ApiError::bad_request(format!("the body could not be read: {error}"))),
    }
}

fn parse(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        ApiError::bad_request(format!("the body of the request is not JSON: {error}"))
    })
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
