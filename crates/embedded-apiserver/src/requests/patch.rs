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

/// The media types of patches that the server accepts.
const PATCHES: &str = "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml";

pub(super) fn handle(request: &WriteRequest<'_>) -> Result<Response<Body>, ApiError> {
    if request.media_type == apply::MEDIA_TYPE {
        return apply::handle(request);
    }
    let WriteRequest { context, served, key, part, dry_run, media_type, .. } = request;
    let patch = parse_json(&request.body)?;
    let changed = context.store.change(served, key, *part, *dry_run, |object| {
        let new = patched(served, key, media_type, object.clone(), patch)?;
        Ok(request.tracked(Some(&object), new))
    })?;
    Ok(request.respond(200, &changed))
}

/// Applies a patch to an object.
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
        // A real server has merge keys for its own types only.
        "application/strategic-merge-patch+json" if !served.is_custom() => {
            strategic_patch::apply(&mut object, patch).map_err(ApiError::bad_request)?;
        }
        _ => return Err(ApiError::unsupported_media_type(PATCHES)),
    }
    Ok(object)
}
