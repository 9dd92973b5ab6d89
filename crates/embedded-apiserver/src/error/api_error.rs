//! The error of a request, which clients get as a `Status` body.

use std::error::Error;
use std::fmt;

use super::details::Details;

/// The reason why the server rejects a request: the content of a `Status` body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub(super) code: u16,
    pub(super) reason: Option<&'static str>,
    pub(super) message: String,
    pub(super) details: Option<Box<Details>>,
    /// A continue token for the list whose own token has expired.
    pub(super) next: Option<String>,
}

impl ApiError {
    /// Returns the HTTP status code, such as 409.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Returns the reason in one word, such as `Conflict`; empty where a real server gives none.
    pub fn reason(&self) -> &str {
        self.reason.unwrap_or_default()
    }

    /// Returns the fields that are invalid, if that is the reason. The message quotes their values.
    pub(crate) fn invalid_field_names(&self) -> Option<String> {
        let causes = &self.details.as_ref().filter(|_| self.code == 422)?.causes;
        let fields: Vec<&str> = causes.iter().filter_map(|cause| cause.field.as_deref()).collect();
        Some(if fields.is_empty() { "a field".to_owned() } else { fields.join(", ") })
    }

    /// Returns the message for people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl Error for ApiError {}
