//! The JSON documents in the lines of a watch. API servers write one to a line; a client in Go reads them however they
//! are laid out: several on a line, one over several lines, or without a line ending.

use std::mem;

use bytes::{Buf as _, Bytes, BytesMut};
use serde::de::IgnoredAny;

use crate::frame::json::lines::{JsonFrames, LineTooLong, without_marks};

/// How an event begins that API servers write.
const EVENT_START: &[u8] = br#"{"type":""#;

/// The member that each event has once.
const OBJECT: &[u8] = br#""object":"#;

impl JsonFrames {
    /// Returns the next whole document. It is not parsed: what is certainly not the beginning of a document is returned
    /// as well, line by line.
    pub(crate) fn next_document(&mut self) -> Result<Option<Bytes>, LineTooLong> {
        loop {
            let line = if self.layout.is_empty() {
                let Some(line) = self.next_line()? else {
                    return Ok(self.document_without_line_ending());
                };
                line
            } else {
                mem::take(&mut self.layout.rest)
            };
            if let Some(document) = self.document_of(line) {
                return Ok(Some(document));
            }
        }
    }

    /// Returns the first document of a line, unless it has a part of one. The line continues one that had.
    fn document_of(&mut self, mut line: Bytes) -> Option<Bytes> {
        line.advance(line.len() - without_marks(&line).len());
        let begins = line.first() == Some(&b'{');
        if line.is_empty() || !begins || (self.layout.checked == 0 && is_one_event(&line)) {
            self.layout.reset();
            return Some(line).filter(|line| !line.is_empty());
        }
        if let Some(end) = self.layout.seek.end(&line) {
            self.layout.reset();
            self.layout.rest = line.split_off(end);
            return Some(line);
        }
        // A line that begins as an event does is one, rather than a part of the document before it.
        let newest = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let is_due = line.len() >= 2 * self.layout.checked || line.get(newest) == Some(&b'{');
        if is_due && !is_beginning(&line) {
            self.layout.reset();
            return Some(line);
        }
        if is_due {
            self.layout.checked = line.len();
        }
        self.partial = BytesMut::from(line);
        self.partial.extend_from_slice(b"\n");
        None
    }

    /// Returns the first document of the incomplete line, if it is whole.
    fn document_without_line_ending(&mut self) -> Option<Bytes> {
        if self.partial.trim_ascii_end().last() != Some(&b'}') {
            return None;
        }
        self.partial.advance(self.partial.len() - without_marks(&self.partial).len());
        if self.partial.first() != Some(&b'{') {
            return None;
        }
        let end = self.layout.seek.end(&self.partial)?;
        self.layout.reset();
        Some(self.partial.split_to(end).freeze())
    }
}

/// Whether a line is certainly one event: it begins and ends as one, and has one `object`. Its object may have a member
/// of that name as well, and servers may write events otherwise, which a closer look finds out.
fn is_one_event(line: &[u8]) -> bool {
    line.starts_with(EVENT_START)
        && line.trim_ascii_end().last() == Some(&b'}')
        && members_named_object(line).nth(1).is_none()
}

fn members_named_object(text: &[u8]) -> impl Iterator<Item = usize> {
    // Of its letters, this one is the rarest by far.
    let letters = memchr::memchr_iter(b'j', text);
    letters.filter_map(|at| at.checked_sub(3)).filter(|at| text[*at..].starts_with(OBJECT))
}

/// Whether a document may begin like this.
fn is_beginning(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(chunks: &[&[u8]]) -> Vec<String> {
        let mut frames = JsonFrames::new(1000);
        let mut documents = Vec::new();
        for chunk in chunks {
            frames.push(Bytes::copy_from_slice(chunk));
            while let Some(document) = frames.next_document().unwrap() {
                documents.push(String::from_utf8(document.to_vec()).unwrap().trim().to_owned());
            }
        }
        documents
    }

    #[test]
    fn documents_are_found_however_they_are_laid_out() {
        let odd = [r#"{"a":{"s":"}{\"type\":} {\"type\":\""}}"#, r#"{"type":[{},{"type":1}]}"#];
        let usual = [
            r#"{"type":"A","object":{"a":[{"type":"x","object":"} {"}]}}"#,
            r#"{"type":"B","object":{}}"#,
        ];
        for [a, b] in [odd, usual] {
            assert_found_in_any_layout(a, b);
        }
    }

    fn assert_found_in_any_layout(a: &str, b: &str) {
        for body in [
            format!("{a}\n{b}\n"),
            format!("{a}{b}\n"),
            format!("{a} {b}\n"),
            format!("{a}\t\r{b} \n"),
            format!("{a} {b}"),
            format!("{a}{b}"),
            format!("{a}\r{b}\r"),
            format!("\r\n{a}\r\n\n  {b}\t"),
            format!("\u{feff}{a}\n\u{feff}{b}\n"),
            format!("\u{1e}{a}\n\u{1e}{b}"),
        ] {
            assert_eq!(documents(&[body.as_bytes()]), [a, b], "{body}");
            for at in 0..=body.len() {
                let (first, second) = body.as_bytes().split_at(at);
                assert_eq!(documents(&[first, second]), [a, b], "{body} split at {at}");
            }
            let single: Vec<_> = body.as_bytes().chunks(1).collect();
            assert_eq!(documents(&single), [a, b], "{body} byte by byte");
        }
    }

    #[test]
    fn documents_over_several_lines_are_joined() {
        let a = "{\n  \"a\": {\n    \"b\": [\n      {},\n      {\n        \"c\": 1\n      }\n    ]\n  }\n}";
        let body = format!("{a}\n{a}\n");
        for at in 0..=body.len() {
            let (first, second) = body.as_bytes().split_at(at);
            assert_eq!(documents(&[first, second]), [a, a], "split at {at}");
        }
    }

    #[test]
    fn line_that_is_truncated_does_not_hide_those_that_follow() {
        for truncated in ["{\"a\":{\"b\":1,", "{\"a\":\"b", "{\"a\":{"] {
            let long = truncated.replace(":{", &format!(":{{{}", "\"x\":1,".repeat(40)));
            for first in [truncated, &long] {
                let found = documents(&[format!("{first}\n{{\"c\":1}}\n{{\"d\":1}}\n").as_bytes()]);
                assert_eq!(found.len(), 2, "{found:?}");
                assert!(found[0].starts_with(first), "the first is malformed");
                assert_eq!(found[1], "{\"d\":1}");
            }
        }
    }

    #[test]
    fn other_lines_are_returned_as_they_are() {
        let lines = ["garbage", ": ping", "null", "{\"a\" 1", "[1]", "{}"];
        assert_eq!(documents(&[format!("{}\n", lines.join("\n")).as_bytes()]), lines);
    }
}
