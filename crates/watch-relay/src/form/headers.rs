//! Texts in places that take only some characters.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What the HTTP binding of `CloudEvents` encodes in the value of a header; also all that is not ASCII.
const HEADER: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// What is not `unreserved` in a URI.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn header(text: &str) -> String {
    utf8_percent_encode(text, HEADER).to_string()
}

/// Returns a text as a path of one segment, which is a URI reference.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}
