//! Parses a list in protobuf while it is received: its items one by one.
//!
//! It is an envelope whose message is the list: `ListMeta` is field 1, in whatever place, and each item is a field 2.

#[cfg(test)]
mod tests;

use std::fmt;

use bytes::{Buf as _, Bytes, BytesMut};
use watchable_core::protobuf::{Contents, Envelope, Message};

use crate::api_status::ApiStatus;
use crate::envelope::protobuf::version;
use crate::field_head::{FieldHead, NoField};
use crate::list_body::outcome::{NoList, PageMetadata};

/// The length of what each envelope begins with.
const MAGIC: usize = 4;
const TRUNCATED: &str = "it is truncated";

/// An incremental parser of a list, fed with chunks of any size.
#[derive(Default)]
pub(crate) struct ProtobufList {
    /// What was received of the next field.
    buffer: BytesMut,
    place: Place,
    /// The fields of the envelope without the list: its type.
    envelope: Vec<u8>,
    /// Whether the list was received completely.
    is_whole: bool,
    /// Whether it has metadata or an item.
    has_contents: bool,
    page: PageMetadata,
}

/// The parser's place in the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    /// Between fields of the envelope.
    Envelope,
    /// Between fields of the list, of which so many bytes are left.
    List { left: usize },
    /// It is no list, for this reason. What follows is not read.
    Malformed(String),
}

impl ProtobufList {
    /// Adds the next chunk of the body.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        if !matches!(self.place, Place::Malformed(_)) {
            self.buffer.extend_from_slice(chunk);
        }
    }

    /// Returns the number of buffered bytes of an incomplete item.
    pub(crate) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the next complete item.
    pub(crate) fn next_item(&mut self) -> Option<Bytes> {
        loop {
            let read = match self.place {
                Place::Start => self.start(),
                Place::Envelope => self.envelope_field(),
                Place::List { left: 0 } => {
                    (self.place, self.is_whole) = (Place::Envelope, true);
                    continue;
                }
                Place::List { left } => match self.list_field(left) {
                    Ok(Some(Read::Item(item))) => return Some(item),
                    read => read,
                },
                Place::Malformed(_) => return None,
            };
            match read {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(reason) => {
                    self.place = Place::Malformed(reason);
                    self.buffer = BytesMut::new();
                    return None;
                }
            }
        }
    }

    fn start(&mut self) -> Result<Option<Read>, String> {
        if self.buffer.len() < MAGIC {
            return Ok(None);
        }
        if !Envelope::starts(&self.buffer) {
            return Err("it does not begin with \"k8s\\0\"".to_owned());
        }
        self.envelope.extend_from_slice(&self.buffer.split_to(MAGIC));
        self.place = Place::Envelope;
        Ok(Some(Read::Other))
    }

    /// Reads a field of the envelope, or the head of the list.
    fn envelope_field(&mut self) -> Result<Option<Read>, String> {
        let Some(head) = head(&self.buffer)? else { return Ok(None) };
        if (head.number, head.is_bytes) == (2, true) && self.begins_list()? {
            self.buffer.advance(head.start);
            self.place = Place::List { left: head.end - head.start };
            return Ok(Some(Read::Other));
        }
        if self.buffer.len() < head.end {
            return Ok(None);
        }
        let field = self.buffer.split_to(head.end);
        self.envelope.extend_from_slice(&field);
        // The fields that say how the contents are encoded come after them.
        if head.number != 2 {
            Envelope::open(&self.envelope).map_err(|error| error.to_string())?;
        }
        Ok(Some(Read::Other))
    }

    /// Whether the envelope's contents, which begin here, are a list, rather than a `Status`.
    fn begins_list(&self) -> Result<bool, String> {
        let envelope = Envelope::open(&self.envelope).map_err(|error| error.to_string())?;
        match envelope.kind {
            "Status" => Ok(false),
            _ if self.is_whole => Err("it has two lists".to_owned()),
            kind if kind.ends_with("List") => Ok(true),
            "" => Err("its kind does not come first".to_owned()),
            kind => Err(format!("its kind is {kind:?}")),
        }
    }

    /// Reads a field of the list, of which so many bytes are left.
    fn list_field(&mut self, left: usize) -> Result<Option<Read>, String> {
        let received = self.buffer.len().min(left);
        let head = match head(&self.buffer[..received])? {
            Some(head) if head.end <= left => head,
            None if received < left => return Ok(None),
            _ => return Err("a field of the list is longer than the list".to_owned()),
        };
        if received < head.end {
            return Ok(None);
        }
        self.place = Place::List { left: left - head.end };
        let mut field = self.buffer.split_to(head.end).freeze();
        field.advance(head.start);
        Ok(Some(match (head.number, head.is_bytes) {
            (1, true) => {
                self.has_contents = true;
                read_metadata(&mut self.page, &field).ok_or("its metadata is damaged")?;
                Read::Other
            }
            (2, true) => {
                self.has_contents = true;
                Read::Item(field)
            }
            _ => Read::Other,
        }))
    }

    /// Returns the metadata once the body has ended.
    ///
    /// # Errors
    ///
    /// The body is not a whole list: it is truncated, of another format, a `Status`, or something else.
    pub(crate) fn finish(self) -> Result<PageMetadata, NoList> {
        let malformed = |reason: &str| Err(NoList::Malformed(reason.into()));
        match &self.place {
            Place::Malformed(reason) => return malformed(reason),
            Place::Envelope if self.buffer.is_empty() => {}
            Place::List { .. } => return malformed("it ends within its items"),
            Place::Start | Place::Envelope => return malformed(TRUNCATED),
        }
        let envelope = match Envelope::open(&self.envelope) {
            Ok(envelope) => envelope,
            Err(error) => return Err(NoList::Malformed(error.into())),
        };
        match envelope.kind {
            "Status" if !envelope.message.is_empty() => {
                Err(NoList::Status(Box::new(ApiStatus::from_event(&self.envelope))))
            }
            _ if !self.is_whole => malformed(TRUNCATED),
            _ if !self.has_contents => malformed("it has no items"),
            _ => Ok(self.page),
        }
    }
}

/// Without the bytes, which may be confidential.
impl fmt::Debug for ProtobufList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtobufList")
            .field("buffered", &self.buffer.len())
            .field("is_whole", &self.is_whole)
            .finish_non_exhaustive()
    }
}

/// What was read.
enum Read {
    Item(Bytes),
    Other,
}

fn head(bytes: &[u8]) -> Result<Option<FieldHead>, String> {
    FieldHead::read(bytes).map_err(|NoField| "a field is damaged".to_owned())
}

/// Reads a `ShardInfo`. `None` if it is damaged.
fn read_shard_info(page: &mut PageMetadata, info: &[u8]) -> Option<()> {
    let mut fields = Message::new(info);
    while let Some((number, contents)) = fields.next_field().ok()? {
        if let (1, Contents::Bytes(bytes)) = (number, contents) {
            page.shard_selector = Some(String::from_utf8_lossy(bytes).into_owned());
        }
    }
    Some(())
}

/// Reads a `ListMeta`. `None` if it is damaged.
fn read_metadata(page: &mut PageMetadata, metadata: &[u8]) -> Option<()> {
    let mut fields = Message::new(metadata);
    while let Some((number, contents)) = fields.next_field().ok()? {
        match (number, contents) {
            (2, Contents::Bytes(bytes)) => page.version = version(bytes),
            (3, Contents::Bytes(bytes)) => {
                let token = String::from_utf8_lossy(bytes).into_owned();
                page.continue_token = Some(token).filter(|token| !token.is_empty());
            }
            (4, Contents::Varint(count)) => {
                page.remaining = u64::try_from(count.cast_signed()).ok();
            }
            (5, Contents::Bytes(info)) => read_shard_info(page, info)?,
            _ => {}
        }
    }
    Some(())
}
