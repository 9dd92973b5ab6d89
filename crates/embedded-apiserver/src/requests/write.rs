//! The handlers of create, update, delete and deletecollection.

use http::Response;
use serde_json::{Value, json};

use super::list;
use super::resource_request::ResourceRequest;
use super::response::{self, Body};
use super::review;
use super::selectors::selection;
use super::write_request::{WriteRequest, dry_run};
use crate::error::ApiError;
use crate::storage::{Page, Preconditions};

pub(super) fn create(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    let served = request.served;
    let object = request.object()?;
    if !served.is_stored() {
        return Ok(response::json(201, &review::respond(served, object)));
    }
    let object = request.tracked(None, object);
    let store = &request.context.store;
    let created =
        store.create_in(served, request.namespace(), request.part, object, request.dry_run)?;
    Ok(request.respond(201, &created))
}

pub(super) fn update(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    let WriteRequest { context, served, key, part, dry_run, .. } = request;
    let object = request.object()?;
    let updated = context
        .store
        .change(served, key, *part, *dry_run, |old| Ok(request.tracked(Some(&old), object)))?;
    Ok(request.respond(200, &updated))
}

pub(super) fn delete(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    let WriteRequest { context, served, key, .. } = request;
    let options = if request.body.is_empty() { Value::Null } else { request.object()? };
    let dry_run =
        request.dry_run || options["dryRun"].as_array().is_some_and(|runs| !runs.is_empty());
    let precondition = |field: &str| options["preconditions"][field].as_str().map(str::to_owned);
    let preconditions = Preconditions {
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
    };
    let deleted = context.store.remove(served, key, &preconditions, dry_run)?;
    // An object with finalizers stays for now, and is the response.
    if deleted.has_finalizers() {
        return Ok(request.respond(200, &deleted));
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
    Ok(response::json(200, &status))
}

/// Deletes every selected object, and responds with their list.
pub(super) fn delete_collection(request: &ResourceRequest<'_>) -> Result<Response<Body>, ApiError> {
    let ResourceRequest { context, served, query, namespace, representation } = *request;
    let dry_run = dry_run(query)?;
    let selection = selection(served, namespace, query)?;
    let items = context.store.remove_all(served, &selection, dry_run);
    let page = Page { items, revision: context.store.current_revision(), remaining: 0 };
    Ok(list::respond(served, page, false, representation))
}
