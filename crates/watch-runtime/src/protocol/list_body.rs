//! Parses a list while it is received: its items one by one, then its metadata.
//!
//! Memory is bounded by the size of an item, not of a page.

use std::mem;

use bytes::{Buf as _, Bytes, BytesMut};
use serde::Deserialize;
use watchable_core::ListMetadata;
use watchable_core::json::{self, Seek};
use watchable_core::lenient::null_is_default;

use crate::protocol::error::Source;

/// An incremental parser of a list, fed with chunks of any size.
#[derive(Debug, Default)]
pub(crate) struct ListBody {
    /// Received bytes. Up to `scanned`, they belong to one incomplete item or token.
    buffer: BytesMut,
    scanned: usize,
    /// The document without the items.
    rest: Vec<u8>,
    place: Place,
    /// The number of open brackets.
    depth: usize,
    string: InString,
    /// Searches for the end of the current item.
    item: Seek,
    /// Where the last top-level string begins in `rest`, after its quote.
    key: usize,
}

/// The scanner's place in the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before or after the items.
    #[default]
    Outside,
    /// In the array, between items.
    Between,
    /// Inside an item.
    Item,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum InString {
    #[default]
    No,
    Yes,
    /// After a backslash.
    Escaped,
}

/// The metadata of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageMetadata {
    pub(crate) version: Option<String>,
    /// The token for the next page, if there is one.
    pub(crate) continue_token: Option<String>,
    pub(crate) remaining: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rest {
    #[serde(deserialize_with = "null_is_default")]
    metadata: ListMetadata,
}

impl ListBody {
    /// Adds the next chunk of the body.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// Returns the number of buffered bytes of an incomplete item.
    pub(crate) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the next complete item.
    pub(crate) fn next_item(&mut self) -> Option<Bytes> {
        while self.scanned < self.buffer.len() {
            if self.place == Place::Item {
                let Some(end) = self.item.end(&self.buffer) else {
                    self.scanned = self.buffer.len();
                    return None;
                };
                self.scanned = 0;
                self.place = Place::Between;
                return Some(self.buffer.split_to(end).freeze());
            }
            if self.string == InString::No {
                self.token();
            } else {
                self.string_part();
            }
            if self.place != Place::Item {
                // Already scanned.
                let done = self.buffer.split_to(mem::take(&mut self.scanned));
                self.rest.extend_from_slice(&done);
            }
        }
        None
    }

    /// Parses the metadata once the body has ended.
    pub(crate) fn finish(mut self) -> Result<PageMetadata, Source> {
        debug_assert!(self.scanned == self.buffer.len(), "items are left");
        if self.place != Place::Outside {
            return Err("it ends within its items".into());
        }
        self.rest.extend_from_slice(&self.buffer);
        let Rest { metadata } = json::from_slice(&self.rest)?;
        Ok(PageMetadata {
            version: metadata.resource_version.filter(|v| !v.is_empty()),
            continue_token: metadata.continue_.filter(|token| !token.is_empty()),
            remaining: metadata.remaining_item_count.and_then(|n| n.try_into().ok()),
        })
    }

    /// Skips the inside of a string, up to its end or the end of the buffer.
    fn string_part(&mut self) {
        if self.string == InString::Escaped {
            self.scanned += 1;
            self.string = InString::Yes;
            return;
        }
        match memchr::memchr2(b'"', b'\\', &self.buffer[self.scanned..]) {
            None => self.scanned = self.buffer.len(),
            Some(at) => {
                self.scanned += at + 1;
                let escape = self.buffer[self.scanned - 1] == b'\\';
                self.string = if escape { InString::Escaped } else { InString::No };
            }
        }
    }

    /// Skips one byte outside of strings and items.
    fn token(&mut self) {
        let byte = self.buffer[self.scanned];
        match (self.place, byte) {
            (Place::Between, b']') => self.place = Place::Outside,
            // Separators between items are dropped.
            (Place::Between, b',' | b' ' | b'\n' | b'\t' | b'\r') => {
                self.buffer.advance(self.scanned + 1);
                self.scanned = 0;
                return;
            }
            (Place::Between, _) => {
                self.place = Place::Item;
                self.item = Seek::default();
                return;
            }
            _ => {}
        }
        self.scanned += 1;
        match byte {
            b'"' => {
                self.string = InString::Yes;
                if self.place == Place::Outside && self.depth == 1 {
                    self.key = self.rest.len() + 1;
                }
            }
            b'{' => self.depth += 1,
            b'[' => {
                self.depth += 1;
                if self.place == Place::Outside && self.depth == 2 && self.key_is_items() {
                    self.place = Place::Between;
                }
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn key_is_items(&self) -> bool {
        self.rest.get(self.key..).is_some_and(|rest| rest.starts_with(b"items\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&[u8]]) -> (Vec<String>, Result<PageMetadata, String>) {
        let mut body = ListBody::default();
        let mut items = Vec::new();
        for chunk in chunks {
            body.push(chunk);
            while let Some(item) = body.next_item() {
                items.push(String::from_utf8(item.to_vec()).unwrap());
            }
        }
        (items, body.finish().map_err(|error| error.to_string()))
    }

    const LIST: &str = r#"{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"t","remainingItemCount":3},"items":[{"a":"]},{\"","items":[1,[2]]},
 {"ü":{}}, {}],"apiVersion":"v1"}
"#;

    #[test]
    fn items_and_metadata_do_not_depend_on_where_chunks_end() {
        let end = PageMetadata {
            version: Some("7".to_owned()),
            continue_token: Some("t".to_owned()),
            remaining: Some(3),
        };
        let items = [r#"{"a":"]},{\"","items":[1,[2]]}"#, r#"{"ü":{}}"#, "{}"].map(str::to_owned);
        let body = LIST.as_bytes();
        for at in 0..=body.len() {
            let (got, metadata) = read(&[&body[..at], &body[at..]]);
            assert_eq!((got, metadata.as_ref()), (items.to_vec(), Ok(&end)), "split at {at}");
        }
        let bytes: Vec<_> = body.chunks(1).collect();
        assert_eq!(read(&bytes), (items.to_vec(), Ok(end)));
    }

    #[test]
    fn items_are_returned_before_the_list_is_complete() {
        let mut body = ListBody::default();
        body.push(br#"{"items":[{"a":1},{"b"#);
        assert_eq!(body.next_item().unwrap(), br#"{"a":1}"#[..]);
        assert_eq!(body.next_item(), None);
        assert_eq!(body.buffered(), r#"{"b"#.len(), "no more than the item that has begun is kept");
    }

    #[test]
    fn null_items_empty_token_and_trailing_metadata_are_parsed() {
        for list in [
            r#"{"items":null,"metadata":{"resourceVersion":"7","continue":""}}"#,
            r#"{"items": [ ], "metadata":{"resourceVersion":"7"}}"#,
            r#"{"metadata":{"items":[1],"resourceVersion":"7"},"items":[]}"#,
            r#"{"metadata":{"resourceVersion":"7"},"more":[[1]],"it\u0065ms":[]}"#,
        ] {
            let (items, end) = read(&[list.as_bytes()]);
            let version = Some("7".to_owned());
            assert_eq!(
                end,
                Ok(PageMetadata { version, continue_token: None, remaining: None }),
                "{list}"
            );
            assert!(items.is_empty(), "{list}");
        }
    }

    #[test]
    fn truncated_list_and_other_documents_are_rejected() {
        for text in
            ["", "<html>", r#"{"items":["#, r#"{"items":[{},"#, r#"{"items":[]"#, "]]}}", "[{}]"]
        {
            assert!(read(&[text.as_bytes()]).1.is_err(), "{text}");
        }
    }
}
