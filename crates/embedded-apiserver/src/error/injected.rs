//! The errors of injected faults.

use super::api_error::ApiError;
use super::details::Details;

impl ApiError {
    /// The error of an injected fault, with the reason that a real server gives for the code.
    pub(crate) fn injected(code: u16, retry_after_seconds: Option<u32>) -> Self {
        let (reason, message) = match code {
            400 => ("BadRequest", "the server rejected our request for an unknown reason"),
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden"),
            404 => ("NotFound", "the server could not find the requested resource"),
            409 => ("Conflict", "the server reported a conflict"),
            410 => ("Expired", "too old resource version"),
            429 => (
                "TooManyRequests",
                "the server has received too many requests and has asked us to try again later",
            ),
            500 => ("InternalError", "Internal error occurred"),
            503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => ("Timeout", "Timeout: request did not complete within the allotted timeout"),
            _ => ("", "injected error"),
        };
        let details = Details { retry_after_seconds, ..Details::default() };
        Self {
            code,
            reason: (!reason.is_empty()).then_some(reason),
            message: message.to_owned(),
            details: retry_after_seconds.map(|_| Box::new(details)),
            next: None,
        }
    }
}
