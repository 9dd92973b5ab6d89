//! The `Status` object with which an API server reports an error.

mod protobuf;
#[cfg(test)]
mod tests;
mod types;

use std::fmt;

use serde_json::Value;
use watchable_core::protobuf::Envelope;

pub use crate::api_status::types::{ApiStatus, StatusCause, StatusDetails};

/// What the message of an expired resource version says, in servers that give neither code nor reason.
const TOO_OLD: [&str; 2] = ["too old resource version", "required revision has been compacted"];

impl ApiStatus {
    /// Parses the object of an ERROR event, or a `Status` in the place of something else, in JSON or protobuf. Some servers leave
    /// out its code, or send something that is not a `Status`. The code then follows from the reason or the message;
    /// otherwise it is 500, an unknown failure.
    pub(crate) fn from_event(object: &[u8]) -> Self {
        let mut status = if Envelope::starts(object) {
            protobuf::read(object).unwrap_or_default()
        } else {
            Self::from_json(object)
        };
        if status.code == 0 {
            status.code = code_of_reason(&status.reason).unwrap_or(500);
        }
        status.recognize_expired_version();
        if status.message.is_empty() {
            "no reason given".clone_into(&mut status.message);
        }
        status
    }

    fn from_json(object: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(object).unwrap_or_default();
        let text =
            |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let details = value.get("details").cloned().unwrap_or_default();
        Self {
            message: value.as_str().map_or_else(|| text("message"), str::to_owned),
            reason: text("reason"),
            code: value.get("code").and_then(code).unwrap_or_default(),
            details: serde_json::from_value(details).unwrap_or_default(),
        }
    }

    /// Parses the body of an HTTP error. It is usually a `Status`, but plain text from proxies and
    /// from paths outside of any API group. The code is the HTTP status, unless a `Status` has one of an error:
    /// that of other JSON may be of gRPC, or of the proxy's own.
    pub fn from_body(http: http::StatusCode, body: &[u8]) -> Self {
        let mut status = match serde_json::from_slice(body) {
            // A request that accepts protobuf may be rejected in protobuf.
            _ if Envelope::starts(body) => protobuf::read(body).unwrap_or_default(),
            Ok(value @ Value::Object(_)) => Self::from_value(&value),
            _ => Self {
                message: String::from_utf8_lossy(body).trim().chars().take(500).collect(),
                ..Self::default()
            },
        };
        if !(400..600).contains(&status.code) {
            status.code = http.as_u16();
        }
        if status.message.is_empty() {
            http.canonical_reason().unwrap_or("no reason given").clone_into(&mut status.message);
        }
        status.recognize_expired_version();
        status
    }

    /// Reads the members of a JSON object that have the right type. The code is 0 if it is not a `Status`.
    fn from_value(value: &Value) -> Self {
        let text =
            |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_status = value.get("kind").is_some_and(|kind| kind == "Status");
        let details = value.get("details").cloned().unwrap_or_default();
        Self {
            message: text("message"),
            reason: text("reason"),
            code: value.get("code").filter(|_| is_status).and_then(code).unwrap_or_default(),
            details: serde_json::from_value(details).unwrap_or_default(),
        }
    }

    /// Sets the code of an expired resource version if only the message says so.
    fn recognize_expired_version(&mut self) {
        if self.code >= 500 && TOO_OLD.iter().any(|text| self.message.contains(text)) {
            self.code = 410;
        }
    }

    /// Whether the requested resource version has expired: code 410, or reason `Expired` or `Gone`.
    pub fn is_gone(&self) -> bool {
        self.code == 410 || matches!(self.reason.as_str(), "Expired" | "Gone")
    }

    /// Whether the server has yet to reach the requested resource version: a 504 with the cause
    /// `ResourceVersionTooLarge`, or in older servers with that message.
    pub(crate) fn is_too_large_version(&self) -> bool {
        self.details.causes.iter().any(|cause| cause.reason == "ResourceVersionTooLarge")
            || self.message.contains("Too large resource version")
    }

    /// Whether the error is about a namespace, as some servers and proxies report. Kubernetes
    /// itself returns an empty list for a namespace that does not exist.
    pub(crate) fn is_about_a_namespace(&self) -> bool {
        self.details.kind == "namespaces" && self.details.group.is_empty()
    }

    /// Returns the oldest resource version that the server still has, if the message names it: the
    /// number in parentheses of `too old resource version: 1 (306)`.
    pub fn oldest_version(&self) -> Option<&str> {
        if !self.is_gone() {
            return None;
        }
        let (_, rest) = self.message.split_once("too old resource version")?;
        let (version, _) = rest.split_once('(')?.1.split_once(')')?;
        (!version.is_empty() && version.bytes().all(|b| b.is_ascii_digit())).then_some(version)
    }
}

/// Returns a code, which some servers write as a text or with a fraction.
fn code(value: &Value) -> Option<u16> {
    match value {
        Value::String(code) => code.parse().ok(),
        code => code.to_string().trim_end_matches(".0").parse().ok(),
    }
}

/// Returns the HTTP status that belongs to a reason of Kubernetes.
fn code_of_reason(reason: &str) -> Option<u16> {
    Some(match reason {
        "BadRequest" => 400,
        "Unauthorized" => 401,
        "Forbidden" => 403,
        "NotFound" => 404,
        "MethodNotAllowed" => 405,
        "NotAcceptable" => 406,
        "Expired" | "Gone" => 410,
        "Invalid" => 422,
        "TooManyRequests" => 429,
        "ServiceUnavailable" => 503,
        "Timeout" | "ServerTimeout" => 504,
        _ => return None,
    })
}

/// `pods is forbidden: … (403 Forbidden)`.
impl fmt::Display for ApiStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason.as_str() {
            "" => write!(f, "{} ({})", self.message, self.code),
            reason => write!(f, "{} ({} {reason})", self.message, self.code),
        }
    }
}
