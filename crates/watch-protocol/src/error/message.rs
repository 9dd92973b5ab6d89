//! The messages of errors: what failed, and what to do about it.

use std::error::Error;
use std::fmt;

use watchable_core::ResourceInfo;

use crate::api_status::ApiStatus;
use crate::encoding::UnrequestedEncoding;
use crate::error::{Kind, WatchError};

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = &self.0.operation;
        match &self.0.kind {
            Kind::Setting { name, reason } => write!(f, "{operation}: setting `{name}`: {reason}"),
            Kind::Connect(source) if source.is::<UnrequestedEncoding>() => write!(
                f,
                "{operation}: the API server's response cannot be read; check for a proxy in between"
            ),
            Kind::Connect(_) => write!(
                f,
                "{operation}: the API server could not be reached; check its address, the network, and the \
                 certificates and credentials in the kubeconfig"
            ),
            Kind::Rejected(status) => {
                write!(f, "{operation}: the API server rejected the request: {status}")?;
                hint(f, status)
            }
            Kind::NoResource { resource, status } => {
                write!(
                    f,
                    "{operation}: the server has no {resource}; {}",
                    missing_resource_hint(resource)
                )?;
                if status.reason != "NotFound" {
                    // The standard message adds nothing.
                    write!(f, " The server said: {status}")?;
                }
                Ok(())
            }
            Kind::PagesExpired(status) => write!(
                f,
                "{operation}: the continue token of the list expired: {status}; stream again, and consume \
                 events as they arrive"
            ),
            Kind::ErrorEvent(status) => {
                write!(f, "{operation}: the API server ended the watch: {status}")?;
                hint(f, status)
            }
            Kind::Disconnected(_) => write!(
                f,
                "{operation}: the connection broke before the response was complete; stream again, or use a \
                 managed stream, which reconnects"
            ),
            Kind::IdleTimeout(time) => write!(
                f,
                "{operation}: the API server sent nothing for {} s; stream again, or use a managed stream, \
                 which reconnects",
                time.as_secs()
            ),
            Kind::Malformed { what, content, .. } => {
                write!(f, "{operation}: the API server sent {what}")?;
                if let Some(content) = content {
                    write!(f, " ({content})")?;
                }
                f.write_str(
                    "; check for a proxy or a login page in between, or another server at its address",
                )
            }
            Kind::TooLarge { limit } => {
                write!(
                    f,
                    "{operation}: the API server sent an event of more than {limit} bytes; raise \
                     max_event_bytes if such objects are expected"
                )
            }
            Kind::ServerRolledBack { ours, current } => write!(
                f,
                "{operation}: the API server is at version {current} and has yet to reach {ours}: it was rolled \
                 back to an older state, or the version is another server's; start without a version, \
                 or enable repair_gaps"
            ),
            Kind::Decode { object, .. } => write!(
                f,
                "{operation}: {object} does not decode into its type; use the types of the server's \
                 release, or fix the object"
            ),
        }
    }
}

/// Appends what to do about common errors.
fn hint(f: &mut fmt::Formatter<'_>, status: &ApiStatus) -> fmt::Result {
    match status.code {
        _ if status.is_gone() => match status.oldest_version() {
            Some(oldest) => write!(
                f,
                "; the oldest version it has is {oldest}: start from a newer one, or without a version"
            ),
            None => f.write_str("; start from a newer version, or without one"),
        },
        401 => f.write_str("; check the credentials in the kubeconfig"),
        403 => f.write_str("; the user needs the verbs list and watch on the resource"),
        404 if status.is_about_a_namespace() => {
            f.write_str("; create the namespace, or use another")
        }
        400 | 422 => f.write_str("; check the selectors and the resource version"),
        405 => f.write_str("; this resource cannot be watched"),
        406 => f.write_str("; the server does not support the requested formats"),
        300..400 => f.write_str(
            "; check for a proxy or a login page in between, or another server at its address",
        ),
        408 | 421 | 425 | 429 | 502.. => {
            f.write_str("; stream again later, or use a managed stream, which retries")
        }
        _ => f.write_str("; check the API server's log"),
    }
}

/// Suggests why the server lacks a resource. Groups without a domain, and those of Kubernetes
/// itself, come with a release; others come with a CRD.
fn missing_resource_hint(resource: &ResourceInfo) -> &'static str {
    let group = resource.group();
    if group.contains('.') && !group.ends_with(".k8s.io") {
        "is the CRD installed?"
    } else {
        "is it of another release, or is the version wrong?"
    }
}

/// Returns an error and its causes on one line, except what a text before already contains: many errors repeat their
/// cause in their own text.
pub fn one_line(error: &(dyn Error + 'static)) -> String {
    let mut line = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        let cause = error.source().map(ToString::to_string);
        // kube's `ServiceError: …` adds nothing to its cause.
        let adds_a_word = cause.is_some_and(|cause| {
            text.strip_suffix(&cause)
                .and_then(|rest| rest.strip_suffix(": "))
                .is_some_and(|word| !word.contains(' '))
        });
        if !adds_a_word && !line.contains(&text) {
            let separator = if line.is_empty() { "" } else { ": " };
            line.push_str(separator);
            line.push_str(&text);
        }
        next = error.source();
    }
    line
}
