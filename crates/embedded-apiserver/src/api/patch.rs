//! Patches of all four types, and the applying among them.

use http::{Request, Response};
use hyper::body::Incoming;
use serde_json::Value;

use super::form::Form;
use super::merge_patch;
use super::query::Query;
use super::reply::{self, Body};
use super::strategic_patch;
use super::write::{dry_run, media_type, parse, read, tracked, writer};
use crate::context::Context;
use crate::error::{ApiError, Problem};
use crate::fields;
use crate::registry::Served;
use crate::store::{Key, Part};

const APPLY: &str = "application/apply-patch+yaml";
/// The forms of patches that are understood.
const PATCHES: &str = "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml";

pub(crate) async fn answer(
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
    let writer = writer(served, query, request.headers(), part);
    let body = read(request).await?;
    if media_type == APPLY {
        let applied = parse_yaml(&body)?;
        check_applied(served, query, key, &applied)?;
        let (code, object) = apply(context, served, query, key, part, dry_run, &writer, applied)?;
        return Ok(reply::object(code, &object, served, form));
    }
    let patch = parse(&body)?;
    let changed = context.store.change(served, key, part, dry_run, |object| {
        let new = patched(served, key, &media_type, object.clone(), patch)?;
        Ok(tracked(context, served, Some(&object), new, &writer))
    })?;
    Ok(reply::object(200, &changed, served, form))
}

/// Applies an object, which comes to be if it is not there; tells the code of the answer, too.
#[allow(clippy::too_many_arguments, reason = "it is the second half of a request")]
fn apply(
    context: &Context,
    served: &Served,
    query: &Query,
    key: &Key,
    part: Part,
    dry_run: bool,
    writer: &fields::Writer,
    mut applied: Value,
) -> Result<(u16, std::sync::Arc<crate::store::Object>), ApiError> {
    if part == Part::Main
        && served.has_status()
        && let Some(members) = applied.as_object_mut()
    {
        members.remove("status");
    }
    let on = |live: Option<&Value>| {
        fields::apply(served, live, &applied, writer, query.flag("force"))
            .map_err(|conflicts| ApiError::apply_conflict(&conflicts))
    };
    let is_named = applied["metadata"]["name"].as_str().is_some_and(|name| !name.is_empty());
    if part == Part::Main && is_named {
        let namespace = Some(key.namespace.as_str()).filter(|n| !n.is_empty());
        match context.store.create_in(served, namespace, part, on(None)?, dry_run) {
            Err(error) if error.reason() == "AlreadyExists" => {}
            created => return Ok((201, created?)),
        }
    }
    match context.store.change(served, key, part, dry_run, |live| on(Some(&live))) {
        Err(error) if part == Part::Main && error.reason() == "NotFound" => {
            Err(ApiError::bad_request(format!(
                "the name of the object ({} based on URL) was undeterminable: name must be provided",
                key.name
            )))
        }
        changed => Ok((200, changed?)),
    }
}

fn check_applied(
    served: &Served,
    query: &Query,
    key: &Key,
    applied: &Value,
) -> Result<(), ApiError> {
    if query.get("fieldManager").is_none() {
        let problem = Problem::required("fieldManager", "is required for apply patch");
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &problem));
    }
    let metadata = &applied["metadata"];
    if !applied.is_object() || !(metadata.is_object() || metadata.is_null()) {
        return Err(ApiError::bad_request("what is applied is not an object"));
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

/// An object after a patch.
pub(super) fn patched(
    served: &Served,
    key: &Key,
    media_type: &str,
    mut object: Value,
    patch: Value,
) -> Result<Value, ApiError> {
    match media_type {
        "application/merge-patch+json" => merge_patch::apply(&mut object, patch),
        "application/json-patch+json" => {
            let patch: json_patch::Patch = serde_json::from_value(patch)
                .map_err(|error| ApiError::bad_request(error.to_string()))?;
            json_patch::patch(&mut object, &patch).map_err(|error| {
                let text = error.to_string();
                let problem = Problem { field: "patch", reason: "FieldValueInvalid", text };
                let resource = served.resource();
                ApiError::invalid(resource.kind(), resource.group(), &key.name, &problem)
            })?;
        }
        // A real server merges by the facts of its own types alone.
        "application/strategic-merge-patch+json" if !served.is_custom() => {
            strategic_patch::apply(&mut object, patch).map_err(ApiError::bad_request)?;
        }
        _ => return Err(ApiError::unsupported_media_type(PATCHES)),
    }
    Ok(object)
}

fn parse_yaml(body: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| ApiError::bad_request(format!("the body is not UTF-8: {error}")))?;
    serde_saphyr::from_str(text).map_err(|error| {
        ApiError::bad_request(format!("the body of the request is not YAML: {error}"))
    })
}
