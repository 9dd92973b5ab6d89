//! The content type and the first bytes of a response, to say what came instead of a list or a watch.

use serde::de::IgnoredAny;
use watchable_core::protobuf::Envelope;

use crate::field_head::FieldHead;
use crate::frame::json::without_marks;
use crate::wire::Wire;

/// How much of a body is kept, in bytes.
const LIMIT: usize = 4 << 10;
/// How much of a text is quoted, in characters.
const QUOTED: usize = 80;
/// What the envelope of protobuf begins with, and its field that has the contents.
const MAGIC: &[u8] = b"k8s\0";
const CONTENTS: u32 = 2;
/// The length of a frame's length, and the frame's first field behind it.
const FRAME_LENGTH: usize = 4;
const FRAME_START: u8 = 0x0a;
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

    /// Returns the encoding that the content type names.
    pub(crate) fn wire(&self) -> Wire {
        Wire::of_content_type(self.content_type.as_deref())
    }

    /// Describes the response: its content type, and its first words unless it is JSON or protobuf, which may
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
        let is_protobuf = self.wire() == Wire::Protobuf && !words.starts_with('<');
        if self.looks_like_json()
            || is_protobuf
            || words.chars().any(|c| c.is_control() || c == '\u{fffd}')
        {
            return content_type;
        }
        let quoted: String = words.chars().take(QUOTED).collect();
        let dots = if quoted.len() < words.len() { "…" } else { "" };
        format!("{content_type}, beginning with \"{quoted}{dots}\"")
    }

    /// Whether it begins as its content type says: as JSON does, apart from numbers and literals, or as protobuf.
    pub(crate) fn begins_as_announced(&self) -> bool {
        match self.wire() {
            Wire::Json => self.looks_like_json(),
            Wire::Protobuf => {
                Envelope::starts(&self.bytes)
                    || self.is_part_of_magic()
                    || self.bytes.get(FRAME_LENGTH) == Some(&FRAME_START)
            }
        }
    }

    fn looks_like_json(&self) -> bool {
        matches!(without_marks(&self.bytes).first(), Some(b'{' | b'[' | b'"'))
    }

    /// Whether it is a document that ends too early.
    pub(crate) fn is_truncated(&self) -> bool {
        if self.is_cut || !self.begins_as_announced() {
            return false;
        }
        match self.wire() {
            Wire::Json => serde_json::from_slice::<IgnoredAny>(without_marks(&self.bytes))
                .is_err_and(|error| error.is_eof()),
            Wire::Protobuf => {
                let envelope = self.bytes.strip_prefix(MAGIC);
                envelope.map_or(self.is_part_of_magic(), ends_before_its_contents)
            }
        }
    }

    /// Whether it ends within what protobuf begins with.
    fn is_part_of_magic(&self) -> bool {
        !self.bytes.is_empty() && self.bytes.len() < MAGIC.len() && MAGIC.starts_with(&self.bytes)
    }
}

/// Whether an envelope ends in the middle of a field, or before its contents.
fn ends_before_its_contents(mut envelope: &[u8]) -> bool {
    let mut has_contents = false;
    while !envelope.is_empty() {
        match FieldHead::read(envelope) {
            Ok(Some(head)) if head.end <= envelope.len() => {
                has_contents |= head.number == CONTENTS;
                envelope = &envelope[head.end..];
            }
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
    !has_contents
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
    fn protobuf_is_not_quoted_and_known_by_its_beginning() {
        let protobuf = |body: &str| start("application/vnd.kubernetes.protobuf;stream=watch", body);
        for (body, begins, truncated) in [
            ("k8s\0\n\u{4}\n\u{2}v1\u{12}\u{6}SECR", true, true),
            ("k8s\0\n\u{4}\n\u{2}v1\u{12}\u{6}SECRET", true, false),
            ("k8s\0\n\u{4}\n\u{2}v1", true, true),
            ("k8s\0", true, true),
            ("k8", true, true),
            ("k8t", false, false),
            ("k8s\0\0", true, false),
            ("\0\0\u{1}\u{2}\n\u{5}ADDEDSECRET", true, false),
            ("\n SECRET", false, false),
            ("{\"data\":\"SECRET\"}", false, false),
        ] {
            let start = protobuf(body);
            assert!(!start.describe().contains("SEC"), "{}", start.describe());
            assert_eq!(start.begins_as_announced(), begins, "{body:?}");
            assert_eq!(start.is_truncated(), truncated, "{body:?}");
        }
        assert!(protobuf("<html>").describe().ends_with("beginning with \"<html>\""));
    }

    #[test]
    fn truncated_json_is_recognised() {
        let json = |body: &str| start("application/json", body);
        for body in ["{\"items\":[{\"a\":", "\u{feff}{\"items\":["] {
            assert!(json(body).is_truncated(), "{body}");
        }
        for body in ["{}", "null", "", "<html>", "{\"a\" 1"] {
            assert!(!json(body).is_truncated(), "{body}");
        }
    }
}
