//! The handler of patches: JSON patch, merge patch, strategic merge patch, and server-side apply.

use http::Response;
use serde_json::Value;

use super::apply;
use super::body::parse_json;
use super::merge_patch;
use super::response::Body;
use super::strategic_patch;
use super::write_request::WriteRequest;
use crate::error::{ApiError, Problem};
use crate::registry::Served;
use crate::storage::Key;

/// The media types of patches of custom objects.
const CUSTOM_PATCHES: &str =
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

pub(super) fn handle(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    if request.media_type == apply::MEDIA_TYPE {
        return apply::handle(request);
    }
    let WriteRequest { context, served, query, key, part, dry_run, media_type, .. } = request;
    if query.get("force").is_some() {
        let problem = Problem::forbidden("force", "may not be specified for non-apply patch");
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &problem));
    }
    check_media_type(served, media_type)?;
    let patch = parse_json(&request.body)?;
    let changed = context.store.change(served, key, *part, *dry_run, |object| {
        let new = patched(media_type, object.clone(), patch)?;
        check_uid(served, key, &object, &new)?;
        Ok(request.tracked(Some(&object), new))
    })?;
    Ok(request.respond(200, &changed))
}

/// Checks that a patch is of a type that the resource has. A real server has merge keys for its own types only.
pub(super) fn check_media_type(served: &Served, media_type: &str) -> Result<(), ApiError> {
    match media_type {
        "application/merge-patch+json" | "application/json-patch+json" => Ok(()),
        "application/strategic-merge-patch+json" if !served.is_custom() => Ok(()),
        _ if served.is_custom() => Err(ApiError::unsupported_media_type(CUSTOM_PATCHES)),
        _ => Err(ApiError::unsupported_patch_type()),
    }
}

/// Checks that a patch does not set another uid. In an update, that is a conflict.
fn check_uid(served: &Served, key: &Key, old: &Value, new: &Value) -> Result<(), ApiError> {
    let (old, new) = (&old["metadata"]["uid"], &new["metadata"]["uid"]);
    match new.as_str() {
        Some(uid) if new != old => {
            let problem = Problem::invalid("metadata.uid", uid, "field is immutable");
            let (kind, group) = (served.resource().kind(), served.resource().group());
            Err(ApiError::invalid(kind, group, &key.name, &problem))
        }
        _ => Ok(()),
    }
}

/// Applies a patch to an object, of a type that [`check_media_type`] has accepted.
pub(super) fn patched(
    media_type: &str,
    mut object: Value,
    patch: Value,
) -> Result<Value, ApiError> {
    match media_type {
        "application/merge-patch+json" => merge_patch::apply(&mut object, patch),
        "application/json-patch+json" => {
            let patch: json_patch::Patch =
                serde_json::from_value(patch).map_err(|_| ApiError::unprocessable_patch())?;
            json_patch::patch(&mut object, &patch).map_err(|_| ApiError::unprocessable_patch())?;
        }
        _ => strategic_patch::apply(&mut object, patch).map_err(ApiError::bad_request)?,
    }
    Ok(object)
}
