//! The `Status` object with which an API server reports an error.

use std::fmt;

use serde::Deserialize;
use watchable_core::lenient::null_is_default;

/// An error as the API server describes it (kind `Status` of `meta/v1`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ApiStatus {
    /// A message for humans.
    #[serde(deserialize_with = "null_is_default")]
    pub message: String,
    /// A machine-readable reason, such as `Expired`; often empty.
    #[serde(deserialize_with = "null_is_default")]
    pub reason: String,
    /// The HTTP status code.
    #[serde(deserialize_with = "null_is_default")]
    pub code: u16,
    /// The object or resource that the error is about.
    #[serde(deserialize_with = "null_is_default")]
    pub details: StatusDetails,
}

/// The object or resource that an [`ApiStatus`] is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct StatusDetails {
    /// The object's name; often empty.
    #[serde(deserialize_with = "null_is_default")]
    pub name: String,
    /// The resource's group; often empty.
    #[serde(deserialize_with = "null_is_default")]
    pub group: String,
    /// The resource's plural name, as in URLs, despite the name of the field; often empty.
    #[serde(deserialize_with = "null_is_default")]
    pub kind: String,
    /// How long to wait before a retry, in seconds, if the server says.
    #[serde(deserialize_with = "null_is_default")]
    pub retry_after_seconds: Option<u32>,
    /// The individual causes, if there are several.
    #[serde(deserialize_with = "null_is_default")]
    pub causes: Vec<StatusCause>,
}

/// One cause of an error that has several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct StatusCause {
    /// The field with the invalid value; often empty.
    #[serde(deserialize_with = "null_is_default")]
    pub field: String,
    /// A message for humans.
    #[serde(deserialize_with = "null_is_default")]
    pub message: String,
    /// A machine-readable reason.
    #[serde(deserialize_with = "null_is_default")]
    pub reason: String,
}

impl ApiStatus {
    /// Parses the body of an HTTP error. It is usually a `Status`, but plain text from proxies and
    /// from paths outside of any API group. Without a code in the body, the HTTP status is used.
    pub(crate) fn from_body(http: http::StatusCode, body: &[u8]) -> Self {
        let mut status: Self = serde_json::from_slice(body).unwrap_or_else(|_| Self {
            message: String::from_utf8_lossy(body).trim().chars().take(500).collect(),
            ..Self::default()
        });
        if status.code == 0 {
            status.code = http.as_u16();
        }
        if status.message.is_empty() {
            http.canonical_reason().unwrap_or("no reason given").clone_into(&mut status.message);
        }
        status
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

/// `pods is forbidden: … (403 Forbidden)`.
impl fmt::Display for ApiStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason.as_str() {
            "" => write!(f, "{} ({})", self.message, self.code),
            reason => write!(f, "{} ({} {reason})", self.message, self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn pretty_printed_status_is_parsed() {
        let body = b"{\n  \"kind\": \"Status\",\n  \"metadata\": {\n    \n  },\n  \"message\": \"Unauthorized\",\n  \"reason\": \"Unauthorized\",\n  \"code\": 401,\n  \"details\": null\n}";
        let status = ApiStatus::from_body(StatusCode::UNAUTHORIZED, body);
        assert_eq!(status.to_string(), "Unauthorized (401 Unauthorized)");
    }

    #[test]
    fn plain_text_body_becomes_the_message() {
        let status = ApiStatus::from_body(StatusCode::NOT_FOUND, b"404 page not found\n");
        assert_eq!(status.to_string(), "404 page not found (404)");
        let status = ApiStatus::from_body(StatusCode::BAD_GATEWAY, b"");
        assert_eq!(status.to_string(), "Bad Gateway (502)");
    }

    #[test]
    fn oldest_version_is_parsed_from_the_message() {
        let gone = |message: &str| ApiStatus {
            message: message.to_owned(),
            reason: "Expired".to_owned(),
            code: 410,
            ..ApiStatus::default()
        };
        assert_eq!(gone("too old resource version: 1 (306)").oldest_version(), Some("306"));
        assert_eq!(gone("too old resource version: 1 ()").oldest_version(), None);
        assert_eq!(gone("too old resource version: 1 (never)").oldest_version(), None);
        assert_eq!(
            gone("The resourceVersion for the provided watch is too old.").oldest_version(),
            None
        );
    }
}
