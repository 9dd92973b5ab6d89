//! The serialization of an error: a `Status` object.

use serde::Serialize;

use super::api_error::ApiError;
use super::details::Details;

impl Serialize for ApiError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Status<'a> {
            kind: &'static str,
            api_version: &'static str,
            metadata: Metadata<'a>,
            #[serde(rename = "status")]
            outcome: &'static str,
            message: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            reason: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            details: Option<&'a Details>,
            code: u16,
        }
        #[derive(Serialize)]
        struct Metadata<'a> {
            #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
            next: Option<&'a str>,
        }
        let status = Status {
            kind: "Status",
            api_version: "v1",
            metadata: Metadata { next: self.next.as_deref() },
            outcome: "Failure",
            message: &self.message,
            reason: self.reason,
            details: self.details.as_deref(),
            code: self.code,
        };
        status.serialize(serializer)
    }
}
