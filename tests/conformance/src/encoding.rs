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

/// Returns a body, and how many members of gzip it consists of; none if it is not compressed.
///
/// # Errors
///
/// The body is not gzip.
pub(crate) fn decompress(compressed: bool, body: &[u8]) -> Result<(Vec<u8>, usize), String> {
    if !compressed {
        return Ok((body.to_vec(), 0));
    }
    let (mut members, mut rest, mut plain) = (0, body, Vec::new());
    while !rest.is_empty() {
        let mut decoder = GzDecoder::new(rest);
        decoder
            .read_to_end(&mut plain)
            .map_err(|error| format!("member {members} of the body: {error}"))?;
        rest = decoder.into_inner();
        members += 1;
    }
    Ok((plain, members))
}

/// Checks that the members of a compressed body are the events that a step expects, or a single one.
///
/// # Errors
///
/// There are more or fewer.
pub(crate) fn check_members(step: &Step, members: usize, text: &str) -> Result<(), String> {
    let expected = if step.events.is_some() { text.lines().count() } else { 1 };
    if members == expected || members == 0 {
        return Ok(());
    }
    Err(format!("expected {expected} members, got {members}"))
}
