//! The handler of server-side apply.

use http::Response;
use serde_json::Value;

use super::body::parse_yaml;
use super::response::Body;
use super::typed::normalize;
use super::write_request::WriteRequest;
use crate::error::{ApiError, Problem};
use crate::fields;
use crate::store::Part;

pub(super) const MEDIA_TYPE: &str = "application/apply-patch+yaml";

/// Applies an object, and creates it if it does not exist.
pub(super) fn handle(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    let WriteRequest { context, served, query, key, part, writer, dry_run, .. } = request;
    let (part, dry_run) = (*part, *dry_run);
    let mut applied = parse_yaml(&request.body)?;
    check(request, &applied)?;
    if part == Part::Main
        && served.has_status()
        && let Some(members) = applied.as_object_mut()
    {
        members.remove("status");
    }
    let applied_to = |live: Option<&Value>| {
        fields::apply(served, live, &applied, writer, query.flag("force"))
            .map_err(|conflicts| ApiError::apply_conflict(&conflicts))
            .map(|mut merged| {
                normalize(served, &mut merged);
                merged
            })
    };
    let is_named = applied["metadata"]["name"].as_str().is_some_and(|name| !name.is_empty());
    if part == Part::Main && is_named {
        match context.store.create_in(served, request.namespace(), part, applied_to(None)?, dry_run)
        {
            Err(error) if error.reason() == "AlreadyExists" => {}
            created => return Ok(request.respond(201, &*created?)),
        }
    }
    match context.store.change(served, key, part, dry_run, |live| applied_to(Some(&live))) {
        Err(error) if part == Part::Main && error.reason() == "NotFound" => {
            Err(ApiError::bad_request(format!(
                "the name of the object ({} based on URL) was undeterminable: name must be provided",
                key.name
            )))
        }
        changed => Ok(request.respond(200, &*changed?)),
    }
}

fn check(request: &WriteRequest<'_>, applied: &Value) -> Result<(), ApiError> {
    let WriteRequest { served, query, key, .. } = request;
    if query.get("fieldManager").is_none() {
        let problem = Problem::required("fieldManager", "is required for apply patch");
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &problem));
    }
    let metadata = &applied["metadata"];
    if !applied.is_object() || !(metadata.is_object() || metadata.is_null()) {
        return Err(ApiError::bad_request("the applied configuration is not an object"));
    }
    let (given, expected) =
        (applied["apiVersion"].as_str().unwrap_or_default(), served.resource().api_version());
    if given != expected {
        return Err(ApiError::bad_request(format!(
            "Incorrect version specified in apply patch. Specified patch version: {given}, expected: {expected}"
        )));
    }
    if let Some(name) = metadata["name"].as_str().filter(|n| !n.is_empty() && *n != key.name) {
        return Err(ApiError::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            key.name
        )));
    }
    if metadata["managedFields"].as_array().is_some_and(|entries| !entries.is_empty()) {
        return Err(ApiError::bad_request("metadata.managedFields must be nil"));
    }
    Ok(())
}
