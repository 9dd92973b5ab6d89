//! The encoding of responses: which one they have, and the text in it.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use http::HeaderMap;

use crate::case::Step;

/// Checks the encoding of a response, if the step names those that it accepts. Returns whether the body is
/// compressed.
///
/// # Errors
///
/// The encoding is another.
pub(crate) fn check(step: &Step, headers: &HeaderMap) -> Result<bool, String> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let found = header("content-encoding");
    let expected = step.content_encoding.as_deref();
    if step.accept_encoding.is_some() && found != expected {
        return Err(format!("expected the content encoding {expected:?}, got {found:?}"));
    }
    if found.is_some() && header("vary") != Some("Accept-Encoding") {
        return Err("expected Vary: Accept-Encoding".to_owned());
    }
    Ok(found == Some("gzip"))
}

/// Returns the text of a body.
///
/// # Errors
///
/// The body is not gzip, or its members are not the events that the step expects.
pub(crate) fn text(step: &Step, compressed: bool, body: &[u8]) -> Result<String, String> {
    if !compressed {
        return Ok(String::from_utf8_lossy(body).into_owned());
    }
    let mut members = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let mut decoder = GzDecoder::new(rest);
        let mut text = String::new();
        decoder
            .read_to_string(&mut text)
            .map_err(|error| format!("member {} of the body: {error}", members.len()))?;
        rest = decoder.into_inner();
        members.push(text);
    }
    let expected = if step.events.is_some() { members.concat().lines().count() } else { 1 };
    if members.len() != expected {
        return Err(format!("expected {expected} members, got {}", members.len()));
    }
    Ok(members.concat())
}
