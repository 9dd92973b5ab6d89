//! The types of a `Status` object.

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
