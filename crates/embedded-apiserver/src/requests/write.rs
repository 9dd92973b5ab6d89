//! The handlers of create, update, delete and deletecollection.

use http::{Method, Response};
use serde_json::{Value, json};

use super::list;
use super::query::Query;
use super::resource_request::ResourceRequest;
use super::response::Body;
use super::review;
use super::selectors::selection;
use super::write_request::{WriteRequest, dry_run};
use crate::error::{ApiError, Problem};
use crate::registry::Served;
use crate::storage::{Key, Page, Preconditions};
use crate::store::Propagation;

pub(super) fn create(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    let served = request.served;
    if !served.is_stored() {
        let has_token = request.context.token.is_some();
        let review = review::respond(served, request.object()?, has_token);
        return Ok(request.respond_with(201, &review));
    }
    let object = request.tracked(None, request.whole_object()?);
    let store = &request.context.store;
    let created =
        store.create_in(served, request.namespace(), request.part, object, request.dry_run)?;
    Ok(request.respond(201, &created))
}

pub(super) fn update(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    let WriteRequest { context, served, key, part, dry_run, .. } = request;
    let object = request.whole_object()?;
    let updated = context.store.change(served, key, *part, *dry_run, |old| {
        check_version(served, key, &object)?;
        Ok(request.tracked(Some(&old), object))
    })?;
    Ok(request.respond(200, &updated))
}

/// Checks that an update of a resource for which this is required names the version that it updates.
fn check_version(served: &Served, key: &Key, object: &Value) -> Result<(), ApiError> {
    let version = object["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    if !version.is_empty() || !served.is_updated_from_a_version() {
        return Ok(());
    }
    let problem = Problem {
        field: "metadata.resourceVersion".into(),
        reason: "FieldValueInvalid",
        text: "Invalid value: 0: must be specified for an update".to_owned(),
    };
    // As on a real server, with the resource in place of the kind.
    let resource = served.resource();
    Err(ApiError::invalid(resource.plural(), resource.group(), &key.name, &problem))
}

pub(super) fn delete(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    let WriteRequest { context, served, query, key, .. } = request;
    let options = if request.body.is_empty() { Value::Null } else { request.object()? };
    let propagation = propagation(served, query, &options)?;
    let dry_run =
        request.dry_run || options["dryRun"].as_array().is_some_and(|runs| !runs.is_empty());
    let precondition = |field: &str| options["preconditions"][field].as_str().map(str::to_owned);
    let preconditions = Preconditions {
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
    };
    let deleted = context.store.remove(served, key, &preconditions, propagation, dry_run)?;
    // A real server deletes these after their contents, and responds with their last state.
    let is_delayed =
        deleted.has_finalizers() || served.is_core("namespaces") || served.is_definitions();
    if is_delayed || served.is_returned_by_delete(context.release) {
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
    Ok(request.respond_with(200, &status))
}

/// Returns the propagation policy of a request, or the default of its resource.
fn propagation(served: &Served, query: &Query, options: &Value) -> Result<Propagation, ApiError> {
    let policy = query.get("propagationPolicy").or(options["propagationPolicy"].as_str());
    let policy = policy.unwrap_or_default();
    let Some(propagation) = Propagation::named(policy) else {
        let supported = ["Foreground", "Background", "Orphan", "nil"];
        let problem = Problem::not_supported("propagationPolicy", policy, &supported);
        return Err(ApiError::invalid("DeleteOptions", "meta.k8s.io", "", &problem));
    };
    // The predecessor of the policy.
    let orphans = query.optional_flag("orphanDependents").or(options["orphanDependents"].as_bool());
    Ok(match (propagation, orphans) {
        (Propagation::Unspecified, Some(true)) => Propagation::Orphan,
        (Propagation::Unspecified, Some(false)) => Propagation::Background,
        (Propagation::Unspecified, None) if served.orphans_by_default() => Propagation::Orphan,
        _ => propagation,
    })
}

/// Deletes every selected object, and responds with their list.
pub(super) fn delete_collection(request: &ResourceRequest<'_>) -> Result<Response<Body>, ApiError> {
    let ResourceRequest { context, served, query, namespace, accepted } = *request;
    let dry_run = dry_run(query, &Method::DELETE)?;
    let selection = selection(context, served, namespace, query)?;
    let propagation = propagation(served, query, &Value::Null)?;
    let items = context.store.remove_all(served, &selection, propagation, dry_run);
    let page = Page { items, revision: context.store.now(served).revision, remaining: 0 };
    Ok(list::respond(served, page, list::Selected::default(), accepted, context.release))
}
