//! Parses a list while it is received: its items one by one, then its metadata.
//!
//! Memory is bounded by the size of an item, not of a page.

pub(crate) mod json;
mod outcome;
pub(crate) mod protobuf;

use bytes::Bytes;

use crate::envelope::table::Columns;
use crate::list_body::json::JsonList;
pub(crate) use crate::list_body::outcome::{NoList, PageMetadata};
use crate::list_body::protobuf::ProtobufList;
use crate::wire::Wire;

/// An incremental parser of a list, fed with chunks of any size.
#[derive(Debug)]
pub(crate) enum ListBody {
    Json(JsonList),
    Protobuf(ProtobufList),
}

impl ListBody {
    /// Creates the parser of a list of objects, or with `is_table` of rows.
    pub(crate) fn new(wire: Wire, is_table: bool) -> Self {
        match wire {
            Wire::Json => Self::Json(JsonList::new(is_table)),
            Wire::Protobuf => Self::Protobuf(ProtobufList::default()),
        }
    }

    /// Adds the next chunk of the body.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        match self {
            Self::Json(list) => list.push(chunk),
            Self::Protobuf(list) => list.push(chunk),
        }
    }

    /// Returns the number of buffered bytes of an incomplete item.
    pub(crate) fn buffered(&self) -> usize {
        match self {
            Self::Json(list) => list.buffered(),
            Self::Protobuf(list) => list.buffered(),
        }
    }

    /// Returns the next complete item.
    pub(crate) fn next_item(&mut self) -> Option<Bytes> {
        match self {
            Self::Json(list) => list.next_item(),
            Self::Protobuf(list) => list.next_item(),
        }
    }

    /// Takes the definitions of the columns, once they were received.
    pub(crate) fn take_columns(&mut self) -> Columns {
        match self {
            Self::Json(list) => list.take_columns(),
            Self::Protobuf(_) => None,
        }
    }

    /// Parses the metadata once the body has ended.
    ///
    /// # Errors
    ///
    /// The body is not a whole list: it is truncated, of another format, a `Status`, or something without items.
    pub(crate) fn finish(self) -> Result<PageMetadata, NoList> {
        match self {
            Self::Json(list) => list.finish(),
            Self::Protobuf(list) => list.finish(),
        }
    }
}

/// What is left of a body that was taken.
impl Default for ListBody {
    fn default() -> Self {
        Self::new(Wire::Json, false)
    }
}
