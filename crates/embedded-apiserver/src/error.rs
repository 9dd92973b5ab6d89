//! What the server refuses, and the Status body that says so on the wire.

mod refusals;
mod status;

use std::error::Error;
use std::fmt;

use status::Details;

/// A request that the server refuses: what a Status body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: u16,
    reason: Option<&'static str>,
    message: String,
    details: Option<Box<Details>>,
    /// With which a list whose own token has expired can go on.
    next: Option<String>,
}

impl ApiError {
    /// The HTTP status code, such as 409.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The reason in one word, such as `Conflict`; empty where a real server gives none.
    pub fn reason(&self) -> &str {
        self.reason.unwrap_or_default()
    }

    /// The message for people.
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

/// What is wrong with a field, for [`ApiError::invalid`].
pub(crate) struct Problem {
    pub(crate) field: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) text: String,
}

impl Problem {
    pub(crate) fn forbidden(field: &'static str, text: &str) -> Self {
        Self { field, reason: "FieldValueForbidden", text: format!("Forbidden: {text}") }
    }

    pub(crate) fn required(field: &'static str, text: &str) -> Self {
        Self { field, reason: "FieldValueRequired", text: format!("Required value: {text}") }
    }

    pub(crate) fn invalid(field: &'static str, value: &str, text: &str) -> Self {
        let text = format!("Invalid value: {value:?}: {text}");
        Self { field, reason: "FieldValueInvalid", text }
    }
}
