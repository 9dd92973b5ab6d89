//! Authentication by a bearer token.

use http::Request;
use http::header::AUTHORIZATION;

use super::context::Context;
use crate::error::ApiError;

/// Checks that a request carries the server's token, if the server has one.
pub(crate) fn authenticate<B>(context: &Context, request: &Request<B>) -> Result<(), ApiError> {
    let Some(token) = &context.token else { return Ok(()) };
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match given.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(given) if given == token => Ok(()),
        _ => Err(ApiError::unauthorized()),
    }
}
