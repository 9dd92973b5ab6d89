//! The rejections, each in the words of a real server: some clients read them.

use std::fmt;

use watchable_core::ResourceInfo;

use super::api_error::ApiError;
use super::details::{Cause, Details};
use super::problem::{FieldConflict, Problem};

impl ApiError {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason: Some(reason), message: message.into(), details: None, next: None }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn forbidden(resource: &ResourceInfo, name: &str, why: &str) -> Self {
        let message = format!("{} \"{name}\" is forbidden: {why}", qualified(resource));
        Self {
            details: Some(Box::new(Details::of(resource, name))),
            ..Self::new(403, "Forbidden", message)
        }
    }

    /// An object cannot be created in a namespace that is being deleted.
    pub(crate) fn namespace_terminating(
        resource: &ResourceInfo,
        name: &str,
        namespace: &str,
    ) -> Self {
        let why = format!(
            "unable to create new content in namespace {namespace} because it is being terminated"
        );
        let cause = Cause {
            reason: "NamespaceTerminating",
            message: format!("namespace {namespace} is being terminated"),
            field: Some("metadata.namespace".to_owned()),
        };
        let details = Details { causes: vec![cause], ..Details::of(resource, name) };
        Self { details: Some(Box::new(details)), ..Self::forbidden(resource, name, &why) }
    }

    pub(crate) fn not_found(resource: &ResourceInfo, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", qualified(resource));
        Self {
            details: Some(Box::new(Details::of(resource, name))),
            ..Self::new(404, "NotFound", message)
        }
    }

    pub(crate) fn no_such_resource() -> Self {
        let message = "the server could not find the requested resource";
        Self { details: Some(Box::default()), ..Self::new(404, "NotFound", message) }
    }

    pub(crate) fn already_exists(resource: &ResourceInfo, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", qualified(resource));
        Self {
            details: Some(Box::new(Details::of(resource, name))),
            ..Self::new(409, "AlreadyExists", message)
        }
    }

    pub(crate) fn conflict(resource: &ResourceInfo, name: &str, why: &str) -> Self {
        let message =
            format!("Operation cannot be fulfilled on {} \"{name}\": {why}", qualified(resource));
        Self {
            details: Some(Box::new(Details::of(resource, name))),
            ..Self::new(409, "Conflict", message)
        }
    }

    /// A failed precondition. Its message has the kind in place of the resource.
    pub(crate) fn conflict_of_kind(resource: &ResourceInfo, name: &str, why: &str) -> Self {
        let (kind, group) = (resource.kind(), resource.group());
        let dot = if group.is_empty() { "" } else { "." };
        let message =
            format!("Operation cannot be fulfilled on {kind}{dot}{group} \"{name}\": {why}");
        let details = Details { kind: Some(kind.to_owned()), ..Details::of(resource, name) };
        Self { details: Some(Box::new(details)), ..Self::new(409, "Conflict", message) }
    }

    /// An apply would change fields of other managers.
    pub(crate) fn apply_conflict(conflicts: &[FieldConflict]) -> Self {
        let summary = if let [only] = conflicts {
            format!("1 conflict: conflict with {}: {}", only.owner, only.field)
        } else {
            let mut lines = Vec::new();
            for of_one in conflicts.chunk_by(|a, b| a.owner == b.owner) {
                lines.push(format!("conflicts with {}:", of_one[0].owner));
                lines.extend(of_one.iter().map(|one| format!("- {}", one.field)));
            }
            format!("{} conflicts: {}", conflicts.len(), lines.join("\n"))
        };
        let causes = conflicts.iter().map(|one| Cause {
            reason: "FieldManagerConflict",
            message: format!("conflict with {}", one.owner),
            field: Some(one.field.clone()),
        });
        let details = Details { causes: causes.collect(), ..Details::default() };
        let message = format!("Apply failed with {summary}");
        Self { details: Some(Box::new(details)), ..Self::new(409, "Conflict", message) }
    }

    pub(crate) fn invalid(kind: &str, group: &str, name: &str, problem: &Problem) -> Self {
        Self::invalid_fields(kind, group, name, std::slice::from_ref(problem))
    }

    /// An object with several problems, each of which is a cause.
    pub(crate) fn invalid_fields(
        kind: &str,
        group: &str,
        name: &str,
        problems: &[Problem],
    ) -> Self {
        let dot = if group.is_empty() { "" } else { "." };
        let texts = problems.iter().map(|problem| format!("{}: {}", problem.field, problem.text));
        let texts = match &*texts.collect::<Vec<_>>() {
            [only] => only.clone(),
            all => format!("[{}]", all.join(", ")),
        };
        let message = format!("{kind}{dot}{group} \"{name}\" is invalid: {texts}");
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let causes = problems.iter().map(|problem| Cause {
            reason: problem.reason,
            message: problem.text.clone(),
            field: Some(problem.field.to_string()),
        });
        let details = Details {
            name: filled(name),
            group: filled(group),
            kind: filled(kind),
            causes: causes.collect(),
            ..Details::default()
        };
        Self { details: Some(Box::new(details)), ..Self::new(422, "Invalid", message) }
    }

    /// A patch that does not fit the object. A real server says no more than that.
    pub(crate) fn unprocessable_patch() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self { details: Some(Box::default()), ..Self::new(422, "Invalid", message) }
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self { details: Some(Box::default()), ..Self::new(405, "MethodNotAllowed", message) }
    }

    /// A write to a server that shows what happened on another one.
    pub(crate) fn read_only_replay() -> Self {
        let message =
            "this server replays a recording: its objects can be read and watched, not written";
        Self { details: Some(Box::default()), ..Self::new(405, "MethodNotAllowed", message) }
    }

    /// A watch from a version that a replay has yet to reach, or has reached before it started again.
    pub(crate) fn not_replayed(requested: u64, current: u64) -> Self {
        Self::expired(format!(
            "resource version {requested} is not in the history of this replay, which is at {current}"
        ))
    }

    pub(crate) fn not_watchable(resource: &ResourceInfo) -> Self {
        let plural = resource.plural();
        let message = format!("watch is not supported on resources of kind \"{plural}\"");
        Self {
            details: Some(Box::new(Details::of(resource, ""))),
            ..Self::new(405, "MethodNotAllowed", message)
        }
    }

    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// A continue token has expired. `next` continues the list with the current state.
    pub(crate) fn token_expired(next: String) -> Self {
        let message = "The provided continue parameter is too old to display a consistent list \
                       result. You can start a new list without the continue parameter, or use \
                       the continue token in this response to retrieve the remainder of the \
                       results. Continuing with the provided token results in an inconsistent \
                       list - objects that were created, modified, or deleted between the time \
                       the first chunk was returned and now may show up in the list.";
        Self { next: Some(next), ..Self::expired(message) }
    }

    pub(crate) fn too_old(requested: u64, oldest: u64) -> Self {
        Self::expired(format!("too old resource version: {requested} ({oldest})"))
    }

    pub(crate) fn too_new(requested: u64, current: u64) -> Self {
        let message =
            format!("Timeout: Too large resource version: {requested}, current: {current}");
        let cause = Cause {
            reason: "ResourceVersionTooLarge",
            message: "Too large resource version".to_owned(),
            field: None,
        };
        let details =
            Details { causes: vec![cause], retry_after_seconds: Some(1), ..Details::default() };
        Self { details: Some(Box::new(details)), ..Self::new(504, "Timeout", message) }
    }

    pub(crate) fn not_acceptable() -> Self {
        let message = "only the following media types are accepted: application/json, \
                       application/vnd.kubernetes.protobuf";
        Self::new(406, "NotAcceptable", message)
    }

    /// The client accepts an object of `meta.k8s.io` that the response cannot be converted to.
    pub(crate) fn not_convertible(requested: &str, why: &str) -> Self {
        let message = format!("you requested {requested}, but the requested object {why}");
        Self::new(406, "NotAcceptable", message)
    }

    pub(crate) fn unsupported_media_type(accepted: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {accepted}"
        );
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// A patch of a kind of Kubernetes' own in an unknown format. A real server names no format here.
    pub(crate) fn unsupported_patch_type() -> Self {
        let message = "415: Unsupported Media Type";
        Self { details: Some(Box::default()), ..Self::new(415, "UnsupportedMediaType", message) }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("Request entity too large: limit is {limit}");
        Self::new(413, "RequestEntityTooLarge", message)
    }

    /// An error that a real server does not classify: code 500 and no reason.
    pub(crate) fn unexpected(message: impl Into<String>) -> Self {
        Self { code: 500, reason: None, message: message.into(), details: None, next: None }
    }

    /// Returns the seconds after which the client may retry, if the error has them.
    pub(crate) fn retry_after_seconds(&self) -> Option<u32> {
        self.details.as_ref()?.retry_after_seconds
    }
}

/// Returns a resource's name in messages: `pods`, `deployments.apps`.
fn qualified(resource: &ResourceInfo) -> impl fmt::Display {
    let dot = if resource.group().is_empty() { "" } else { "." };
    format!("{}{dot}{}", resource.plural(), resource.group())
}
