//! The content type and the first bytes of a response, to say what came instead of a list or a watch.

use serde::de::IgnoredAny;

use crate::protocol::frame;

/// How much of a body is kept, in bytes.
const LIMIT: usize = 4 << 10;
/// How much of a text is quoted, in characters.
const QUOTED: usize = 80;
/// What compressed data begins with (RFC 1952).
const GZIP: &[u8] = &[0x1f, 0x8b];

/// The start of the newest response.
#[derive(Debug, Default)]
pub(crate) struct ResponseStart {
    content_type: Option<String>,
    bytes: Vec<u8>,
    /// Whether the body is longer than `bytes`.
    is_cut: bool,
}

impl ResponseStart {
    pub(crate) fn new(content_type: Option<String>) -> Self {
        Self { content_type, ..Self::default() }
    }

    /// Adds a chunk of the body.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        if self.is_cut {
            return;
        }
        let room = LIMIT - self.bytes.len();
        self.is_cut = chunk.len() > room;
        self.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }

    /// Describes the response: its content type, and its first words unless it is JSON, which may
    /// contain secrets.
    pub(crate) fn describe(&self) -> String {
        let content_type = match &self.content_type {
            Some(content_type) => format!("content type {content_type}"),
            None => "no content type".to_owned(),
        };
        if self.bytes.starts_with(GZIP) {
            return format!("{content_type}, gzip without a Content-Encoding");
        }
        let text = String::from_utf8_lossy(&self.bytes);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            return format!("{content_type}, an empty body");
        }
        if self.looks_like_json() || words.chars().any(|c| c.is_control() || c == '\u{fffd}') {
            return content_type;
        }
        let quoted: String = words.chars().take(QUOTED).collect();
        let dots = if quoted.len() < words.len() { "…" } else { "" };
        format!("{content_type}, beginning with \"{quoted}{dots}\"")
    }

    /// Whether it begins as JSON does, apart from numbers and literals.
    pub(crate) fn looks_like_json(&self) -> bool {
        matches!(frame::without_marks(&self.bytes).first(), Some(b'{' | b'[' | b'"'))
    }

    /// Whether it is JSON that ends too early.
    pub(crate) fn is_truncated_json(&self) -> bool {
        self.looks_like_json()
            && !self.is_cut
            && serde_json::from_slice::<IgnoredAny>(frame::without_marks(&self.bytes))
                .is_err_and(|error| error.is_eof())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(content_type: &str, body: &str) -> ResponseStart {
        let mut start = ResponseStart::new(Some(content_type.to_owned()));
        for chunk in body.as_bytes().chunks(7) {
            start.push(chunk);
        }
        start
    }

    #[test]
    fn text_is_quoted_up_to_a_limit_and_json_is_not() {
        let page = start("text/html", &format!("<html>\n  <h1>Sign in</h1>{}", "x".repeat(9000)));
        let text = page.describe();
        assert!(text.starts_with("content type text/html, beginning with \"<html> <h1>Sign"));
        assert!(text.ends_with("x…\"") && text.len() < 150, "{text}");
        assert_eq!(page.bytes.len(), LIMIT);
        assert_eq!(
            start("application/json", "null").describe(),
            "content type application/json, beginning with \"null\""
        );
        for body in ["{\"data\":\"SECRET\"}", "[\"SECRET\"]", "\"SECRET\"", "\u{1f}\u{8b}"] {
            assert_eq!(start("application/json", body).describe(), "content type application/json");
        }
        let mut gzip = ResponseStart::new(None);
        gzip.push(&[0x1f, 0x8b, 8, 0]);
        assert_eq!(gzip.describe(), "no content type, gzip without a Content-Encoding");
        let empty = ResponseStart::new(None);
        assert_eq!(empty.describe(), "no content type, an empty body");
    }

    #[test]
    fn truncated_json_is_recognised() {
        let json = |body: &str| start("application/json", body);
        for body in ["{\"items\":[{\"a\":", "\u{feff}{\"items\":["] {
            assert!(json(body).is_truncated_json(), "{body}");
        }
        for body in ["{}", "null", "", "<html>", "{\"a\" 1"] {
            assert!(!json(body).is_truncated_json(), "{body}");
        }
    }
}
