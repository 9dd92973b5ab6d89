//! Requests that write: create, update, patch, delete.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::form::Form;
use super::list;
use super::query::Query;
use super::reply::{self, Body};
use super::strategic_patch::{PatchError, apply_as};
use crate::context::Context;
use crate::error::{ApiError, Problem};
use crate::registry::Served;
use crate::selection::Selection;
use crate::store::{Key, Page, Part, Preconditions};

/// A real server's limit of a request's body.
const MAX_BODY_BYTES: usize = 3 * 1024 * 1024;
const APPLY: &str = "application/apply-patch+yaml";
/// The forms of patches that are understood.
const PATCHES: &str = "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml";

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
    let object = read_json(request).await?;
    if !served.is_kept() {
        return Ok(reply::json(201, &object));
    }
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
    let object = read_json(request).await?;
    let updated = context.store.change(served, key, part, dry_run, |_| Ok(object))?;
    Ok(reply::object(200, &updated, served, form))
}

pub(crate) async fn patch(
    context: &Context,
    served: &Served,
    query: &Query,
    key: &Key,
    part: Part,
    form: Form,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let dry_run = dry_run(query)?;
    let media_type = media_type(request.headers());
    let body = read(request).await?;
    let patch = if media_type == APPLY { parse_yaml(&body)? } else { parse(&body)? };
    // What is applied comes to be if it is not there.
    if media_type == APPLY && part == Part::Main {
        if query.get("fieldManager").is_none() {
            let problem = Problem::required("fieldManager", "is required for apply patch");
            return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &problem));
        }
        let namespace = Some(key.namespace.as_str()).filter(|n| !n.is_empty());
        let mut object = patch.clone();
        object["metadata"]["name"] = key.name.as_str().into();
        match context.store.create_in(served, namespace, Part::Main, object, dry_run) {
            Err(error) if error.reason() == "AlreadyExists" => {}
            created => return Ok(reply::object(201, &*created?, served, form)),
        }
    }
    let patched =
        context.store.change(served, key, part, dry_run, |mut object| {
            match apply_as(&media_type, &mut object, patch, served.is_custom()) {
                Ok(()) => Ok(object),
                Err(PatchError::UnknownType) => Err(ApiError::unsupported_media_type(PATCHES)),
                Err(PatchError::Malformed(why)) => Err(ApiError::bad_request(why)),
                Err(PatchError::Unfit(why)) => {
                    let problem =
                        Problem { field: "patch", reason: "FieldValueInvalid", text: why };
                    let resource = served.resource();
                    Err(ApiError::invalid(resource.kind(), resource.group(), &key.name, &problem))
                }
            }
        })?;
    Ok(reply::object(200, &patched, served, form))
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
    let body = read(request).await?;
    let options = if body.is_empty() { Value::Null } else { parse(&body)? };
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

/// Whether all is to be done but for the storing.
fn dry_run(query: &Query) -> Result<bool, ApiError> {
    match query.get("dryRun") {
        None => Ok(false),
        Some("All") => Ok(true),
        Some(other) => {
            let problem = Problem::invalid("dryRun", other, "supported values: \"All\"");
            Err(ApiError::invalid("UpdateOptions", "meta.k8s.io", "", &problem))
        }
    }
}

fn parse_yaml(body: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| ApiError::bad_request(format!("the body is not UTF-8: {error}")))?;
    serde_saphyr::from_str(text).map_err(|error| {
        ApiError::bad_request(format!("the body of the request is not YAML: {error}"))
    })
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
