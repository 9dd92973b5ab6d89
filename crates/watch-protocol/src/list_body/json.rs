//! Parses a list in JSON while it is received: its items one by one, then its metadata.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::mem;

use bytes::{Buf as _, Bytes, BytesMut};
use serde::Deserialize;
use serde_json::value::RawValue;
use watchable_core::json::{self, Seek};

use crate::api_status::ApiStatus;
use crate::envelope::table::Columns;
use crate::frame::json::without_marks;
use crate::list_body::outcome::{NoList, PageMetadata};
use crate::scalar;

/// An incremental parser of a list, fed with chunks of any size.
#[derive(Debug, Default)]
pub(crate) struct JsonList {
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
    /// Whether the items may be the rows of a table.
    is_table: bool,
    /// The definitions of the columns, which are received before the rows.
    columns: Columns,
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

/// The document without the items.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Rest<'a> {
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "scalar::present")]
    items: Option<&'a RawValue>,
    #[serde(borrow)]
    rows: Option<&'a RawValue>,
    #[serde(borrow, rename = "columnDefinitions")]
    columns: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    resource_version: Option<&'a RawValue>,
    #[serde(borrow, rename = "continue")]
    continue_token: Option<&'a RawValue>,
    #[serde(borrow)]
    remaining_item_count: Option<&'a RawValue>,
    #[serde(borrow)]
    shard_info: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ShardInfo<'a> {
    #[serde(borrow)]
    selector: Option<&'a RawValue>,
}

impl JsonList {
    /// Creates the parser of a list of objects, or with `is_table` of rows.
    pub(crate) fn new(is_table: bool) -> Self {
        Self { is_table, ..Self::default() }
    }

    /// Takes the definitions of the columns, once they were received.
    pub(crate) fn take_columns(&mut self) -> Columns {
        self.columns.take()
    }

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
                let end = match self.buffer[0] {
                    b'{' | b'[' => self.item.end(&self.buffer),
                    _ => scalar_end(&self.buffer),
                };
                let Some(end) = end else {
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
    ///
    /// # Errors
    ///
    /// The body is not a whole list: it is truncated, of another format, a `Status`, or a document without items.
    pub(crate) fn finish(mut self) -> Result<PageMetadata, NoList> {
        let malformed = |text: &'static str| NoList::Malformed(text.into());
        debug_assert!(self.scanned == self.buffer.len(), "items are left");
        if self.place != Place::Outside {
            return Err(malformed("it ends within its items"));
        }
        self.rest.extend_from_slice(&self.buffer);
        let rest = without_marks(&self.rest);
        let Rest { kind, items, rows, metadata, .. } =
            json::from_slice(rest).map_err(|error| NoList::Malformed(error.into()))?;
        let items = items.or(rows.filter(|_| self.is_table));
        let kind = kind.and_then(scalar::text).unwrap_or_default();
        if kind == "Status" {
            return Err(NoList::Status(Box::new(ApiStatus::from_event(rest))));
        }
        let Metadata { resource_version, continue_token, remaining_item_count, shard_info } =
            metadata.and_then(|metadata| json::from_str(metadata.get()).ok()).unwrap_or_default();
        let text = |value: Option<&RawValue>| value.and_then(scalar::text).map(Cow::into_owned);
        let shard_info =
            shard_info.and_then(|info| json::from_str::<ShardInfo<'_>>(info.get()).ok());
        let version = resource_version.and_then(scalar::version).map(Cow::into_owned);
        match items.map(RawValue::get) {
            Some("[]" | "null") => {}
            Some(_) => return Err(malformed("its items are not an array")),
            // Some servers omit what is empty. Without a version, or of another kind, it may be any document, such as
            // a single object or a `Table`.
            None if version.is_some()
                && (kind.ends_with("List") || self.is_table && kind == "Table") => {}
            None => return Err(malformed("it has no items")),
        }
        Ok(PageMetadata {
            version,
            continue_token: text(continue_token),
            remaining: text(remaining_item_count).and_then(|count| count.parse().ok()),
            shard_selector: text(shard_info.and_then(|info| info.selector)),
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
                    self.find_columns();
                }
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn key_is_items(&self) -> bool {
        self.rest.get(self.key..).is_some_and(|rest| {
            rest.starts_with(b"items\"") || self.is_table && rest.starts_with(b"rows\"")
        })
    }

    /// Looks for the definitions of the columns in what was received before the rows.
    fn find_columns(&mut self) {
        if self.is_table {
            let before = [&self.rest[..], &self.buffer[..self.scanned - 1], b"[]}"].concat();
            let rest: Option<Rest<'_>> = json::from_slice(without_marks(&before)).ok();
            let columns = rest.and_then(|rest| rest.columns);
            self.columns = columns.map(|columns| Bytes::copy_from_slice(columns.get().as_bytes()));
        }
    }
}

/// Returns the end of a string, a number or a literal, which are no objects: an error names them.
fn scalar_end(text: &[u8]) -> Option<usize> {
    if text[0] != b'"' {
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace();
        // Never empty, whatever it begins with.
        return text[1..].iter().position(ends).map(|at| at + 1);
    }
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)? + 1;
        if text[at - 1] == b'"' {
            return Some(at);
        }
        at += 1;
    }
}
